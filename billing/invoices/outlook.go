package invoices

import (
	"context"

	"mtandao/internal/db"
)

// Outlook is what dunning holds a customer to, and what it will do.
type Outlook struct {
	Level  Action // what keeps them from service; empty for nothing
	Hold   Hold
	Said   string // with their promise
	Unpaid []Waiting
}

// Waiting is an invoice of which something is open, and what dunning does about it next; a zero Day says that nothing is ahead.
type Waiting struct {
	Document
	Next Next
}

// OutlookOf tells what dunning holds a customer to, and what it will do next of what nobody pays.
func (s *Service) OutlookOf(ctx context.Context, customerID int64) (st Outlook, err error) {
	table, err := s.Steps(ctx)
	if err != nil {
		return st, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		st = Outlook{}
		page, err := s.open(tx, customerID, nil)
		if err != nil {
			return err
		}
		barring, err := s.barringSteps(tx, customerID, false)
		if err != nil {
			return err
		}
		st.Level = hardest(barring)
		holds, err := s.holdsOf(tx, []int64{customerID})
		if err != nil {
			return err
		}
		ids := make([]int64, len(page))
		for n, d := range page {
			ids[n] = d.ID
		}
		done, err := s.doneOf(tx, ids)
		if err != nil {
			return err
		}
		h := holds[customerID]
		st.Hold, st.Said = h.Hold, h.note
		for _, d := range page {
			w := Waiting{Document: d}
			if next, ok := ahead(d.table(tableOf(table, h.segment)), d.DueDay, h.Hold, s.today(), done[d.ID]); ok {
				w.Next = next
			}
			st.Unpaid = append(st.Unpaid, w)
		}
		return nil
	})
	return st, err
}

// table are the steps that an invoice takes.
func (d Document) table(all []Step) (own []Step) {
	for _, st := range all {
		if d.takes(st.Action) {
			own = append(own, st)
		}
	}
	return own
}
