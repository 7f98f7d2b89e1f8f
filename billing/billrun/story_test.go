package billrun

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/arrears"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/testdb"
)

// story is a street that is billed each hour by three workers who die again and again, of whom some pay, some late, some wrongly, some not.
type story struct {
	*street
	arrears  *arrears.Service
	killer   *testdb.Killer
	paying   map[clock.Day][]payment
	outages  []int64
	returned int
	sites    []int64
	places   map[int64][]lived // of each line, as it was told
	exempt   map[int64]certified
	saw      taxation
	rail     rail
	dunned   clock.Day      // when dunning was last done
	answered map[string]int // by what was answered
	murdered int            // processes
}

// reminders is what happens to who does not pay.
var reminders = []invoices.Step{{After: -3, Action: invoices.Remind}, {After: 3, Action: invoices.Throttle}, {After: 5, Action: invoices.Fee, Cents: 200_00}, {After: 7, Action: invoices.Garden},
	{After: 30, Action: invoices.SuspendService}, {After: 90, Action: invoices.Terminate}}

// silence is nobody who is told, and a till.
type silence struct{}

// Send implements arrears.Messages.
func (silence) Send(*db.Tx, notify.Message) (int64, error) { return 1, nil }

// ReversalByID implements arrears.Tills, as the next two do.
func (silence) ReversalByID(context.Context, int64) (billing.Reversal, error) {
	return billing.Reversal{}, nil
}
func (silence) ReceiptByID(context.Context, int64) (billing.Receipt, error) {
	return billing.Receipt{}, nil
}
func (silence) OrderByID(context.Context, int64) (billing.Order, error) { return billing.Order{}, nil }

// Withdraw implements arrears.Messages.
func (silence) Withdraw(*db.Tx, string) (bool, error) { return true, nil }

// TillFor implements arrears.Tills.
func (silence) TillFor(context.Context, int64) (billing.Till, error) {
	return billing.Till{Type: billing.TillPaybill, ShortCode: "600100"}, nil
}

// tell begins a story in a town.
func tell(w *town, seed uint64, lines int) *story {
	w.Helper()
	s := &story{street: &street{town: w, r: rand.New(rand.NewPCG(seed, 61)), used: map[int64]map[clock.Day]int64{}}, answered: map[string]int{}, paying: map[clock.Day][]payment{}}
	s.arrears = arrears.New(arrears.Options{DB: w.DB, Jobs: w.jobs, Clock: w.clock, Settings: w.Lines.Settings, Sites: w.Lines.Sites, Customers: w.Customers, Invoices: w.invoices, Lines: w.Lines,
		Access: w.Lines.Access, Messages: silence{}, Tills: silence{}})
	if err := w.invoices.SaveSteps(context.Background(), "", reminders, invoices.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
	s.killer = testdb.NewKiller(w, w.DB)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.jobs.Run(ctx) })
	w.Cleanup(func() { stop(); running.Wait() })
	s.begin(lines)
	s.settles()
	s.levies()
	s.opensTill()
	return s
}

// bill has three workers bill and issue at once, one of whom may die at each write.
func (s *story) bill(deadly bool) {
	s.Helper()
	ctx, today := context.Background(), clock.DayOf(s.clock.Now())
	if deadly {
		s.killer.Always(1 + s.r.IntN(40))
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			drafted, err := s.invoices.Run(ctx, today, s.Source, invoices.RunOptions{})
			if err == nil {
				_, err = s.invoices.Issue(ctx)
			}
			if err != nil && !fault.Is(err, fault.Unavailable) || drafted.Parked > 0 {
				s.Error(drafted, err)
			}
		})
	}
	all.Wait()
	s.killer.Spare()
}

// idle waits until no job is left, however often it has to be tried again, and whoever died over it.
func (s *story) idle() {
	s.Helper()
	for range 600 {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		if s.jobs.Idle(ctx) != nil {
			if err := s.jobs.RescueNow(context.Background()); err != nil {
				s.Fatal(err)
			}
		}
		stop()
		st, err := s.jobs.Stats(context.Background())
		if err != nil || st.Parked > 0 {
			s.Fatal(st, err)
		}
		if st.Waiting+st.Running == 0 {
			return
		}
		s.clock.Advance(time.Second)
	}
	s.Fatal("jobs go on for ever")
}

// suffers gives the whole site days for an outage, and now and then takes them back.
func (s *story) suffers() {
	s.Helper()
	if len(s.outages) > 0 && s.r.IntN(3) == 0 {
		if _, err := s.takesBack(s.outages[0]); err != nil {
			s.Fatal("days taken back: ", err)
		}
		s.outages = s.outages[1:]
		return
	}
	o, err := s.Lines.Compensate(context.Background(), s.sites[s.r.IntN(len(s.sites))], 1+s.r.IntN(4), "the fibre was cut", office)
	if err == nil {
		_, err = s.madeUp(o.ID)
	}
	if err != nil {
		s.Fatal("days given: ", err)
	}
	s.outages = append(s.outages, o.ID)
	s.givenHere(o)
}

