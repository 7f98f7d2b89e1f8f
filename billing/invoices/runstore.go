package invoices

import (
	"context"
	"maps"
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
	slices.Sort(ids)
	ids = slices.Compact(ids) // two tracks of one would have its documents read in two pieces
	all := map[track]past{}
	for some := range db.Pieces(ids) {
		docs, err := s.bills(s.viewIn(tx), some, Period{first, last}, func(d Document) bool { return from[trackOf(d)].holds(d.Period.From) })
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			of := trackOf(d.Document)
			all[of] = past{since(all[of].billed, d.charged, from[of].From), since(all[of].given, d.took, from[of].From)}
		}
	}
	return all, nil
}

// lastDay is later than any period begins, and sorts so as a text.
var lastDay = clock.Date(9999, 1, 1)

// told is a bill of a period with what it charges, and what was given of that. Its lines name who answers for whom it was made out to.
type told struct {
	Document
	charged, took []Line
}

// view reads bills, and who answers for whom they were made out to.
type view struct {
	from *gorm.DB
	register
}

func (s *Service) viewIn(tx *db.Tx) view { return view{tx.Gorm(), s.registerIn(tx)} }

func (s *Service) viewNow(ctx context.Context) view {
	return view{s.DB.Read(ctx), s.registerNow(ctx)}
}

// bills are those of some subscriptions for periods that begin in some days, those that are wanted, with what of them somebody credited, or their taxes.
func (s *Service) bills(v view, subscriptionIDs []int64, in Period, wanted func(Document) bool) ([]told, error) {
	fresh := func() *gorm.DB { return v.from.Session(&gorm.Session{NewDB: true}) }
	docs, err := documents(fresh().Where("subscription_id IN ? AND period_day >= ? AND period_day < ? AND cause LIKE ?", subscriptionIDs, in.From.String(), in.Until.String(), runCause+"%").
		Order("subscription_id, period_day").Limit(mostCorrected * len(subscriptionIDs)))
	if err != nil {
		return nil, err
	}
	docs = slices.DeleteFunc(docs, func(d Document) bool { return !wanted(d) })
	if docs, err = withLines(fresh(), docs); err != nil {
		return nil, err
	}
	on, err := billsOf(v.from, docs)
	if err != nil {
		return nil, err
	}
	answers, err := v.answers(docs)
	if err != nil {
		return nil, err
	}
	notes, err := s.notesOfMany(fresh, append(slices.Collect(maps.Values(on)), docs...))
	if err != nil {
		return nil, err
	}
	all := make([]told, len(docs))
	for n, d := range docs {
		all[n].Document = d
		if bill, is := on[d.ID]; is {
			all[n].charged, all[n].took, err = d.tellPart(bill, notes[bill.ID])
		} else {
			all[n].charged, all[n].took, err = d.tell(notes[d.ID])
		}
		if err != nil {
			return nil, err
		}
		for _, lines := range [][]Line{all[n].charged, all[n].took} {
			for i := range lines {
				lines[i].Payer = answers[d.CustomerID]
			}
		}
	}
	return all, nil
}

// tellPart is tell of a part of a bill of which something was given.
func (d Document) tellPart(bill Document, notes []Document) (charged, took []Line, err error) {
	charges, given, err := bill.tell(notes)
	if err != nil {
		return nil, nil, err
	}
	own := func(all []Line) (own []Line) {
		for _, l := range all {
			if l.Part == d.ID {
				l.Part = 0
				own = append(own, l)
			}
		}
		return own
	}
	return own(charges), own(given), nil
}

// tell is what a bill charges, less what only its taxes were credited, and what was given of it.
func (d Document) tell(notes []Document) (charged, took []Line, err error) {
	byHand := notes[:0:0]
	charged = d.Lines
	for _, note := range notes {
		if strings.HasPrefix(note.Cause, exemptCause) { // of taxes alone, line by line
			charged = append(slices.Clip(charged), note.Lines...)
		} else {
			byHand = append(byHand, note)
		}
	}
	if took, err = given(d, byHand); err != nil {
		return nil, nil, err
	}
	return slices.Clone(charged), took, nil
}

// past is what earlier documents say of a track, and what was given of it.
type past struct{ billed, given []Line }

// since adds lines to others, those of periods from a day on.
func since(all, lines []Line, from clock.Day) []Line {
	for _, l := range lines {
		if l.PeriodDay >= from {
			all = append(all, l)
		}
	}
	return all
}

// notesOfMany are the notes by which somebody credited some invoices, or their taxes, by the ids of these.
func (s *Service) notesOfMany(fresh func() *gorm.DB, docs []Document) (map[int64][]Document, error) {
	var ids []int64
	for _, d := range docs {
		if d.Credited != 0 {
			ids = append(ids, d.ID)
		}
	}
	by := map[int64][]Document{}
	for some := range db.Pieces(ids) {
		notes, err := documents(fresh().Where("of_id IN ? AND (cause LIKE ? OR cause LIKE ?)", some, creditCause+"%", exemptCause+"%").Order("id").Limit(mostLines * len(some)))
		if err != nil {
			return nil, err
		}
		if notes, err = withLines(fresh(), notes); err != nil {
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

// VoidBills are the periods that were billed to some subscriptions and of which nothing is left to pay, by subscriptions and tracks, for somebody gave it.
func (s *Service) VoidBills(ctx context.Context, subscriptionIDs []int64) (map[int64]map[string][]clock.Day, error) {
	all := map[int64]map[string][]clock.Day{}
	for some := range db.Pieces(subscriptionIDs) {
		docs, err := s.bills(s.viewNow(ctx), some, Period{0, lastDay}, func(Document) bool { return true })
		if err != nil {
			return nil, err
		}
		by := map[track][2][]Line{}
		for _, d := range docs {
			of := by[trackOf(d.Document)]
			by[trackOf(d.Document)] = [2][]Line{append(of[0], d.charged...), append(of[1], d.took...)}
		}
		for of, lines := range by {
			if days := givenUp(lines[0], lines[1]); len(days) > 0 {
				if all[of.subscriptionID] == nil {
					all[of.subscriptionID] = map[string][]clock.Day{}
				}
				all[of.subscriptionID][of.name] = days
			}
		}
	}
	return all, nil
}
