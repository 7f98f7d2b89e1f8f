package invoices

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// billed reads what earlier documents of a run say of those subscriptions about whose past something new is known.
func (s *Service) billed(tx *db.Tx, page []Due) (map[track]past, error) {
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
	all := map[track]past{}
	for some := range db.Pieces(ids) {
		docs, err := documents(tx.Gorm().Where("subscription_id IN ? AND period_day >= ? AND period_day < ? AND cause LIKE ?", some, first.String(), last.String(), runCause+"%").
			Order("subscription_id, period_day").Limit(mostCorrected * len(some)))
		if err != nil {
			return nil, err
		}
		docs = slices.DeleteFunc(docs, func(d Document) bool { return !from[trackOf(d)].holds(d.Period.From) })
		if docs, err = withLines(tx.Gorm().Session(&gorm.Session{NewDB: true}), docs); err != nil {
			return nil, err
		}
		notes, err := s.notesOfMany(tx, docs)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			of := trackOf(d)
			byHand, charged := notes[d.ID][:0:0], d.Lines
			for _, note := range notes[d.ID] {
				if strings.HasPrefix(note.Cause, exemptCause) { // of taxes alone, line by line
					charged = append(slices.Clip(charged), note.Lines...)
				} else {
					byHand = append(byHand, note)
				}
			}
			took, err := given(d, byHand)
			if err != nil {
				return nil, err
			}
			all[of] = past{d.since(all[of].billed, charged, from[of].From), d.since(all[of].given, took, from[of].From)}
		}
	}
	return all, nil
}

// past is what earlier documents say of a track, and what was given of it.
type past struct{ billed, given []Line }

// since adds lines of a document to others, those of periods from a day on.
func (d Document) since(all, lines []Line, from clock.Day) []Line {
	for _, l := range lines {
		if l.Payer = d.CustomerID; l.PeriodDay >= from {
			all = append(all, l)
		}
	}
	return all
}

// notesOfMany are the notes by which somebody credited some invoices, or their taxes, by the ids of these.
func (s *Service) notesOfMany(tx *db.Tx, docs []Document) (map[int64][]Document, error) {
	var ids []int64
	for _, d := range docs {
		if d.Credited != 0 {
			ids = append(ids, d.ID)
		}
	}
	by := map[int64][]Document{}
	for some := range db.Pieces(ids) {
		notes, err := documents(tx.Gorm().Where("of_id IN ? AND (cause LIKE ? OR cause LIKE ?)", some, creditCause+"%", exemptCause+"%").Order("id").Limit(mostLines * len(some)))
		if err != nil {
			return nil, err
		}
		if notes, err = withLines(tx.Gorm().Session(&gorm.Session{NewDB: true}), notes); err != nil {
			return nil, err
		}
		for _, n := range notes {
			by[n.OfID] = append(by[n.OfID], n)
		}
	}
	return by, nil
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

// VoidBills are the periods of which some subscriptions' bills charged something and were credited in full, by subscriptions and tracks.
func (s *Service) VoidBills(ctx context.Context, subscriptionIDs []int64) (map[int64]map[string][]clock.Day, error) {
	all := map[int64]map[string][]clock.Day{}
	for some := range db.Pieces(subscriptionIDs) {
		docs, err := documents(s.DB.Read(ctx).Where("subscription_id IN ? AND state = ? AND cause LIKE ?", some, Void, runCause+"%").Limit(mostLines * len(some)))
		if err != nil {
			return nil, err
		}
		if docs, err = withLines(s.DB.Read(ctx), docs); err != nil {
			return nil, err
		}
		for _, d := range docs {
			of := trackOf(d)
			if all[of.subscriptionID] == nil {
				all[of.subscriptionID] = map[string][]clock.Day{}
			}
			for _, l := range d.Lines {
				if days := all[of.subscriptionID][of.name]; !l.Correction && l.Key != RoundingLine && !slices.Contains(days, l.PeriodDay) {
					all[of.subscriptionID][of.name] = append(days, l.PeriodDay)
				}
			}
		}
	}
	return all, nil
}
