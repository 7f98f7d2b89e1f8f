package dayclose

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &dayRow{}, &differenceRow{}) })
}

// planted is a day with a payment that agrees, one of nobody, and one that is not in the books.
func planted(t testing.TB, d *db.DB) *office {
	t.Helper()
	o := open(t, d)
	at := paidDay.Start().Add(10 * time.Hour)
	for n, placed := range []string{billing.PlacedCredit, billing.PlacedSuspense, ""} {
		receipt := fmt.Sprint("SKC000000", n)
		o.told(incoming.LineIn, receipt, at.Add(time.Duration(n)*time.Minute), 1000, 0)
		if placed != "" {
			o.came(receipt, at.Add(time.Duration(n)*time.Minute), 1000, placed, 0)
		}
	}
	o.told(incoming.LineIn, "SKZ0000000", (paidDay + 1).Start(), 1, 0)
	o.write()
	return o
}

func (o *office) sees() View {
	o.Helper()
	v, err := o.See(context.Background(), paidDay)
	if err != nil {
		o.Fatal(err)
	}
	return v
}

func (o *office) refreshes() View {
	o.Helper()
	v, err := o.Refresh(context.Background(), paidDay)
	if err != nil {
		o.Fatal(err)
	}
	return v
}

func (o *office) closes(by By) View {
	o.Helper()
	v, err := o.Close(context.Background(), paidDay, o.sees().Digest(), by)
	if err != nil {
		o.Fatal(err)
	}
	return v
}

// did counts the events of the trail by what was done.
func (o *office) did() map[string]int {
	o.Helper()
	var all []string
	if err := o.DB.Read(context.Background()).Table("audit_events").Limit(100).Pluck("action", &all).Error; err != nil {
		o.Fatal(err)
	}
	counts := map[string]int{}
	for _, a := range all {
		counts[a]++
	}
	return counts
}

// of is the difference of a cause.
func (o *office) of(v View, c Cause) Difference {
	o.Helper()
	for _, d := range v.Differences {
		if d.Cause == c {
			return d
		}
	}
	o.Fatalf("no %s in %+v", c, v.Differences)
	return Difference{}
}

var (
	asha = By{Actor: "asha@example.com", From: "10.0.0.1", Member: 11}
	juma = By{Actor: "juma@example.com", From: "10.0.0.2", Member: 12}
)

// TestADayIsClosedOnce: of many who close it at once one wins, with what was seen, and what is unexplained is theirs; who saw it otherwise closes nothing.
func TestADayIsClosedOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o := planted(t, d)
		if _, err := o.Close(context.Background(), paidDay, "another sight", asha); fault.KeyOf(err) != "dayclose.changed" {
			t.Errorf("closed unseen: %v", err)
		}
		seen := o.sees().Digest()
		const many = 8
		errs := make([]error, many)
		var all sync.WaitGroup
		for n := range many {
			all.Go(func() {
				_, errs[n] = o.Close(context.Background(), paidDay, seen, By{Actor: fmt.Sprint(n, "@example.com"), Member: int64(n + 1)})
			})
		}
		all.Wait()
		winner := int64(0)
		for n, err := range errs {
			switch {
			case err == nil && winner == 0:
				winner = int64(n + 1)
			case err == nil:
				t.Error("two closed it")
			case fault.KeyOf(err) != "dayclose.closed":
				t.Error(err)
			}
		}
		v := o.sees()
		if winner == 0 || v.State != Closed || v.Member != winner || v.SeenLeft != 2 || v.SeenOf != 2000 || v.Seen.Total().In != 3000 || v.Left != 2 || v.Changed() {
			t.Errorf("won by %d: %+v", winner, v.Kept)
		}
		for _, d := range v.Differences {
			if d.Owner != winner || d.Late || d.Standing != Left {
				t.Errorf("%+v", d)
			}
		}
		if did := o.did(); did["day closed"] != 1 {
			t.Errorf("%v", did)
		}
	})
}

