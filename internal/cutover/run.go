package cutover

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// together is how many customers are one commit: few enough that nobody waits for it.
const together = 25

// writers is how many groups are written beside each other: one waits for the database while another computes, where it lets several write.
func (s *Service) writers() int {
	if s.DB.Dialect() == db.MySQL {
		return 3
	}
	return 1
}

// Preview tells what Import would do, row by row, and changes nothing.
func (s *Service) Preview(ctx context.Context, b *incoming.Batch, wish Wish) (*Report, error) {
	w, err := s.weigh(ctx, b, wish)
	if err != nil {
		return nil, err
	}
	for n, c := range b.Customers {
		o, err := w.judge(ctx, c)
		if err != nil {
			return nil, err
		}
		if err := w.sum(o); err != nil {
			return nil, err
		}
		if (n+1)%together == 0 || n+1 == len(b.Customers) {
			wish.Watch.tell(n+1, len(b.Customers))
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

// Import brings a source in. A run that was interrupted goes on where it stopped, and what is there already stays as it is.
func (s *Service) Import(ctx context.Context, b *incoming.Batch, wish Wish, by customers.By) (*Report, error) {
	w, err := s.weigh(ctx, b, wish)
	if err != nil {
		return nil, err
	}
	run, err := runOf(b, wish)
	if err != nil {
		return nil, err
	}
	id, err := s.begin(ctx, w.source, run, by)
	if err != nil {
		return nil, err
	}
	w.report.ImportID = id
	if err := s.makePlans(ctx, w, id); err != nil {
		return w.report, err
	}
	if err := s.writeAll(ctx, w, b.Customers, by); err != nil {
		return w.report, err
	}
	return w.report, s.finish(ctx, id)
}

// runOf tells a run from others of its source: by its name, or by what it brings.
func runOf(b *incoming.Batch, wish Wish) (string, error) {
	if wish.Run != "" {
		return wish.Run, nil
	}
	body, err := json.Marshal([]any{b.Customers, b.Plans})
	return string(body), err
}

// group is customers who are one commit. Through is how many of the source are judged with it.
type group struct {
	all     []one
	through int
}

// writeAll judges customers in their order, and has groups of them written.
func (s *Service) writeAll(ctx context.Context, w *weighing, all []incoming.Customer, by customers.By) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	groups := make(chan group)
	var at sync.Mutex // of the report, and of done
	done := 0
	var busy sync.WaitGroup
	for range s.writers() {
		busy.Go(func() {
			for g := range groups {
				failed, err := s.write(ctx, w, g.all, by)
				at.Lock()
				if err == nil {
					err = w.wrote(g.all, failed)
				}
				if done += g.through; err == nil {
					w.wish.Watch.tell(done, len(all))
				}
				at.Unlock()
				if err != nil {
					stop(err)
				}
			}
		})
	}
	for from := 0; from < len(all) && ctx.Err() == nil; from += together {
		some := all[from:min(from+together, len(all))]
		g := group{through: len(some)}
		at.Lock()
		for _, c := range some {
			o, err := w.judge(ctx, c)
			if err != nil {
				stop(err)
				break
			}
			if o.refused == nil && (!o.known || len(o.lines) > 0) {
				g.all = append(g.all, o)
			}
		}
		at.Unlock()
		select {
		case groups <- g:
		case <-ctx.Done():
		}
	}
	close(groups)
	busy.Wait()
	return context.Cause(ctx)
}

// write makes a group of customers in one transaction; one that fails by a rule is refused alone.
func (s *Service) write(ctx context.Context, w *weighing, group []one, by customers.By) (failed map[string]error, err error) {
	if len(group) == 0 {
		return nil, nil
	}
	again := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if again { // somebody brings the same in: after one deadlock, one group at a time
			if err := s.holdImport(tx, w.report.ImportID); err != nil {
				return err
			}
		}
		again, failed = true, map[string]error{}
		var debts []invoices.Opening
		for _, o := range group {
			var owed invoices.Opening
			err := tx.Savepoint(func() (err error) { owed, err = s.make(tx, w, o, by); return err })
			if f := (*fault.Error)(nil); err != nil && (!errors.As(err, &f) || f.Kind == fault.Internal || f.Kind == fault.Unavailable) {
				return err
			}
			if err != nil {
				failed[o.c.Key] = err
			} else if owed.CustomerID != 0 {
				debts = append(debts, owed)
			}
		}
		return s.Debts.Open(tx, debts, invoices.By{Actor: by.Actor, From: by.From})
	})
	return failed, err
}

// wrote puts into the report what became of a group.
func (w *weighing) wrote(group []one, failed map[string]error) error {
	for _, o := range group {
		if why := failed[o.c.Key]; why != nil {
			for _, n := range o.verdicts {
				w.report.Verdicts[n].Do, w.report.Verdicts[n].Why = Refused, why
			}
		} else if err := w.sum(o); err != nil {
			return err
		}
	}
	return nil
}

// make makes a customer, unless they are there, and their lines. It tells what they owe from before, which is written with that of others.
func (s *Service) make(tx *db.Tx, w *weighing, o one, by customers.By) (owed invoices.Opening, err error) {
	customerID := o.state.objectID
	if !o.known {
		c, err := s.Customers.KeepTx(tx, o.profile, by)
		if err != nil {
			return owed, err
		}
		row := rowRow{ImportID: w.report.ImportID, Source: w.source, RowKey: o.c.Key, Kind: kindCustomer, Hash: o.hash, ObjectID: c.ID, Version: c.Version, Cents: o.c.Balance.Cents}
		switch {
		case o.c.Balance.IsPositive():
			err = s.Credit.Open(tx, c.ID, o.c.Balance, accounts.Cause{Kind: accounts.Opened, Request: "import", Note: w.source, By: by.Actor})
		case !o.c.Balance.IsZero():
			owed = invoices.Opening{CustomerID: c.ID, Owed: o.c.Balance.Neg(), From: w.source}
			err = owed.Check()
		}
		if err != nil {
			return owed, err
		}
		if row.Rest, err = s.sealed(o.rest); err != nil {
			return owed, err
		}
		if row.Mark, err = s.mark(tx, c.ID); err != nil {
			return owed, err
		}
		if err := s.insertRow(tx, row); err != nil {
			return owed, err
		}
		customerID = c.ID
	}
	for _, l := range o.lines {
		l.CustomerID = customerID
		lineID, mark, err := s.Lines.Begin(tx, l, by)
		if err != nil {
			return owed, err
		}
		if err := s.insertRow(tx, rowRow{ImportID: w.report.ImportID, Source: w.source, RowKey: l.Key, Kind: kindLine, ObjectID: lineID, OfID: customerID, Version: mark}); err != nil {
			return owed, err
		}
	}
	return owed, nil
}
