package customers

import (
	"context"
	"io"
	"strconv"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/table"
)

// exportColumns are the head of a table of customers.
var exportColumns = []string{"number", "name", "kind", "segment", "state", "phone", "pin", "language", "bill day", "payment days", "tax exempt", "parent", "customer since"}

const exportPage = 200

// Export writes the customers of a filter as a table, the newest first, and tells the trail who took them along. No text of it is a formula.
func (s *Service) Export(ctx context.Context, out io.Writer, f Filter, by By) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		return s.record(tx, by, "customers exported", 0, nil, map[string]any{"state": f.State, "segment": f.Segment, "tag": f.Tag})
	})
	if err != nil {
		return err
	}
	rows := table.NewCSV(out)
	if err := rows.Write(exportColumns); err != nil {
		return err
	}
	for f.Limit = exportPage; ; {
		p, err := s.List(ctx, f)
		if err != nil {
			return err
		}
		if err := s.exportRows(ctx, rows, p.Customers); err != nil {
			return err
		}
		if f.Before = p.Older; f.Before == 0 {
			return rows.Flush()
		}
	}
}

// daysText is nothing for who pays as everybody.
func daysText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func (s *Service) exportRows(ctx context.Context, rows *table.CSV, all []Customer) error {
	var ids []int64
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	phones, err := s.FirstPhones(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range all {
		parent := ""
		if c.ParentID != 0 {
			above, err := s.Get(ctx, c.ParentID)
			if err != nil {
				return err
			}
			parent = above.Number
		}
		row := []string{c.Number, c.Name, string(c.Kind), string(c.Segment), string(c.State), phones[c.ID].Local(), c.PIN, string(c.Lang), strconv.Itoa(c.BillDay),
			daysText(c.PaymentDays), strconv.Itoa(yes(c.TaxExempt)), parent, c.CreatedAt.In(clock.Nairobi).Format(time.DateOnly)}
		if err := rows.Write(row); err != nil {
			return err
		}
	}
	return nil
}
