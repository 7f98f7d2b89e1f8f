package billrun

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// street is lines that live as they like.
type street struct {
	*town
	r     *rand.Rand
	lines []subscriptions.Subscription
	firms map[int64]bool                // customers whose lines have business prices
	used  map[int64]map[clock.Day]int64 // what was told of, by grant
	later []report
	kin   int       // of how many of the first lines the customers have the same billing day
	told  clock.Day // from then on routers are never late, and nothing happens: what is known is billed at the end
}

// report is use that is told of on a day.
type report struct {
	grantID int64
	of, on  clock.Day
	octets  int64
}

var kinds = []string{"month", "big", "after", "week", "quarter", "metered", "bounded", "hybrid", "before"}

func (s *street) begin(n int) {
	s.Helper()
	shillings := money.Shillings
	s.firms = map[int64]bool{}
	firms := func(bob int64) []plans.Tariff {
		return []plans.Tariff{{Segment: plans.Business, Amount: shillings(bob)}}
	}
	s.sells("month", 3001, func(p *plans.Plan) { p.Terms.Inclusive, p.Terms.Rates = false, firms(3807) })
	s.sells("big", 5999, nil)
	s.sells("after", 2777, func(p *plans.Plan) { p.Terms.Arrears, p.Terms.Rates = true, firms(2503) })
	s.sells("week", 701, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
	s.sells("quarter", 8003, func(p *plans.Plan) { p.Terms.Interval.Every = 3 })
	s.sells("metered", 1009, func(p *plans.Plan) {
		p.Terms.Data = plans.Meter{Included: 20, Tiers: []plans.Tier{{UpTo: 15, Each: shillings(31)}, {Each: shillings(17)}}}
	})
	s.sells("bounded", 1103, func(p *plans.Plan) {
		p.Terms.Minimum, p.Terms.Maximum = shillings(1801), shillings(2603)
		p.Terms.Data = plans.Meter{Included: 5, Tiers: []plans.Tier{{Each: shillings(67)}}}
	})
	s.sells("hybrid", 999, func(p *plans.Plan) {
		p.Terms.Mode, p.Terms.Data = plans.Hybrid, plans.Meter{Included: 30, Tiers: []plans.Tier{{Each: shillings(13)}}}
	})
	s.sells("before", 1999, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
	s.addOn("static", 503, false)
	s.addOnOf("speed", 307, false, 3*gigabyte+7)
	s.addOn("pack", 211, true)
	s.addOnOf("data", 97, true, 9*gigabyte)
	for one := range n {
		at := s.clock.Now().AddDate(0, 0, s.r.IntN(60)-50)
		day := 1 + s.r.IntN(31)
		if one < s.kin {
			day = 5
		}
		c := s.customer(day)
		s.in(func(tx *db.Tx) error { // some can pay beforehand
			some := shillings(1 + s.r.Int64N(20_000))
			_, err := s.accounts.Add(tx, c.ID, some, accounts.Cause{Kind: "counter", Request: fmt.Sprint("money", c.ID)}, ledger.Posting{Account: ledger.Cash, Amount: some})
			return err
		})
		s.lines = append(s.lines, s.line(c.ID, kinds[s.r.IntN(len(kinds)-1)], at, func(n *subscriptions.Opening) {
			if s.firms[c.ID] = s.r.IntN(4) == 0; s.firms[c.ID] {
				n.Segment = plans.Business
			}
			n.Contract = &subscriptions.Contract{Until: s.clock.Now().AddDate(1, 0, 0), Fee: shillings(4001)}
		}))
	}
}

// happens is something that is recorded of a line; often it cannot be, and then nothing is.
func (s *street) happens(sub subscriptions.Subscription) error {
	ctx, at := context.Background(), time.Time{}
	if s.r.IntN(2) == 0 {
		at = s.clock.Now().Add(time.Duration(s.r.IntN(100*24)-80*24) * time.Hour)
	}
	var err error
	switch s.r.IntN(12) {
	case 0:
		_, err = s.Lines.Pause(ctx, sub.ID, at, "away", office)
	case 1, 2:
		_, err = s.Lines.Resume(ctx, sub.ID, at, office)
	case 3, 4:
		_, err = s.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: kinds[s.r.IntN(len(kinds))], At: at}, office)
	case 5:
		_, err = s.Lines.AddOn(ctx, sub.ID, []string{"static", "speed", "pack", "data"}[s.r.IntN(4)], office)
	case 6:
		_, err = s.Lines.DropAddOn(ctx, sub.ID, []string{"static", "speed"}[s.r.IntN(2)], office)
	case 7:
		d := plans.Discount{Percent: 1 + s.r.Int64N(9999), Periods: s.r.IntN(5)}
		if s.r.IntN(2) == 0 {
			d = plans.Discount{Amount: money.KES(1 + s.r.Int64N(400_000)), Periods: s.r.IntN(5)}
		}
		_, err = s.Lines.Discount(ctx, sub.ID, d, "kind", office)
	case 8:
		key := kinds[s.r.IntN(4)]
		plan, e := s.Plans.ByKey(ctx, key)
		if e != nil {
			return e
		}
		s.sells(key, 500+s.r.Int64N(9000), func(p *plans.Plan) {
			if p.Terms = plan.Terms; len(plan.Terms.Rates) > 0 {
				p.Terms.Rates = []plans.Tariff{{Segment: plans.Business, Amount: money.Shillings(500 + s.r.Int64N(9000))}}
			}
		})
		_, err = s.Lines.Reprice(ctx, sub.ID, office)
	case 9:
		_, err = s.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: kinds[s.r.IntN(len(kinds))], AtEnd: true}, office)
	case 10:
		if s.r.IntN(6) == 0 {
			_, err = s.Lines.End(ctx, sub.ID, subscriptions.Ending{At: at, Reason: "moves away"}, office)
		}
	case 11:
		s.movesTo(sub.CustomerID, 1+s.r.IntN(31), s.r.IntN(8))
	}
	return err
}

