package billing

import (
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
)

// taxHeld is the tax of what orders paid for a grant, without that of what went back while the money was held for it.
func (s *Service) taxHeld(tx *db.Tx, grantID int64) (sum taxes.Tax, err error) {
	var rows []orderRow
	err = tx.Gorm().Select("id", "price_cents", "excise_cents", "vat_cents").Where("grant_id = ? AND state = ? AND (excise_cents <> 0 OR vat_cents <> 0)", grantID, OrderPaid).
		Order("id").Limit(10_000).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return sum, db.Fault(err)
	}
	back, err := s.backOfOrders(tx, grantID)
	if err != nil {
		return sum, err
	}
	for _, r := range rows {
		o := Order{Price: r.Price, Tax: taxes.Tax{Excise: r.ExciseCents, VAT: r.VATCents}}
		gone, err := o.taxPart(back[r.ID])
		if err != nil {
			return sum, err
		}
		sum = sum.Plus(o.Tax).Plus(gone.Neg())
	}
	return sum, nil
}

// backOfOrders is what was paid back or reversed of the money that is held for a grant, by order.
func (s *Service) backOfOrders(tx *db.Tx, grantID int64) (map[int64]int64, error) {
	type part struct{ OrderID, Cents int64 }
	var refunds, reversals []part
	err := tx.Gorm().Raw("SELECT order_id, SUM(amount_cents) AS cents FROM refunds WHERE grant_id = ? AND account = ? GROUP BY order_id", grantID, ledger.PrepaidService).Scan(&refunds).Error
	if err == nil {
		err = tx.Gorm().Raw("SELECT order_id, SUM(service_cents) AS cents FROM reversals WHERE grant_id = ? AND account = ? GROUP BY order_id", grantID, ledger.PrepaidService).Scan(&reversals).Error
	}
	all := map[int64]int64{}
	for _, p := range append(refunds, reversals...) {
		all[p.OrderID] += p.Cents
	}
	return all, db.Fault(err)
}
