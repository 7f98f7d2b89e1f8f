package invoices

import (
	"context"
	"errors"
	"slices"

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

// UsualSteps are those that a provider without any is offered: a word before, on and after the due day, a week of grace, and no contract that ends or fee
// that is charged by itself.
var UsualSteps = []Step{{After: -3, Action: Remind}, {After: 0, Action: Remind}, {After: 3, Action: Remind}, {After: 5, Action: Throttle}, {After: 7, Action: Garden}, {After: 30, Action: SuspendService}}

// mostWeighed are the steps that Would looks through.
const mostWeighed = 5_000

var errEnough = errors.New("enough was seen")

// Would tells what a segment's steps would do today, were they these: of how many invoices each. Nothing is changed. all is false when there are more than
// it looked through.
func (s *Service) Would(ctx context.Context, segment string, steps []Step) (does map[Action]int, all bool, err error) {
	table, err := s.Steps(ctx)
	if err != nil {
		return nil, false, err
	}
	table = slices.DeleteFunc(table, func(st Step) bool { return st.Segment == segment })
	for _, st := range steps {
		st.Segment = segment
		table = append(table, st)
	}
	does, seen := map[Action]int{}, 0
	err = s.look(ctx, s.today(), table, func(todo []Doing) error {
		for _, one := range todo {
			if one.Held == "" && one.Step.Segment == segment {
				does[one.Step.Action]++
			}
		}
		if seen += len(todo); seen > mostWeighed {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return does, false, nil
	}
	return does, true, err
}
