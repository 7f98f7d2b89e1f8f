package invoices

import (
	"gorm.io/gorm"

	"mtandao/internal/db"
)

// billed reads what earlier documents of a run say of those subscriptions about whose past something new is known.
func (s *Service) billed(tx *db.Tx, page []Due) (map[int64][]Line, error) {
	all := map[int64][]Line{}
	for _, due := range page {
		h := due.History
		if h.Since == 0 || h.Since >= due.Period.From || h.Cycle.check() != nil {
			continue
		}
		docs, err := documents(tx.Gorm().Where("subscription_id = ? AND period_day < ? AND cause LIKE ?", due.SubscriptionID, due.Period.From.String(), "subscription:%").
			Where("period_day >= ?", h.Cycle.Period(h.Since).From.String()).Order("period_day").Limit(mostCorrected))
		if err != nil {
			return nil, err
		}
		if docs, err = withLines(tx.Gorm().Session(&gorm.Session{NewDB: true}), docs); err != nil {
			return nil, err
		}
		from := h.Cycle.Period(h.Since).From
		for _, d := range docs {
			for _, l := range d.Lines {
				if l.PeriodDay >= from {
					all[due.SubscriptionID] = append(all[due.SubscriptionID], l)
				}
			}
		}
	}
	return all, nil
}

// unpark takes away what earlier runs could not bill, so that this one may.
func (s *Service) unpark(tx *db.Tx, all []Document) error {
	causes := make([]string, len(all))
	for n, d := range all {
		causes[n] = d.Cause
	}
	for some := range db.Pieces(causes) {
		if err := tx.Gorm().Where("cause IN ? AND state = ? AND lines_hash = ''", some, Parked).Delete(&documentRow{}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
