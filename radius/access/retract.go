package access

import (
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Retract takes a standing grant back as if its source had not given it: it ends, used or not. fault.Conflict "grant.not_standing",
// fault.NotFound "grant.unknown".
func (s *Service) Retract(tx *db.Tx, src Source) error {
	given, g, err := lockSource(tx, src)
	if err != nil {
		return err
	}
	if !g.Standing {
		return fault.New(fault.Conflict, "grant.not_standing")
	}
	if err := retireSource(tx, given); err != nil {
		return err
	}
	_, err = s.End(tx, g.ID, CauseWithdrawn)
	return err
}
