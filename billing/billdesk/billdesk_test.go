package billdesk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestAPreviewNamesEachDocument once, whole, by what becomes of it, page by page, and changes nothing; whoever asks meanwhile for the same day gets the same one.
func TestAPreviewNamesEachDocument(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o, ctx := open(t, d, make([]invoices.Drafted, 7)...), context.Background()
		for _, day := range []clock.Day{0, today - daysBefore - 1, today + daysAhead + 1} {
			if _, err := o.Look(ctx, day, "request0", asha); fault.KeyOf(err) != "bill_run.day" {
				t.Errorf("%s: %v", day, err)
			}
		}
		first, err := o.Look(ctx, today, "request1", asha)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := o.Look(ctx, today, "request1", asha); err != nil || again.ID != first.ID {
			t.Errorf("pressed twice: %v %v", again, err)
		}
		if other, err := o.Look(ctx, today, "request2", asha); err != nil || other.ID != first.ID {
			t.Errorf("another who asks for the day: %v %v", other, err)
		}
		if _, err := o.Look(ctx, today+1, "request3", asha); fault.KeyOf(err) != "bill_run.busy" {
			t.Errorf("another day meanwhile: %v", err)
		}
		o.bills.dieAfter = 4
		if died, _ := o.does(first.ID); !died {
			t.Fatal("it lives")
		}
		o.bills.dieAfter = -1
		if _, err := o.does(first.ID); err != nil {
			t.Fatal(err)
		}
		r := o.is(first.ID)
		if r.State != Done || r.Drafts != 3 || r.Nothing != 2 || r.Parked != 2 || r.Cents != 3000 || r.Cuts != 1 || r.EndedAt.IsZero() {
			t.Errorf("%+v", r)
		}
		for fate, want := range map[Fate]int{"": 7, Billed: 3, Nothing: 2, Parked: 2} {
			all, err := o.Documents(ctx, r.ID, fate, 0, 100)
			if err != nil || len(all) != want {
				t.Errorf("%q: %d of %d, %v", fate, len(all), want, err)
			}
			for _, one := range all {
				if one.Fate == Billed && (len(one.Lines) != 1 || one.Lines[0].Cents != 1000 || one.From != today || one.Until != today+30) || (one.Fate == Parked) != (one.Reason != nil) {
					t.Errorf("%+v", one)
				}
			}
			if len(all) > 2 {
				if rest, err := o.Documents(ctx, r.ID, fate, all[1].N, 100); err != nil || len(rest) != want-2 {
					t.Errorf("%q after two: %d, %v", fate, len(rest), err)
				}
			}
		}
		if there, err := o.bills.written(ctx); err != nil || len(there) > 0 {
			t.Errorf("it wrote %v, %v", there, err)
		}
		o.clock.Advance(keptFor + time.Hour)
		if err := o.Clean(ctx); err != nil {
			t.Fatal(err)
		}
		if all, err := o.Documents(ctx, r.ID, "", 0, 1); err != nil || len(all) > 0 {
			t.Errorf("after two days: %v %v", all, err)
		}
		if _, err := o.Run(ctx, r.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestAPreviewGathersParts of several pages onto one bill of each day, with its parts, however often it was cut between two; it is counted once, and removed with them.
func TestAPreviewGathersParts(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o, ctx := open(t, d, make([]invoices.Drafted, 9)...), context.Background()
		o.bills.family = true
		r, err := o.Look(ctx, today, "request1", asha)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 2; cut <= 9; cut += 3 {
			o.bills.dieAfter = cut
			if died, err := o.does(r.ID); !died {
				t.Fatal("it lives", err)
			}
		}
		o.bills.dieAfter = -1
		if _, err := o.does(r.ID); err != nil {
			t.Fatal(err)
		}
		if r = o.is(r.ID); r.State != Done || r.Drafts != 3+2 || r.Nothing != 3 || r.Parked != 3 || r.Cents != 3000+2*9000 {
			t.Errorf("%+v", r)
		}
		all, err := o.Documents(ctx, r.ID, Billed, 0, 100)
		if err != nil || len(all) != 5 {
			t.Fatal(len(all), err)
		}
		bills := 0
		for _, one := range all {
			if one.SubscriptionID != 0 {
				continue
			}
			bills++
			if one.CustomerID != payer || one.Cents != 9000 || one.PartCount != 9 || len(one.Parts) != mostNamed || one.Until != one.From+30+9 || one.Parts[6].Line != "Part 7" || one.Parts[0].Cents != 1000 {
				t.Errorf("%+v", one)
			}
			parts, err := o.Parts(ctx, r.ID, one.N, one.Parts[6].N, 100)
			if err != nil || len(parts) != 2 || parts[1].Line != "Part 9" || len(parts[1].Lines) != 1 || parts[1].From != one.From {
				t.Errorf("%+v, %v", parts, err)
			}
		}
		if bills != 2 {
			t.Error(bills, "bills of the payer")
		}
		o.clock.Advance(keptFor + time.Hour)
		if err := o.Clean(ctx); err != nil {
			t.Fatal(err)
		}
		var left int64
		if err := d.Read(ctx).Table("bill_run_parts").Count(&left).Error; err != nil || left != 0 {
			t.Error(left, err)
		}
	})
}