// uses has routers tell of a day's use, of some of it weeks later.
func (s *street) uses(today clock.Day) {
	s.Helper()
	for _, sub := range s.lines {
		for range s.r.IntN(3) {
			one := report{sub.GrantID, today - 1, today, s.r.Int64N(2 * gigabyte)}
			if s.r.IntN(9) == 0 && today < s.told {
				one.on += clock.Day(s.r.IntN(26))
			}
			s.later = append(s.later, one)
		}
	}
	var left []report
	for _, one := range s.later {
		if one.on > today {
			left = append(left, one)
			continue
		}
		s.tells(one)
	}
	s.later = left
}

func (s *street) tells(one report) {
	s.Helper()
	if s.used[one.grantID] == nil {
		s.used[one.grantID] = map[clock.Day]int64{}
	}
	s.used[one.grantID][one.of] += one.octets
	_, err := s.DB.SQL().Exec("INSERT INTO usage_days (grant_id, day, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, 0, 0, ?)", one.grantID, one.of.String(), s.DB.ID(), one.octets)
	if err != nil {
		s.Fatal(err)
	}
}

// compare holds what was billed of each period against what its days cost.
func (s *street) compare(seed uint64, sub subscriptions.Subscription) (periods int) {
	s.Helper()
	return s.compareWith(seed, sub, s.documents(sub), nil)
}

// logs tells a line's history and its documents.
func (s *street) logs(events []subscriptions.Event, docs []invoices.Document) {
	for _, e := range events {
		said, err := json.Marshal(e.Said)
		s.Logf("%s %s (recorded %s) %s %v", e.At.In(clock.Nairobi).Format(time.DateTime), e.Kind, e.Recorded.In(clock.Nairobi).Format(time.DateTime), said, err)
	}
	for _, d := range docs {
		s.Logf("%s on %v: %s", d.Cause, d.Day, d.State)
		for _, l := range d.Lines {
			s.Logf("  %v %v-%v %s %s: %d, %+v", l.PeriodDay, l.From, l.Until, l.Key, l.Says("en"), l.Amount, l.Parts)
		}
	}
}

