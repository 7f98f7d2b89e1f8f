package billrun

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/arrears"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// story is a street that is billed each hour by three workers who die again and again, of whom some pay, some late, some wrongly, some not.
type story struct {
	*street
	arrears  *arrears.Service
	killer   *testdb.Killer
	paying   map[clock.Day][]payment
	outages  []int64
	returned int
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
	s := &story{street: &street{town: w, r: rand.New(rand.NewPCG(seed, 61)), used: map[int64]map[clock.Day]int64{}}, paying: map[clock.Day][]payment{}}
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
	ctx := context.Background()
	if len(s.outages) > 0 && s.r.IntN(3) == 0 {
		if _, err := s.Lines.UndoOutage(ctx, s.outages[0], office); err != nil {
			s.Fatal("days taken back: ", err)
		}
		s.outages = s.outages[1:]
		return
	}
	o, _, err := s.Lines.Compensate(ctx, s.site, 1+s.r.IntN(4), "the fibre was cut", office)
	if err != nil {
		s.Fatal("days given: ", err)
	}
	s.outages = append(s.outages, o.ID)
}

// agrees holds how each line is kept against what its customer owes, as the table says it: by who is late for how long, and nothing else.
func (s *story) agrees(today clock.Day) (barred int) {
	s.Helper()
	late := map[int64]clock.Day{}
	rows, err := s.DB.SQL().Query("SELECT customer_id, MIN(due_day) FROM invoices WHERE state = 'issued' AND open_cents > 0 GROUP BY customer_id")
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			s.Fatal(err)
		}
		due, ok := clock.ParseDay(text)
		if !ok {
			s.Fatal(text)
		}
		late[id] = due
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	ids := make([]int64, len(s.lines))
	for n, sub := range s.lines {
		ids[n] = sub.GrantID
	}
	grants, err := s.Lines.Access.Views(context.Background(), ids)
	if err != nil {
		s.Fatal(err)
	}
	now := s.linesNow()
	for _, sub := range s.lines {
		got, known := now[sub.ID]
		if !known {
			s.Fatalf("line %d is gone", sub.ID)
		}
		due, owes := late[sub.CustomerID]
		want := "free"
		if days := today - due; owes && got.State.Sold.Mode != plans.Prepaid {
			switch {
			case days >= 90:
				want = "ended"
			case days >= 30:
				want = "closed"
			case days >= 7:
				want = "garden"
			case days >= 3:
				want = "slow"
			}
		}
		if want == "ended" && s.invoicedSince(got) {
			want = "closed"
		}
		g := grants[sub.GrantID].Grant
		if has := kept(g); has != want && has != "ended" || (g.State == access.Ended) != (got.State.Status == subscriptions.Ended) {
			s.tellsOf(sub.CustomerID)
			s.Fatalf("on %v line %d of customer %d is %s (%s, %s), owes since %v (%v), and should be %s", today, sub.ID, sub.CustomerID, has, got.State.Status, got.State.Sold.Mode, due, owes, want)
		}
		if want != "free" {
			barred++
		}
	}
	return barred
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

// invoicedSince says that a line was not paid by invoice yet when its customer's debts ended those that were: it is not ended, and let in only when they are paid.
func (s *story) invoicedSince(sub subscriptions.Subscription) bool {
	s.Helper()
	var at time.Time
	if err := s.DB.Read(context.Background()).Raw("SELECT at FROM dunning_log WHERE customer_id = ? AND what = 'done' AND step = 'terminate:90' ORDER BY id DESC LIMIT 1", sub.CustomerID).Scan(&at).Error; err != nil {
		s.Fatal(err)
	}
	events, err := s.Lines.Events(context.Background(), sub.ID)
	if err != nil {
		s.Fatal(err)
	}
	events = slices.DeleteFunc(events, func(e subscriptions.Event) bool { return e.Recorded.After(at) })
	then, err := subscriptions.Replay(events, at, func(int64) *time.Location { return clock.Nairobi })
	if err != nil {
		s.Fatal(err)
	}
	return !at.IsZero() && !then.Invoiced()
}

// tellsOf logs what is known of a customer's debts.
func (s *story) tellsOf(customerID int64) {
	for _, query := range []string{"SELECT id, day, due_day, gross_cents, open_cents, state FROM invoices WHERE customer_id = ? ORDER BY id", "SELECT invoice_id, step, state, customer_id, 0, 0 FROM dunning_done WHERE customer_id = ?",
		"SELECT at, invoice_id, what, step, note, 0 FROM dunning_log WHERE customer_id = ? ORDER BY id", "SELECT at, kind, delta_cents, balance_cents, request, 0 FROM customer_events WHERE customer_id = ? ORDER BY id"} {
		rows, err := s.DB.SQL().Query(query, customerID)
		if err != nil {
			s.Log(err)
			continue
		}
		for rows.Next() {
			var all [6]any
			_ = rows.Scan(&all[0], &all[1], &all[2], &all[3], &all[4], &all[5])
			s.Log(all)
		}
		_ = rows.Close()
	}
}

func kept(g access.Grant) string {
	switch {
	case g.State == access.Ended:
		return "ended"
	case g.Barred == access.Garden:
		return "garden"
	case g.Barred == access.Closed:
		return "closed"
	case g.SlowedKbps != 0:
		return "slow"
	}
	return "free"
}

// lives is a day: billed each hour, with what people and staff do by day.
func (s *story) lives(d clock.Day, busy bool) (barred int) {
	s.Helper()
	for hour := range 24 {
		s.clock.Set(d.Start().Add(time.Duration(hour)*time.Hour + time.Minute))
		if err := s.Lines.Tick(context.Background()); err != nil {
			s.Fatal("renewing: ", err)
		}
		s.bill(s.r.IntN(3) == 0)
		switch hour {
		case 6:
			s.idle()
			s.usesSome(d, busy)
		case 9:
			if err := s.arrears.Tick(context.Background()); err != nil {
				s.Fatal("dunning: ", err)
			}
		case 10:
			s.idle()
			s.pay(d)
			s.idle() // while it is day: by night nobody is cut off
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
			if s.r.IntN(40) == 0 {
				s.suffers()
			}
		case 20:
			s.idle()
			s.meetsBills(d)
			barred = s.agrees(d)
		}
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
// twice or left out, each bill equals the oracle's to the cent, access is as arrears say on each day, and the books come to zero. A twentieth of it is 200
// subscribers for a year on each database; MTANDAO_LONG tells all of it, MTANDAO_SEED another one.
func TestTwoYears(t *testing.T) {
	seed, lines, days := uint64(1), 200, 365
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
			s.pay(d)
			s.idle()
		}
		periods := 0
		for _, sub := range s.lines {
			periods += s.compare(seed, sub)
		}
		if again := s.bills(); again != (invoices.Drafted{}) {
			t.Error("a run after it did", again)
		}
		s.prove()
		var issued int
		if err := s.DB.SQL().QueryRow("SELECT COUNT(*) FROM invoices WHERE number IS NOT NULL").Scan(&issued); err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d: %d subscribers for %d days, %d documents of %d periods, workers killed %d times, %d line-days in arrears, %d payments went back", seed, lines, days, issued, periods, s.killer.Deaths(), barred, s.returned)
		if s.killer.Deaths() < 20 || barred == 0 || s.returned == 0 {
			t.Error("too little happened")
		}
	})
}