// TestARunIsStartedOnce: of many who press at once, with one form or several, one run begins; only after a preview, and not on a restored copy.
func TestARunIsStartedOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o, ctx := open(t, d, invoices.Drafted{Drafts: 5, Nothing: 1, Parked: 2}), context.Background()
		p, err := o.Look(ctx, today, "preview1", asha)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Start(ctx, p.ID, "request1", asha); fault.KeyOf(err) != "bill_run.not_looked" {
			t.Errorf("before its preview ended: %v", err)
		}
		if _, err := o.does(p.ID); err != nil {
			t.Fatal(err)
		}
		ahead, err := o.Look(ctx, today+1, "preview2", asha)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.does(ahead.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Start(ctx, ahead.ID, "request1", asha); fault.KeyOf(err) != "bill_run.ahead" {
			t.Errorf("of a day to come: %v", err)
		}
		o.paused = true
		if _, err := o.Start(ctx, p.ID, "request1", asha); fault.KeyOf(err) != "bill_run.paused" {
			t.Errorf("on a restored copy: %v", err)
		}
		o.paused = false
		ids, errs := make([]int64, 8), make([]error, 8)
		var all sync.WaitGroup
		for n := range ids {
			all.Go(func() {
				r, err := o.Start(ctx, p.ID, fmt.Sprint("request", n/4), asha)
				ids[n], errs[n] = r.ID, err
			})
		}
		all.Wait()
		var won int64
		for n, err := range errs {
			if fault.KeyOf(err) == "bill_run.busy" {
				continue
			}
			if err != nil || won != 0 && ids[n] != won {
				t.Errorf("%d: %d beside %d, %v", n, ids[n], won, err)
			}
			won = ids[n]
		}
		if _, err := o.does(won); err != nil {
			t.Fatal(err)
		}
		r := o.is(won)
		if r.State != Done || r.Drafts != 5 || r.Nothing != 1 || r.Parked != 2 || r.Issued != 5 || r.Due != 1 || r.PreviewID != p.ID || r.AsOf != today || r.By != asha || r.Cuts != 0 {
			t.Errorf("%+v", r)
		}
		if runs, err := o.Runs(ctx, Billing, 0, 10); err != nil || len(runs) != 1 {
			t.Errorf("%v %v", runs, err)
		}
		if _, err := o.does(won); err != nil { // its job again
			t.Error(err)
		}
		if again := o.is(won); again.Issued != 5 || !again.EndedAt.Equal(r.EndedAt) {
			t.Errorf("%+v", again)
		}
	})
}

// TestARunThatIsCutIsShownAndGoesOn: while nobody works on it any more it counts as interrupted; who takes it up goes on where it was, and what it tells is what was written.
func TestARunThatIsCutIsShownAndGoesOn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, invoices.Drafted{Drafts: 200}, invoices.Drafted{Drafts: 150, Nothing: 50}, invoices.Drafted{Drafts: 90, Parked: 3}, invoices.Drafted{Drafts: 7})
		r := o.started()
		for cut := 1; cut <= 3; cut++ {
			o.bills.dieAfter = cut
			if died, _ := o.does(r.ID); !died {
				t.Fatal("it lives")
			}
			got := o.is(r.ID)
			if got.Cut(o.clock.Now()) {
				t.Error("it counts as interrupted at once")
			}
			o.clock.Advance(silence + time.Second)
			if want := []int64{200, 350, 440}[cut-1]; !got.Cut(o.clock.Now()) || got.State != Drafting || got.Drafts != want || got.Cuts != int64(cut-1) {
				t.Errorf("cut %d times: %+v", cut, got)
			}
		}
		o.bills.dieAfter = -1
		if _, err := o.does(r.ID); err != nil {
			t.Fatal(err)
		}
		if got := o.is(r.ID); got.State != Done || got.Drafts != 447 || got.Nothing != 50 || got.Parked != 3 || got.Issued != 447 || got.Cuts != 3 || got.Cut(o.clock.Now().Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
	})
}

