package invoices

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

var usual = []Step{{After: -3, Action: Remind}, {After: 1, Action: Remind}, {After: 5, Action: Fee, Cents: 200_00}, {After: 7, Action: Garden}, {After: 3, Action: Throttle}, {After: 30, Action: SuspendService}, {After: 90, Action: Terminate}}

func TestLook(t *testing.T) {
	due := clock.Date(2026, 5, 31)
	for name, c := range map[string]struct {
		after int
		hold  Hold
		want  string
	}{
		"long before":                 {-4, Hold{}, "[]"},
		"a reminder before":           {-3, Hold{}, "[remind:-3]"},
		"the day":                     {0, Hold{}, "[remind:-3]"},
		"a day late":                  {1, Hold{}, "[remind:1]"},
		"slower":                      {3, Hold{}, "[remind:1 throttle:3]"},
		"with the fee":                {5, Hold{}, "[throttle:3 fee:5]"},
		"the hardest that is reached": {8, Hold{}, "[fee:5 garden:7]"},
		"after a long stop":           {60, Hold{}, "[suspend:30]"},
		"the end":                     {400, Hold{}, "[terminate:90]"},
		"a VIP":                       {5, Hold{VIP: true}, "[]"},
		"a VIP is reminded":           {1, Hold{VIP: true}, "[remind:1]"},
		"promised":                    {8, Hold{PromiseUntil: due + 8}, "[]"},
		"promised, and over":          {8, Hold{PromiseUntil: due + 7}, "[fee:5 garden:7]"},
	} {
		var got []string
		for _, st := range Look(usual, due, c.hold, due+clock.Day(c.after)) {
			got = append(got, st.name())
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// TestDunning walks a debt through the table: each step once whoever runs it, held by a promise and by standing, restored by payment, barred anew when it goes back.
func TestDunning(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if err := w.SaveSteps(ctx, "", usual, office); err != nil {
			t.Fatal(err)
		}
		w.writes(anne, 1000_00)
		w.writes(ben, 1000_00)
		w.writes(7003, 1000_00)
		if err := w.Treat(ctx, ben, false, true, office); err != nil {
			t.Fatal(err)
		}
		for range 14 + 8 { // a day at a time, three nodes at once, each twice
			w.later(1)
			var done sync.WaitGroup
			for range 3 {
				done.Go(func() {
					for range 2 {
						if _, err := w.Dun(ctx); err != nil {
							t.Error(err)
						}
					}
				})
			}
			done.Wait()
		}
		if a, v, p := w.isBarred(anne), w.isBarred(ben), w.isBarred(7003); a != Garden || v != "" || p != Garden || w.told.Load() != 6 {
			t.Errorf("%q, %q and %q after %d reminders", a, v, p, w.told.Load())
		}
		if _, err := w.Issue(ctx); err != nil {
			t.Fatal(err)
		}
		if fees := w.list(Filter{CustomerID: anne}); len(fees) != 2 || fees[0].Gross != 200_00 || len(w.list(Filter{CustomerID: ben})) != 1 {
			t.Errorf("%+v", fees)
		}
		if err := w.Promise(ctx, Promised{CustomerID: 7003, Until: w.today() + 2, Who: "Carol", Note: "on Friday"}, office); err != nil || w.isBarred(7003) != "" {
			t.Error(err, w.isBarred(7003))
		}
		if _, err := w.Dun(ctx); err != nil || w.isBarred(7003) != "" {
			t.Error(err, "barred in spite of a promise")
		}
		w.pays(anne, 999_99, "nearly")
		restore := func() (done bool) {
			w.in(func(tx *db.Tx) (err error) { done, err = w.Restore(tx, anne); return err })
			return done
		}
		if restore() || w.isBarred(anne) != Garden {
			t.Error("restored for less than all")
		}
		w.pays(anne, 1, "the last cent")
		if !restore() || restore() || w.isBarred(anne) != "" {
			t.Error("not restored, or twice")
		}
		w.later(3)
		w.in(func(tx *db.Tx) error { return w.Reopen(tx, anne, money.KES(1000_00)) })
		if _, err := w.Dun(ctx); err != nil || w.isBarred(anne) != Garden || w.isBarred(7003) != Garden {
			t.Errorf("%v: %q after the money went back, %q after the promise", err, w.isBarred(anne), w.isBarred(7003))
		}
		w.prove()
	})
}

// TestTheUsualSteps: what they would do is told beforehand and done to nobody; once they are saved just that is done.
func TestTheUsualSteps(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		would := func(segment string) map[Action]int {
			t.Helper()
			does, all, err := w.Would(ctx, segment, UsualSteps)
			if err != nil || !all {
				t.Fatal(does, all, err)
			}
			return does
		}
		if does := would(""); len(does) != 0 {
			t.Errorf("without invoices: %v", does)
		}
		w.writes(anne, 1000_00)
		w.later(21) // due a week ago
		w.writes(ben, 1000_00)
		w.later(14) // due today
		if does := would(""); does[Remind] != 1 || does[Garden] != 1 || len(does) != 2 {
			t.Errorf("they would do %v", does)
		}
		if does := would("business"); len(does) != 0 { // nobody is one
			t.Errorf("they would do %v to businesses", does)
		}
		if n, err := w.Dun(ctx); n != 0 || err != nil || w.isBarred(anne) != "" || w.told.Load() != 0 {
			t.Errorf("%d steps were taken that nobody wanted: %v", n, err)
		}
		if steps, err := w.Steps(ctx); err != nil || len(steps) != 0 {
			t.Errorf("they are saved: %v %v", steps, err)
		}
		if err := w.SaveSteps(ctx, "", slices.Clone(UsualSteps), office); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Dun(ctx); n != 2 || err != nil || w.isBarred(anne) != Garden || w.isBarred(ben) != "" {
			t.Errorf("%d steps, anne %q, ben %q: %v", n, w.isBarred(anne), w.isBarred(ben), err)
		}
		if does := would(""); len(does) != 0 {
			t.Errorf("done, they would do %v", does)
		}
	})
}

