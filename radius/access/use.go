package access

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Used is what sessions of a grant used since they last reported: whole seconds, and octets of both directions.
type Used struct {
	GrantID int64
	Time    time.Duration
	Bytes   int64
}

// Use adds what sessions used, each grant named once, and ends the grants whose cap is reached, once. Use reported after the
// end still counts; a grant that is not there is passed over. The caller makes sure that nothing is added twice, and orders
// the grants by id, so that two nodes do not lock crosswise.
func (s *Service) Use(tx *db.Tx, all []Used) error {
	for _, u := range all {
		if u.Time < 0 || u.Bytes < 0 {
			return fault.New(fault.Invalid, "grant.use")
		}
	}
	for some := range db.Pieces(all) {
		used, err := addUse(tx, some)
		if err != nil {
			return err
		}
		for _, g := range used {
			if cause := capReached(g); cause != CauseOK {
				if _, err := s.End(tx, g.ID, cause); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