// linesNow are all lines as they are, in one query: one by one they were two hundred a day.
func (s *story) linesNow() map[int64]subscriptions.Subscription {
	s.Helper()
	all, err := s.Lines.List(context.Background(), subscriptions.Which{}, 0, 2*len(s.lines))
	if err != nil {
		s.Fatal(err)
	}
	now := map[int64]subscriptions.Subscription{}
	for _, sub := range all {
		now[sub.ID] = sub
	}
	return now
}

// lives is a day: billed each hour, with what people and staff do by day.
func (s *story) lives(d clock.Day, busy bool) (barred int) {
	s.Helper()
	if err := s.Lines.Access.Follow(context.Background()); err != nil { // log-ins are answered from memory
		s.Fatal(err)
	}
	for hour := range 24 {
		s.clock.Set(d.Start().Add(time.Duration(hour)*time.Hour + time.Minute))
		if err := s.Lines.Tick(context.Background()); err != nil {
			s.Fatal("renewing: ", err)
		}
		if deadly := int(d)%30 == 7; !deadly || hour > 13 {
			s.bill(s.r.IntN(3) == 0)
		} else if hour == 13 {
			s.killed()
		}
		switch hour {
		case 6:
			s.idle()
			s.usesSome(d, busy)
		case 9:
			if err := s.arrears.Tick(context.Background()); err != nil {
				s.Fatal("dunning: ", err)
			}
			s.idle()
			s.dunned = d
		case 10:
			s.settling(d) // while it is day: by night nobody is cut off
		case 14:
			if !busy {
				break
			}
			for range 1 + s.r.IntN(1+len(s.lines)/20) {
				err := s.happens(s.lines[s.r.IntN(len(s.lines))])
				if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid {
					s.Fatal(err)
				}
			}
			s.moves()
			if s.r.IntN(40) == 0 {
				s.suffers()
			}
		case 20:
			s.idle()
			s.meetsBills(d)
			barred = s.agrees(d)
		}
		s.answers()
	}
	return barred
}

// usesSome has routers tell of use of some lines, of some of it weeks later.
func (s *story) usesSome(d clock.Day, busy bool) {
	all := s.lines
	if !busy {
		s.lines = nil
	} else {
		at := s.r.IntN(len(all))
		s.lines = all[at:min(len(all), at+1+len(all)/16)]
	}
	s.uses(d)
	s.lines = all
}

// TestTwoYears is "must be shown" 1: subscribers live as they like, three workers who are killed bill them each hour, and some pay. Nobody is billed
// twice or left out, each bill equals the oracle's to the cent, access is as arrears say on each day, and the books come to zero. A twentieth of it is 100
// subscribers for a year on each of the two databases; MTANDAO_LONG tells all of it, MTANDAO_SEED another one.
func TestTwoYears(t *testing.T) {
	seed, lines, days := uint64(1), 100, 365
	if os.Getenv("MTANDAO_LONG") != "" {
		lines, days = 2_000, 730
	}
	if text := os.Getenv("MTANDAO_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	together(t, func(t *testing.T, w *town) {
		s := tell(w, seed, lines)
		first, barred := clock.DayOf(s.clock.Now()), 0
		for d := first + 1; d <= first+clock.Day(days); d++ {
			barred += s.lives(d, true)
			if (d-first)%90 == 0 {
				s.prove()
			}
		}
		for d := first + clock.Day(days) + 1; d < first+clock.Day(days)+125; d++ { // what is known late is billed then
			s.clock.Set(d.Start().Add(time.Hour))
			s.usesSome(d, false)
			s.bill(false)
			s.settling(d)
		}
		periods := 0
		for _, sub := range s.lines {
			docs := s.documents(sub)
			periods += s.compareWith(seed, sub, docs, nil)
			s.addressed(sub, docs)
			s.taxed(sub, docs)
		}
		if again := s.bills(); again != (invoices.Drafted{}) {
			t.Error("a run after it did", again)
		}
		s.prove()
		s.banked()
		var issued int
		if err := s.DB.SQL().QueryRow("SELECT COUNT(*) FROM invoices WHERE number IS NOT NULL").Scan(&issued); err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d: %d subscribers for %d days, %d documents of %d periods, workers killed %d times, %d processes killed, %d line-days in arrears, %d payments went back, taxes of %+v, by paybill %+v, log-ins answered %v", seed, lines, days, issued, periods, s.killer.Deaths(), s.murdered, barred, s.returned, s.saw, s.rail.seen, s.answered)
		if s.killer.Deaths() < 20 || s.murdered == 0 || barred == 0 || s.returned == 0 || min(s.saw.exempt, s.saw.cut, s.saw.back) == 0 || s.rail.seen.few() || len(s.answered) < 4 {
			t.Error("too little happened")
		}
	})
}