// TestWhatComesAfterTheClose is shown as a difference of the closed day: a late line, a late receipt, and what agrees by now; what was seen stays.
func TestWhatComesAfterTheClose(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := planted(t, d)
		o.closes(asha)
		same := o.sees()
		if same.Look.Tills[0].Until = paidDay.Start(); same.Changed() {
			t.Error("how far the statement tells is no figure")
		}
		at := paidDay.Start().Add(15 * time.Hour)
		o.came("SKC0000002", at.Add(-5*time.Hour+2*time.Minute), 1000, billing.PlacedCredit, 0) // the one that was not in the books
		o.came("SKL0000001", at, 700, billing.PlacedCredit, 0)
		o.told(incoming.LineIn, "SKL0000002", at, 500, 0)
		o.write()
		check := func(v View, when string) {
			t.Helper()
			gone, receipt, line := o.of(v, NotInBooks), Difference{}, Difference{}
			for _, one := range v.Differences {
				switch one.Receipt {
				case "SKL0000001":
					receipt = one
				case "SKL0000002":
					line = one
				case "SKC0000002":
					gone = one
				}
			}
			if gone.Standing != Gone || receipt.Cause != NotOnStatement || !receipt.Late || line.Cause != NotInBooks || !line.Late {
				t.Errorf("%s: %+v\n%+v\n%+v", when, gone, receipt, line)
			}
			if !v.Changed() || v.Seen.Total().In != 3000 || v.Look.Total().In != 3500 || v.SeenLeft != 2 || v.Left != 3 || v.LeftCents != 1000+700+500 {
				t.Errorf("%s: %+v, seen %+v", when, v.Look.Total(), v.Kept)
			}
		}
		check(o.sees(), "before it is kept")
		check(o.refreshes(), "when it is kept")
		if k, err := o.Kept(context.Background(), paidDay); err != nil || k.Left != 3 || k.Figures.Total().In != 3500 {
			t.Errorf("%+v %v", k, err)
		}
		all, err := o.Unexplained(context.Background(), time.Time{}, 0, 2)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		rest, err := o.Unexplained(context.Background(), all[1].At, all[1].ID, 2)
		if err != nil || len(rest) != 1 || rest[0].At.Before(all[1].At) || rest[0].Owner != asha.Member {
			t.Errorf("%+v %v", rest, err)
		}
	})
}

// TestWhatIsCountedFollowsTheStatement: more of it is read, and less is untold, on the page and in the list of days alike.
func TestWhatIsCountedFollowsTheStatement(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		at := paidDay.Start().Add(12 * time.Hour)
		for n := range 3 {
			o.came(fmt.Sprint("SKF000000", n), at.Add(time.Duration(n)*time.Minute), 1000, billing.PlacedCredit, 0)
		}
		for n, want := range []int64{3000, 2000, 1000, 0} {
			o.write()
			v := o.refreshes()
			k, err := o.Kept(context.Background(), paidDay)
			if err != nil || v.LeftCents != want || k.LeftCents != want || (k.Left == 0) != (want == 0) {
				t.Errorf("%d lines: %d on the page, %d kept, want %d (%v)", n, v.LeftCents, k.LeftCents, want, err)
			}
			o.told(incoming.LineIn, fmt.Sprint("SKF000000", n), at.Add(time.Duration(n)*time.Minute), 1000, 0)
		}
	})
}