// compareWith is compare of some documents; void are periods of which all was given.
func (s *street) compareWith(seed uint64, sub subscriptions.Subscription, docs []invoices.Document, void map[string][]clock.Day) (periods int) {
	s.Helper()
	ctx := context.Background()
	events, err := s.Lines.Events(ctx, sub.ID)
	if err != nil {
		s.Fatal(err)
	}
	kept, err := positions(s.DB.Read(ctx).Where("subscription_id = ?", sub.ID))
	if err != nil {
		s.Fatal(err)
	}
	o := &oracle{events: ordered(events), prices: map[int64]plans.Price{}, octets: s.used[sub.GrantID], states: map[clock.Day]subscriptions.State{}, firm: s.firms[sub.CustomerID], anchor: map[string]clock.Day{}, bills: map[string]int{}, moves: map[string][]invoices.Move{}, void: void}
	for _, p := range kept {
		o.anchor[p.Track], o.bills[p.Track], o.moves[p.Track] = p.Anchor, p.BillDay, p.Moves
	}
	for _, e := range events {
		if e.Said.Sold != nil {
			if o.prices[e.Said.Sold.PriceID], err = s.Plans.Price(ctx, e.Said.Sold.PriceID); err != nil {
				s.Fatal(err)
			}
		}
	}
	got, outside := billed(docs, func(invoices.Line) bool { return true }), billed(docs, func(l invoices.Line) bool { return !l.Inclusive })
	for _, p := range kept {
		last := clock.DayOf(s.clock.Now())
		for q := o.period(p.Track, clock.Date(2025, 11, 1)); q.From <= last; q = o.period(p.Track, q.Until) {
			early, late := o.costs(p.Track, q)
			want := early + late
			if q.Until > last { // its arrears are on the next
				want = early
			}
			if got[p.Track][q.From] != want {
				s.logs(o.events, docs)
				s.Errorf("seed %d: of the period from %v on %s is billed %d, and its days cost %d (%d of it in arrears)", seed, q.From, p.Track, got[p.Track][q.From], want, late)
				return periods
			}
			if q.Until <= last && outside[p.Track][q.From] != o.out {
				s.Errorf("seed %d: of the period from %v on %s is %d billed without taxes in it, and should be %d", seed, q.From, p.Track, outside[p.Track][q.From], o.out)
				return periods
			}
			periods++
		}
	}
	return periods
}

// TestEveryBillEqualsTheOracle has lines live two years, billed every few days, with much of it recorded weeks later, and compares what was billed of
// each period with what its days cost by Replay. Some of them pay for others, on one bill or many, and change that. MTANDAO_LONG makes it ten streets.
func TestEveryBillEqualsTheOracle(t *testing.T) {
	seeds, lines := uint64(1), 8
	if os.Getenv("MTANDAO_LONG") != "" {
		seeds, lines = 10, 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			each(t, func(w *town) {
				s := &street{town: w, r: rand.New(rand.NewPCG(seed, 60)), used: map[int64]map[clock.Day]int64{}, kin: 6}
				s.begin(lines)
				related := s.relate()
				first, periods := clock.DayOf(w.clock.Now()), 0
				s.told = first + 640
				for d := first + 1; d < first+760; d++ {
					related.choose(s, int(d-first))
					w.clock.Set(d.Start().Add(6 * time.Hour))
					s.uses(d)
					if err := w.Lines.Tick(context.Background()); err != nil {
						w.Fatal(err)
					}
					if s.r.IntN(4) == 0 {
						if drafted := w.bills(); drafted.Parked > 0 {
							w.Fatal("parked")
						}
					}
					w.clock.Set(d.Start().Add(time.Duration(7+s.r.IntN(16)) * time.Hour))
					for range s.r.IntN(3) {
						if d > s.told {
							break
						}
						err := s.happens(s.lines[s.r.IntN(len(s.lines))])
						if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid {
							w.Fatal(err)
						}
					}
				}
				w.bills()
				for _, sub := range s.lines {
					periods += s.compareWith(seed, sub, s.documentsTold(sub), nil)
				}
				t.Logf("%d periods, %d bills of several lines", periods, related.compare(s))
				w.prove()
			})
		})
	}
}