// TestDeathAtEachWriteOfARun: whichever write is the last of a dying process, the run goes on and tells what was written, no more and no less.
func TestDeathAtEachWriteOfARun(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, invoices.Drafted{Drafts: 3, Nothing: 1}, invoices.Drafted{Drafts: 2, Parked: 1}, invoices.Drafted{Drafts: 4})
		killer, kills := testdb.NewKiller(t, d), 0
		for write := 0; ; write++ {
			if _, err := d.SQL().Exec("DELETE FROM test_pages"); err != nil {
				t.Fatal(err)
			}
			o.clock.Advance(time.Minute)
			r, err := o.Start(context.Background(), o.looked().ID, fmt.Sprint("request", 1000+write), asha)
			if err != nil {
				t.Fatal(err)
			}
			before := killer.Deaths()
			killer.Once(write)
			_, err = o.does(r.ID)
			killer.Spare()
			if err != nil {
				if _, err = o.does(r.ID); err != nil {
					t.Fatalf("dead at write %d, and again: %v", write, err)
				}
			}
			if got := o.is(r.ID); got.State != Done || got.Drafts != 9 || got.Nothing != 1 || got.Parked != 1 || got.Issued != 9 {
				t.Errorf("dead at write %d: %+v", write, got)
			}
			if killer.Deaths() == before {
				break
			}
			kills++
		}
		if t.Log(kills, "deaths"); kills < 12 {
			t.Errorf("only %d deaths", kills)
		}
	})
}

// TestARunIsStopped between two pages, with who did it; what gives numbers is not. What is in the way of one is told, and it goes on when that is gone.
func TestARunIsStopped(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o, ctx := open(t, d, invoices.Drafted{Drafts: 3}, invoices.Drafted{Drafts: 2}), context.Background()
		r := o.started()
		o.bills.failing = fault.New(fault.Unavailable, "db.unavailable")
		if _, err := o.does(r.ID); err == nil {
			t.Error("what failed is no failure")
		}
		if got := o.is(r.ID); got.State != Drafting || fault.KeyOf(got.Reason) != "db.unavailable" || got.Cut(o.clock.Now().Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		o.bills.failing = nil
		n := 0
		o.bills.slow = func() {
			if n++; n == 2 {
				if err := o.Stop(ctx, r.ID, asha); err != nil {
					t.Error(err)
				}
			}
		}
		if _, err := o.does(r.ID); err != nil {
			t.Error(err)
		}
		got := o.is(r.ID)
		if got.State != Failed || got.Drafts != 3 || got.Issued != 0 || fault.KeyOf(got.Reason) != "bill_run.stopped_by" || got.EndedAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if err := o.Stop(ctx, r.ID, asha); fault.KeyOf(err) != "bill_run.at_end" {
			t.Errorf("stopped twice: %v", err)
		}
		o.bills.slow = nil
		next, err := o.Start(ctx, r.PreviewID, "request2", asha)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.does(next.ID); err != nil {
			t.Fatal(err)
		}
		if got := o.is(next.ID); got.State != Done || got.Drafts != 2 || got.Issued != 5 {
			t.Errorf("%+v", got)
		}
		var actions []string
		if err := d.Read(ctx).Table("audit_events").Order("id").Limit(10).Pluck("action", &actions).Error; err != nil || fmt.Sprint(actions) != "[bill run started bill run stopped bill run started]" {
			t.Errorf("%v %v", actions, err)
		}
	})
}

// TestALongRunIsDoneInStretches: the time that one has is cut from outside, and the next goes on, which is no interruption.
func TestALongRunIsDoneInStretches(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, invoices.Drafted{Drafts: 3}, invoices.Drafted{Drafts: 2})
		r := o.started()
		if err := o.takeUp(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		ctx, cut := context.WithCancel(context.Background())
		n := 0
		o.bills.slow = func() {
			if n++; n == 2 {
				cut()
			}
		}
		if err := o.goOn(ctx, o.is(r.ID)); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if err := o.rest(context.Background(), r.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := o.is(r.ID); got.Drafts != 3 || got.Cut(o.clock.Now().Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		if _, err := o.does(r.ID); err != nil {
			t.Fatal(err)
		}
		if got := o.is(r.ID); got.State != Done || got.Drafts != 5 || got.Issued != 5 || got.Cuts != 0 {
			t.Errorf("%+v", got)
		}
	})
}
