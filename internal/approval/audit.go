package approval

import (
	"context"
	"fmt"
)

const auditPage = 500

// Audit tells see what was asked for and decided that is not as it was written, or was decided as it may not be.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	tell := func(format string, args ...any) { see(fmt.Sprintf(format, args...)) }
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
	gone, err := s.seen.Gone(ctx)
	for _, id := range gone {
		tell("approval %d is gone", id)
	}
	if err != nil {
		return err
	}
	strays, err := s.strays(ctx)
	for _, id := range strays {
		tell("there are sites of approval %d, which does not exist", id)
	}
	return err
}
