package railbook

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
)

// lines is one of the tables of lines.
type lines bool

const (
	tillLines   lines = false
	payoutLines lines = true
)

const auditPage = 500

// chargesAfter is a page of the lines that are booked by themselves, in the order of their ids; those of a till's own statement have no code.
func (s *Service) chargesAfter(ctx context.Context, of lines, after int64) (all []payoutLineRow, err error) {
	from := s.DB.Read(ctx).Where("id > ? AND kind IN ? AND in_cents <> out_cents", after, incoming.Charges).Order("id").Limit(auditPage)
	if of == payoutLines {
		err = from.Find(&all).Error
		return all, db.Fault(err)
	}
	var rows []lineRow
	err = from.Find(&rows).Error
	for _, r := range rows {
		all = append(all, payoutLineRow{Line: r})
	}
	return all, db.Fault(err)
}

// Charges is what the rail's statements say that it charged for money with some receipts: a payment's at a till, or of what was sent back or paid out.
func (s *Service) Charges(ctx context.Context, tillID int64, receipts []string) (map[string]money.Amount, error) {
	charged := map[string]money.Amount{}
	for some := range db.Pieces(receipts) {
		var rows []struct {
			Receipt string
			Cents   int64
		}
		err := s.DB.Read(ctx).Raw("SELECT receipt, SUM(out_cents - in_cents) AS cents FROM"+
			" (SELECT receipt, in_cents, out_cents FROM statement_lines WHERE till_id = ? AND receipt IN ? AND kind IN ?"+
			" UNION ALL SELECT receipt, in_cents, out_cents FROM payout_lines WHERE receipt IN ? AND kind IN ?) AS l GROUP BY receipt", tillID, some, incoming.Charges, some, incoming.Charges).Scan(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			charged[r.Receipt] = money.KES(r.Cents)
		}
	}
	return charged, nil
}
