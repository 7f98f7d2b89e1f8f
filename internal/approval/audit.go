package approval

import (
	"context"

	"mtandao/internal/witness"
)

const auditPage = 500

// Audit tells see what was asked for and decided that is not as it was written, or was decided as it may not be.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	tell := witness.To(see)
	for after := int64(0); ; {
		page, changed, err := s.after(ctx, after, auditPage)
		if err != nil {
			return err
		}
		for id, why := range changed {
			tell("approval %d %s", id, why)
		}
		for _, a := range page {
			if after = a.ID; a.DecidedBy == a.AskedBy && !a.Alone && (a.State == Approved || a.State == Refused) {
				tell("approval %d was asked for and decided by one person", a.ID)
			}
		}
		if len(page) < auditPage {
			break
		}
	}
	if err := s.seen.TellGone(ctx, tell, "approval"); err != nil {
		return err
	}
	strays, err := s.strays(ctx)
	for _, id := range strays {
		tell("there are sites of approval %d, which does not exist", id)
	}
	return err
}
