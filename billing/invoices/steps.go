package invoices

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// SaveSteps writes a segment's table anew. fault.Invalid "dunning.…".
func (s *Service) SaveSteps(ctx context.Context, segment string, steps []Step, by By) error {
	seen := map[string]bool{}
	for n := range steps {
		steps[n].Segment = segment
		if err := steps[n].check(); err != nil {
			return err
		}
		if name := steps[n].name(); seen[name] {
			return fault.New(fault.Invalid, "dunning.twice")
		} else {
			seen[name] = true
		}
	}
	if len(steps) > mostSteps {
		return fault.New(fault.Invalid, "dunning.days")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.saveSteps(tx, segment, steps); err != nil {
			return err
		}
		return s.recordSteps(tx, by, segment, steps)
	})
}
