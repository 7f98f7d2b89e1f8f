package billrun

import (
	"context"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// latestUse is how many days after a period its use is billed, on the next bill; what comes later than that is not, and staff are shown it.
const latestUse = 92

// lateReport is use that came late. Track is where it costs something; empty for nowhere.
type lateReport struct {
	id        int64
	day, told clock.Day
	track     string
	lost      bool
}

// hear judges what came late since: what costs something is something new about its day, which the next bill looks at.
func (s *Source) hear(ctx context.Context) error {
	for {
		told := map[int64][]lateReport{}
		var grants []int64
		err := s.Usage.NewLate(ctx, func(id, grantID int64, at, when time.Time) {
			if told[grantID] == nil {
				grants = append(grants, grantID)
			}
			told[grantID] = append(told[grantID], lateReport{id: id, day: clock.DayOf(at), told: clock.DayOf(when)})
		})
		if err != nil || len(grants) == 0 {
			return err
		}
		of, err := s.Lines.OfGrants(ctx, grants)
		if err != nil {
			return err
		}
		if err := s.judge(ctx, grants, told, of); err != nil {
			return err
		}
	}
}

// judge says what becomes of the reports of some grants, which subscriptions have.
func (s *Source) judge(ctx context.Context, grants []int64, told map[int64][]lateReport, of map[int64]int64) error {
	var ids []int64
	for _, id := range of {
		ids = append(ids, id)
	}
	kept, err := s.positionsOf(ctx, ids)
	if err != nil {
		return err
	}
	tracks, due := map[int64]cycles{}, make([]invoices.Due, 0, len(kept))
	for _, p := range kept {
		if p.Track == "" {
			continue
		}
		if tracks[p.SubscriptionID] == nil {
			tracks[p.SubscriptionID] = cycles{}
		}
		tracks[p.SubscriptionID][p.Track], due = p.cycle(p.Track), append(due, p.due())
	}
	known, err := s.page(ctx, due)
	if err != nil {
		return err
	}
	for _, grantID := range grants {
		id := of[grantID]
		for n := range told[grantID] {
			l := &told[grantID][n]
			l.track = known.meteredOn(id, l.day)
			l.lost = l.track != "" && tooLate(tracks[id].of(l.track), l.day, l.told)
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.judged(tx, id, told[grantID]) }); err != nil {
			return err
		}
	}
	return nil
}

// judged writes down what becomes of the reports of a subscription.
func (s *Source) judged(tx *db.Tx, id int64, all []lateReport) error {
	if err := lock(tx, id); err != nil {
		return err
	}
	kept, err := positionsIn(tx, id)
	if err != nil {
		return err
	}
	for _, l := range all {
		won, err := s.Usage.Judge(tx, l.id, l.track != "", l.lost)
		if err != nil {
			return err
		}
		for n := range kept {
			if won && kept[n].Track == l.track && l.track != "" {
				kept[n] = kept[n].noted(l.day)
				if err := update(tx, kept[n]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// meteredOn is the track on which the use of a line on a day costs something; empty for none.
func (p page) meteredOn(subscriptionID int64, d clock.Day) string {
	for _, one := range p.lives[subscriptionID].stretches {
		terms := p.prices[one.sold.PriceID].Terms
		if one.from <= d && (one.until == 0 || d < one.until) && one.billed() && (terms.Data.Counts() || terms.Time.Counts()) {
			return trackOf(one.sold.Interval)
		}
	}
	return ""
}

// tooLate says that use of a day was told of too late to be billed.
func tooLate(c invoices.Cycle, d, told clock.Day) bool { return told >= c.Period(d).Until+latestUse }

// measureLate has bills tell what came late, and leave out what came too late.
func (s *Source) measureLate(ctx context.Context, b batch) error {
	return s.Usage.EachLate(ctx, b.grants, b.from, b.until, func(grantID int64, at, told time.Time, octets, seconds int64) {
		d := clock.DayOf(at)
		for _, m := range b.of[grantID] {
			m.use(d, at, -octets, -seconds, false)
			if !tooLate(m.due.History.Cycle, d, clock.DayOf(told)) {
				m.use(d, at, octets, seconds, true)
			}
		}
	})
}
