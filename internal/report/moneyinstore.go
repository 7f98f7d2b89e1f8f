package report

import (
	"context"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// countedTwice is where receipts are that are no money of their own.
const countedTwice = "merged"

// receiptsInSQL chooses a page by an index alone and then reads its rows, in no order: of a day all are looked at, and to read them whole took a tenth of a second.
func (d *Desk) receiptsInSQL(f MoneyFilter) (string, []any) {
	query, args := "SELECT id FROM receipts", []any{}
	switch {
	case f.CustomerID != 0:
		query, args = query+d.db.ByIndex("receipts_holder")+" WHERE holder_id = ? AND placed = ?", append(args, f.CustomerID, billing.PlacedAccount)
	case f.Day != 0:
		query, args = query+d.db.ByIndex("receipts_came")+" WHERE placed <> ?", append(args, countedTwice)
	default:
		if d.db.Dialect() == db.MySQL {
			query += d.db.ByIndex("PRIMARY")
		}
		query, args = query+" WHERE placed <> ?", append(args, countedTwice) // not IN: SQLite would sort all that is placed so
	}
	if f.Day != 0 {
		query, args = query+" AND arrived_at >= ? AND arrived_at < ?", append(args, f.Day.Start().UTC(), (f.Day+1).Start().UTC())
	}
	if f.Before != 0 {
		query, args = query+" AND id < ?", append(args, f.Before)
	}
	return "SELECT r.id, r.holder_id, r.placed, r.order_id, r.amount_cents, r.reversed_cents, r.receipt, r.reference, r.arrived_at FROM (" + query + " ORDER BY id DESC LIMIT ?) AS page JOIN receipts r ON r.id = page.id", append(args, f.Limit)
}

func (d *Desk) receiptsIn(ctx context.Context, f MoneyFilter) ([]MoneyLine, error) {
	var rows []struct {
		ID, HolderID, OrderID, AmountCents int64
		ReversedCents                      int64
		Placed, Reference                  string
		Receipt                            *string
		ArrivedAt                          time.Time
	}
	query, args := d.receiptsInSQL(f)
	err := d.db.Sums(ctx).Raw(query, args...).Scan(&rows).Error
	all := make([]MoneyLine, len(rows))
	for n, r := range rows {
		all[n] = MoneyLine{ID: r.ID, CustomerID: r.HolderID, Rail: ByMPesa, Receipt: true, Placed: r.Placed, OrderID: r.OrderID, Amount: money.KES(r.AmountCents), Back: r.ReversedCents > 0, Note: r.Reference, At: r.ArrivedAt.UTC()}
		if r.Receipt != nil {
			all[n].Reference = *r.Receipt
		}
	}
	return all, db.Fault(err)
}

// eventRow is a customer's event as lists of money read it.
type eventRow struct {
	ID, CustomerID, DeltaCents, OtherID int64
	Kind, How, Note, DoneBy             string
	Reference                           *string
	At                                  time.Time
}

func (r eventRow) reference() string {
	if r.Reference == nil {
		return ""
	}
	return *r.Reference
}

const ofEvents = "SELECT id, customer_id, kind, how, reference, delta_cents, other_id, note, done_by, at FROM customer_events"

// countersInSQL reads by the narrowest index: of one person, of a day, or of what came so.
func (d *Desk) countersInSQL(f MoneyFilter, how string) (string, []any) {
	query, args, order := ofEvents, []any{}, "id DESC"
	switch {
	case f.CustomerID != 0:
		query, args, order = query+d.db.ByIndex("customer_events_seq")+" WHERE customer_id = ?", append(args, f.CustomerID), "seq DESC"
	case f.Cashier != "":
		query, args, order = query+d.db.ByIndex("customer_events_by")+" WHERE done_by = ?", append(args, f.Cashier), "day DESC, id DESC"
	case f.Day != 0:
		query, args = query+d.db.ByIndex("customer_events_day")+" WHERE day = ? AND how = ?", append(args, f.Day.String(), how)
	default:
		query, args = query+d.db.ByIndex("customer_events_how")+" WHERE how = ?", append(args, how)
	}
	if f.CustomerID != 0 || f.Cashier != "" {
		hows := Rails[1:]
		if f.Rail != "" {
			hows = []string{f.Rail}
		}
		query, args = query+" AND how IN ?", append(args, hows)
		if f.Day != 0 {
			query, args = query+" AND day = ?", append(args, f.Day.String())
		}
	}
	if f.CustomerID != 0 && f.Cashier != "" {
		query, args = query+" AND done_by = ?", append(args, f.Cashier)
	}
	if f.Before != 0 {
		query, args = query+" AND id < ?", append(args, f.Before)
	}
	return query + " ORDER BY " + order + " LIMIT ?", append(args, f.Limit)
}

func (d *Desk) countersIn(ctx context.Context, f MoneyFilter, how string) ([]MoneyLine, error) {
	var rows []eventRow
	query, args := d.countersInSQL(f, how)
	err := d.db.Sums(ctx).Raw(query, args...).Scan(&rows).Error
	all := make([]MoneyLine, len(rows))
	for n, r := range rows {
		all[n] = MoneyLine{ID: r.ID, CustomerID: r.CustomerID, Rail: r.How, Amount: money.KES(r.DeltaCents), Reference: r.reference(), Note: r.Note, By: r.DoneBy, At: r.At.UTC(), OtherID: r.OtherID}
	}
	return all, db.Fault(err)
}
