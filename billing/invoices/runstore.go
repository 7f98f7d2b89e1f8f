package invoices

import (
	"slices"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// billed reads what earlier documents of a run say of those subscriptions about whose past something new is known.
func (s *Service) billed(tx *db.Tx, page []Due) (map[track][]Line, error) {
	from, ids := map[track]Period{}, []int64{}
	first, last := forever, clock.Day(0)
	for _, due := range page {
		h := due.History
		if h.Since == 0 || h.Since >= due.Period.From || h.Cycle.check() != nil {
			continue
		}
		span := Period{h.Cycle.Period(h.Since).From, due.Period.From}
		from[due.track()], ids = span, append(ids, due.SubscriptionID)
		first, last = min(first, span.From), max(last, span.Until)
	}
	all := map[track][]Line{}
	for some := range db.Pieces(ids) {
		docs, err := documents(tx.Gorm().Where("subscription_id IN ? AND period_day >= ? AND period_day < ? AND cause LIKE ?", some, first.String(), last.String(), "subscription:%").
			Order("subscription_id, period_day").Limit(mostCorrected * len(some)))
		if err != nil {
			return nil, err
		}
		docs = slices.DeleteFunc(docs, func(d Document) bool { return !from[trackOf(d)].holds(d.Period.From) })
		if docs, err = withLines(tx.Gorm().Session(&gorm.Session{NewDB: true}), docs); err != nil {
			return nil, err
		}
		for _, d := range docs {
			of := trackOf(d)
			for _, l := range d.Lines {
				if l.Payer = d.CustomerID; l.PeriodDay >= from[of].From {
					all[of] = append(all[of], l)
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
