package cutover

import (
	"context"
	"errors"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// together is how many customers are one commit: few enough that nobody waits for it.
const together = 25

// Preview tells what Import would do, row by row, and changes nothing.
func (s *Service) Preview(ctx context.Context, b *incoming.Batch, wish Wish) (*Report, error) {
	w, err := s.weigh(ctx, b, wish)
	if err != nil {
		return nil, err
	}
	for _, c := range b.Customers {
		o, err := w.judge(ctx, c)
		if err != nil {
			return nil, err
		}
		if err := w.sum(o); err != nil {
			return nil, err
		}
	}
	return w.report, nil
}

func (w *weighing) sum(o one) (err error) {
	if !o.known && o.refused == nil {
		w.report.Opened, err = w.report.Opened.Add(o.c.Balance)
	}
	return err
}

// Import brings a source in. What was interrupted goes on where it stopped, and what is there already stays as it is.
func (s *Service) Import(ctx context.Context, b *incoming.Batch, wish Wish, by customers.By) (*Report, error) {
	w, err := s.weigh(ctx, b, wish)
	if err != nil {
		return nil, err
	}
	id, err := s.begin(ctx, w.source, by)
	if err != nil {
		return nil, err
	}
	w.report.ImportID = id
	for from := 0; from < len(b.Customers); from += together {
		var group []one
		for _, c := range b.Customers[from:min(from+together, len(b.Customers))] {
			o, err := w.judge(ctx, c)
			if err != nil {
				return w.report, err
			}
			if o.refused == nil && (!o.known || len(o.lines) > 0) {
				group = append(group, o)
			}
		}
		if err := s.write(ctx, w, id, group, by); err != nil {
			return w.report, err
		}
	}
	return w.report, s.finish(ctx, id)
}

// write makes a group of customers in one transaction; one that fails by a rule is refused alone.
func (s *Service) write(ctx context.Context, w *weighing, id int64, group []one, by customers.By) error {
	failed := map[string]error{}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		clear(failed)
		for _, o := range group {
			err := tx.Savepoint(func() error { return s.make(tx, w, id, o, by) })
			if f := (*fault.Error)(nil); err != nil && (!errors.As(err, &f) || f.Kind == fault.Internal || f.Kind == fault.Unavailable) {
				return err
			}
			if err != nil {
				failed[o.c.Key] = err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range group {
		if why := failed[o.c.Key]; why != nil {
			w.report.refuse(o, why)
		} else if err := w.sum(o); err != nil {
			return err
		}
	}
	return nil
}

// refuse turns what was to be made into what was not.
func (r *Report) refuse(o one, why error) {
	for n, v := range r.Verdicts {
		if v.At == o.c.At && v.What == "customer" && v.Do == Fresh {
			r.Verdicts[n].Do, r.Verdicts[n].Why = Refused, why
		}
		for _, s := range o.c.Subscriptions {
			if v.At == s.At && v.What == "line" && v.Do == Fresh {
				r.Verdicts[n].Do, r.Verdicts[n].Why = Refused, why
			}
		}
	}
}

// make makes a customer, unless they are there, and their lines.
func (s *Service) make(tx *db.Tx, w *weighing, id int64, o one, by customers.By) error {
	customerID := o.state.objectID
	if !o.known {
		c, err := s.Customers.Create(tx, o.customer, o.contacts, by)
		if err != nil {
			return err
		}
		for _, n := range o.numbers {
			if err := s.Customers.AddNumber(tx, c.ID, n, by); err != nil {
				return err
			}
		}
		row := rowRow{ImportID: id, Source: w.source, RowKey: o.c.Key, Kind: kindCustomer, Hash: o.hash, ObjectID: c.ID, Version: c.Version, Cents: o.c.Balance.Cents, Rest: o.rest}
		if !o.c.Balance.IsZero() {
			if err := s.Credit.Open(tx, c.ID, o.c.Balance, accounts.Cause{Kind: accounts.Opened, Request: "import", Note: w.source, By: by.Actor}); err != nil {
				return err
			}
		}
		if row.Mark, err = s.mark(tx, c.ID); err != nil {
			return err
		}
		if err := s.insertRow(tx, row); err != nil {
			return err
		}
		customerID = c.ID
	}
	for _, l := range o.lines {
		l.CustomerID = customerID
		lineID, mark, err := s.Lines.Begin(tx, l, by)
		if err != nil {
			return err
		}
		if err := s.insertRow(tx, rowRow{ImportID: id, Source: w.source, RowKey: l.Key, Kind: kindLine, ObjectID: lineID, OfID: customerID, Version: mark}); err != nil {
			return err
		}
	}
	return nil
}
