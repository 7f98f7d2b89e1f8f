package taxes

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Service keeps the rates.
type Service struct {
	db    *db.DB
	clock clock.Clock
}

// New makes it.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// By is who changes a rate, and from where.
type By struct{ Actor, From string }

// mostRates bounds the table: a century of yearly changes.
const mostRates = 500

// Save adds a rate or changes one. What is issued keeps the rates it was issued with. fault.Invalid "tax.…", fault.Conflict "tax.overlap".
func (s *Service) Save(ctx context.Context, r Rate, by By) (Rate, error) {
	r.Note, r.By = strings.TrimSpace(r.Note), by.Actor
	slices.Sort(r.On)
	r.On = slices.Compact(r.On)
	if err := r.check(); err != nil {
		return r, err
	}
	return r, s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := s.hold(tx, r.Kind); err != nil {
			return err
		}
		all, err := s.allTx(tx)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.ID != r.ID && r.overlaps(other) {
				return fault.New(fault.Conflict, "tax.overlap", "Rate", other.Percent(), "From", other.From)
			}
		}
		action := "tax rate changed"
		if r.ID == 0 {
			action, r.ID = "tax rate added", tx.ID()
		}
		if err := s.save(tx, r); err != nil {
			return err
		}
		return s.record(tx, r, action, by)
	})
}

// Remove takes away a rate that was written down by mistake. fault.NotFound "tax.unknown".
func (s *Service) Remove(ctx context.Context, id int64, by By) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		r, err := s.one(tx, id)
		if err != nil {
			return err
		}
		if err := s.remove(tx, id); err != nil {
			return err
		}
		return s.record(tx, r, "tax rate removed", by)
	})
}

func (s *Service) record(tx *db.Tx, r Rate, action string, by By) error {
	return audit.Change(tx, s.clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "tax_rate", ObjectID: strconv.FormatInt(r.ID, 10)}, nil, map[string]any{"kind": r.Kind, "percent": r.Percent(), "from": r.From.String(), "until": r.Until.String(), "on": r.On, "note": r.Note})
}