// TestADifferenceIsExplained with a reason, taken on, and open again when the reason is taken back; of two at once one does it.
func TestADifferenceIsExplained(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o, ctx := planted(t, d), context.Background()
		kept := o.of(o.refreshes(), NoService)
		if kept.ID == 0 {
			t.Fatal(kept)
		}
		o.closes(asha)
		if _, err := o.Explain(ctx, kept.ID, "  ", juma); fault.KeyOf(err) != "dayclose.reason" {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := o.Own(ctx, kept.ID, juma); err != nil {
			t.Error(err)
		}
		var both sync.WaitGroup
		errs := make([]error, 2)
		for n, by := range []By{asha, juma} {
			both.Go(func() { _, errs[n] = o.Explain(ctx, kept.ID, "a guest's second payment", by) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || fault.KeyOf(errors.Join(errs[0], errs[1])) != "dayclose.moved" {
			t.Errorf("%v", errs)
		}
		v := o.refreshes()
		is := o.of(v, NoService)
		if is.Standing != Explained || is.Reason == "" || is.Owner != juma.Member || v.Left != 1 {
			t.Errorf("%+v, %d left", is, v.Left)
		}
		if _, err := o.Withdraw(ctx, kept.ID, asha); err != nil {
			t.Error(err)
		}
		if v = o.sees(); v.Left != 2 || o.of(v, NoService).Reason != "" {
			t.Errorf("%+v", v.Kept)
		}
		if k, err := o.Kept(ctx, paidDay); err != nil || k.Left != 2 || k.LeftCents != 2000 {
			t.Errorf("%+v %v", k, err)
		}
		if did := o.did(); did["difference explained"] != 1 || did["explanation withdrawn"] != 1 || did["difference taken on"] != 1 {
			t.Errorf("%v", did)
		}
		if _, err := o.Withdraw(ctx, 99, asha); fault.KeyOf(err) != "dayclose.no_item" {
			t.Error(err)
		}
	})
}

// TestACloseThatIsCut leaves the day open or closed, whole; done again it is closed, with one trace.
func TestACloseThatIsCut(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o, killer := planted(t, d), testdb.NewKiller(t, d)
		seen := o.sees().Digest()
		for after := 0; ; after++ {
			killer.Once(after)
			_, err := o.Close(context.Background(), paidDay, seen, asha)
			killer.Spare()
			if v := o.sees(); err == nil {
				if after < 4 || v.State != Closed || v.Left != 2 || o.did()["day closed"] != 1 {
					t.Errorf("after %d deaths: %+v", after, v.Kept)
				}
				return
			} else if v.State != Open || o.did()["day closed"] != 0 {
				t.Fatalf("a death at write %d: %v, %+v", after, err, v.Kept)
			}
		}
	})
}

// TestDaysAreLookedAtByThemselves: those that are over and have money, again when something comes, and they wait from the second morning on.
func TestDaysAreLookedAtByThemselves(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o, ctx := open(t, d), context.Background()
		o.clock.Set((paidDay + 1).Start().Add(8 * time.Hour))
		tick := func() []Kept {
			t.Helper()
			if err := o.Tick(ctx); err != nil {
				t.Fatal(err)
			}
			all, err := o.Days(ctx, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		if all := tick(); len(all) != 0 {
			t.Fatal(all)
		}
		at := paidDay.Start().Add(time.Hour)
		o.came("SKT0000001", at, 1000, billing.PlacedCredit, 0)
		o.write()
		if all := tick(); len(all) != 1 || all[0].Day != paidDay || all[0].Left != 1 {
			t.Fatal(all)
		}
		if w, err := o.Waiting(ctx); err != nil || len(w) != 0 {
			t.Errorf("without a statement %v waits, %v", w, err)
		}
		o.clock.Advance(time.Hour)
		o.n = int(db.IDAt(o.clock.Now()))
		o.told(incoming.LineIn, "SKT0000001", at, 1000, 0)
		o.write()
		o.clock.Advance(time.Hour)
		if all := tick(); all[0].Left != 0 {
			t.Errorf("the line was not seen: %+v", all[0])
		}
		for mornings, now := range map[int64]time.Time{1: o.clock.Now(), 0: (paidDay + 1).Start().Add(time.Hour), 2: (paidDay + 2).Start().Add(7 * time.Hour)} {
			o.clock.Set(now)
			if w, err := o.Waiting(ctx); err != nil || len(w) != 1 || w[0] != (Waiting{paidDay, mornings}) {
				t.Errorf("at %v: %v %v", now, w, err)
			}
		}
		o.closes(asha)
		if w, err := o.Waiting(ctx); err != nil || len(w) != 0 {
			t.Errorf("closed, %v waits, %v", w, err)
		}
		if all, err := o.Days(ctx, paidDay, 10); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		if err := o.Told(ctx, at.AddDate(0, -5, 0), at); err != nil {
			t.Error(err)
		}
	})
}