// TestOneReminderAtATime: whoever is behind with reminders sends the last one, and not all of them in one minute.
func TestOneReminderAtATime(t *testing.T) {
	due := clock.Date(2026, 5, 31)
	for after, want := range map[int]string{-3: "remind:-3", -1: "remind:-3", 0: "remind:0", 3: "remind:3", 5: "remind:3 throttle:5", 7: "garden:7"} {
		var got []string
		for _, st := range Look(UsualSteps, due, Hold{}, due+clock.Day(after)) {
			got = append(got, st.name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d days after: %v, not %s", after, got, want)
		}
	}
}

func TestWrongSteps(t *testing.T) {
	each(t, func(w *desk) {
		for key, steps := range map[string][]Step{"dunning.action": {{After: 1, Action: "shout"}}, "dunning.days": {{After: -1, Action: SuspendService}}, "dunning.fee": {{After: 1, Action: Fee}}, "dunning.twice": {{After: 1, Action: Remind}, {After: 1, Action: Remind}}} {
			if err := w.SaveSteps(context.Background(), "home", steps, office); fault.KeyOf(err) != key {
				t.Errorf("%v: %v", steps, err)
			}
		}
		for key, p := range map[string]Promised{"dunning.promise": {Until: w.today() - 1, Who: "Anne"}, "dunning.promise_who": {Until: w.today()}, "dunning.promise_amount": {Until: w.today(), Who: "Anne", Amount: money.KES(-1)}} {
			if p.CustomerID = anne; fault.KeyOf(w.Promise(context.Background(), p, office)) != key {
				t.Errorf("%+v is not refused by %s", p, key)
			}
		}
		r := rand.New(rand.NewPCG(6, 8))
		own := []Step{{Segment: "home", After: r.IntN(30), Action: Remind}}
		if len(tableOf(append(own, usual...), "home")) != 1 || len(tableOf(append(own, usual...), "business")) != len(usual) {
			t.Error("a segment has another's table")
		}
	})
}
