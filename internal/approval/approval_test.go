package approval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

// crew are who works here.
type crew struct{ all []staff.Member }

func (c *crew) ActiveTx(*db.Tx) ([]staff.Member, error)        { return c.all, nil }
func (c *crew) Active(context.Context) ([]staff.Member, error) { return c.all, nil }

type desk struct {
	testing.TB
	*Service
	db    *db.DB
	clock *clock.Manual
	crew  *crew
	done  atomic.Int64
	fails error
}

const share = "partner share"

func eachDesk(t *testing.T, run func(w *desk)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		w := &desk{TB: t, db: d, clock: clock.NewManual(time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)), crew: &crew{}}
		w.Service = New(Options{DB: d, Keys: keys, Clock: w.clock, People: w.crew})
		w.On(share, Deed{Do: func(*db.Tx, Ask) error { w.done.Add(1); return w.fails }})
		run(w)
	})
}

// member works here from now on.
func (w *desk) member(id int64, sites []int64, may ...staff.Permission) By {
	m := staff.Member{ID: id, State: staff.Active, Sites: sites, Roles: []staff.Role{{Permissions: may}}}
	w.crew.all = append(w.crew.all, m)
	return By{Member: m, Actor: fmt.Sprintf("m%d@example.com", id), From: "10.0.0.1", Proven: true}
}

func (w *desk) ask(a Ask, by By) (Ask, error) {
	a.Kind, a.Object = share, "partner"
	err := w.db.InTx(context.Background(), func(tx *db.Tx) (err error) { a, err = w.Ask(tx, a, by); return err })
	return a, err
}

func (w *desk) asks(a Ask, by By) Ask {
	w.Helper()
	a, err := w.ask(a, by)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// trail is what the audit trail says was done, in order.
func (w *desk) trail() (all []string) {
	w.Helper()
	rows, err := w.db.SQL().Query("SELECT action FROM audit_events WHERE action LIKE 'approval%' ORDER BY id")
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var action string
		if err := rows.Scan(&action); err != nil {
			w.Fatal(err)
		}
		all = append(all, strings.TrimPrefix(action, "approval "))
	}
	return all
}

func (w *desk) proves(problems int) {
	w.Helper()
	n := 0
	if err := w.Audit(context.Background(), func(what string) { n++; w.Log(what) }); err != nil || n != problems {
		w.Errorf("%d problems, want %d (%v)", n, problems, err)
	}
}

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &approvalRow{}, &siteRow{}) })
}

// TestTheSecondPersonDecides: not who asked, not who may not, with a reason for no; once, and what fails is not approved.
func TestTheSecondPersonDecides(t *testing.T) {
	eachDesk(t, func(w *desk) {
		ctx := context.Background()
		cashier, first, second := w.member(1, nil, staff.PaymentsMatch), w.member(2, nil, staff.PaymentsApprove), w.member(3, nil, staff.PaymentsApprove)
		a := w.asks(Ask{ObjectID: 7, Was: "10", Wanted: "40", Reason: " new lease "}, first)
		if a.State != Asked || a.Reason != "new lease" || w.done.Load() != 0 {
			t.Fatalf("%+v", a)
		}
		if again := w.asks(Ask{ObjectID: 7, Was: "10", Wanted: "40", Reason: "new lease"}, first); again.ID != a.ID {
			t.Error("the same is asked for twice")
		}
		if _, err := w.ask(Ask{ObjectID: 7, Was: "10", Wanted: "50"}, first); fault.KeyOf(err) != "approval.open" {
			t.Error("two wait:", err)
		}
		if _, err := w.ask(Ask{ObjectID: 8, Wanted: "1", Reason: strings.Repeat("x", 201)}, first); fault.KeyOf(err) != "approval.reason" {
			t.Error(err)
		}
		for key, by := range map[string]By{"approval.same_person": first, "approval.not_yours": cashier} {
			if _, err := w.Decide(ctx, a.ID, true, "", by); fault.KeyOf(err) != key {
				t.Errorf("%v, want %s", err, key)
			}
		}
		if _, err := w.Decide(ctx, a.ID, false, " ", second); fault.KeyOf(err) != "approval.verdict" {
			t.Error("refused without a reason:", err)
		}
		w.fails = errors.New("no room")
		if _, err := w.Decide(ctx, a.ID, true, "", second); !errors.Is(err, w.fails) {
			t.Error(err)
		}
		if now, err := w.Get(ctx, a.ID); err != nil || now.State != Asked {
			t.Errorf("what was not done is %s (%v)", now.State, err)
		}
		w.fails = nil
		w.done.Store(0)
		for range 2 { // the second time it is answered
			if now, err := w.Decide(ctx, a.ID, true, "agreed", second); err != nil || now.State != Approved || now.DecidedBy != 3 || now.Alone || now.Verdict != "agreed" {
				t.Errorf("%+v, %v", now, err)
			}
		}
		if _, err := w.Decide(ctx, a.ID, false, "late", second); fault.KeyOf(err) != "approval.decided" {
			t.Error(err)
		}
		if _, err := w.Cancel(ctx, a.ID, first); fault.KeyOf(err) != "approval.decided" {
			t.Error(err)
		}
		b := w.asks(Ask{ObjectID: 7, Was: "40", Wanted: "50"}, first)
		if now, err := w.Decide(ctx, b.ID, false, "too much", second); err != nil || now.State != Refused {
			t.Error(now, err)
		}
		if got := w.trail(); w.done.Load() != 1 || !slices.Equal(got, []string{"asked", "approved", "asked", "refused"}) {
			t.Errorf("done %d times; %q", w.done.Load(), got)
		}
		w.proves(0)
	})
}

// TestWhoIsAloneIsNotLockedOut: the only one who may decide does so alone, after a proof, and the trail says so; with a second one they may not.
func TestWhoIsAloneIsNotLockedOut(t *testing.T) {
	eachDesk(t, func(w *desk) {
		ctx := context.Background()
		owner, unproven := w.member(1, nil, staff.PaymentsApprove), By{}
		w.member(2, nil, staff.PaymentsMatch)
		w.member(3, []int64{5}, staff.PaymentsApprove) // of one site alone
		unproven = owner
		unproven.Proven = false
		a := w.asks(Ask{ObjectID: 7, Wanted: "40"}, unproven)
		if a.State != Asked {
			t.Errorf("without a proof it is %s", a.State)
		}
		if _, err := w.Decide(ctx, a.ID, true, "", unproven); fault.KeyOf(err) != "approval.proof" {
			t.Error(err)
		}
		if now, err := w.Decide(ctx, a.ID, true, "", owner); err != nil || !now.Alone || now.State != Approved {
			t.Errorf("%+v, %v", now, err)
		}
		if b := w.asks(Ask{ObjectID: 7, Wanted: "50"}, owner); b.State != Approved || !b.Alone {
			t.Errorf("proved just now: %+v", b)
		}
		if got := w.trail(); !slices.Equal(got, []string{"asked", "approved alone", "asked", "approved alone"}) {
			t.Errorf("%q", got)
		}
		if c := w.asks(Ask{ObjectID: 7, Wanted: "60", Sites: []int64{5}}, owner); c.State != Asked { // there is another at that site
			t.Errorf("%+v", c)
		}
		w.member(4, nil, staff.PaymentsApprove)
		if d := w.asks(Ask{ObjectID: 8, Wanted: "60"}, owner); d.State != Asked {
			t.Errorf("there is a second one: %+v", d)
		}
		w.proves(0)
	})
}

// TestOfManyWhoDecideOneWins: twelve deciders and the asker who takes it back; one wins, and the deed is done as often as it was approved.
func TestOfManyWhoDecideOneWins(t *testing.T) {
	eachDesk(t, func(w *desk) {
		ctx := context.Background()
		asker := w.member(100, nil, staff.PaymentsApprove)
		var second []By
		for n := range 12 {
			second = append(second, w.member(int64(n+1), nil, staff.PaymentsApprove))
		}
		for round := range 5 {
			w.done.Store(0)
			a := w.asks(Ask{ObjectID: int64(round), Wanted: "40"}, asker)
			var all sync.WaitGroup
			var won, approved atomic.Int64
			try := func(do func() (Ask, error)) {
				all.Go(func() {
					now, err := do()
					switch {
					case err == nil && now.State == Approved:
						approved.Add(1)
						won.Add(1)
					case err == nil:
						won.Add(1)
					case fault.KeyOf(err) != "approval.decided":
						t.Error(err)
					}
				})
			}
			for n, by := range second {
				try(func() (Ask, error) { return w.Decide(ctx, a.ID, n%2 == 0, "so", by) })
			}
			try(func() (Ask, error) { return w.Cancel(ctx, a.ID, asker) })
			all.Wait()
			if now, err := w.Get(ctx, a.ID); err != nil || won.Load() != 1 || now.State == Asked || w.done.Load() < approved.Load() || (now.State == Approved) != (approved.Load() == 1) {
				t.Errorf("round %d: %d won, it is %s and done %d times (%v)", round, won.Load(), now.State, w.done.Load(), err)
			}
		}
		w.proves(0)
	})
}

// TestWhatNobodyDecidesLapses, and may be asked for again; who asked takes it back, nobody else.
func TestWhatNobodyDecidesLapses(t *testing.T) {
	eachDesk(t, func(w *desk) {
		ctx := context.Background()
		first, second := w.member(1, nil, staff.PaymentsApprove), w.member(2, nil, staff.PaymentsApprove)
		a := w.asks(Ask{ObjectID: 7, Wanted: "40"}, first)
		w.clock.Advance(Waits - time.Millisecond)
		if err := w.Lapse(ctx); err != nil {
			t.Fatal(err)
		}
		if now, err := w.Get(ctx, a.ID); err != nil || now.State != Asked {
			t.Fatal(now, err)
		}
		w.clock.Advance(time.Millisecond)
		if _, err := w.Decide(ctx, a.ID, true, "", second); fault.KeyOf(err) != "approval.lapsed" {
			t.Error("decided too late:", err)
		}
		b := w.asks(Ask{ObjectID: 7, Wanted: "50"}, first) // ends the one before
		if now, err := w.Get(ctx, a.ID); err != nil || now.State != Lapsed {
			t.Error(now, err)
		}
		if _, err := w.Cancel(ctx, b.ID, second); fault.KeyOf(err) != "approval.not_asked" {
			t.Error(err)
		}
		for range 2 {
			if now, err := w.Cancel(ctx, b.ID, first); err != nil || now.State != Cancelled {
				t.Error(now, err)
			}
		}
		w.asks(Ask{ObjectID: 8, Wanted: "50"}, first)
		w.clock.Advance(Waits)
		if err := w.Lapse(ctx); err != nil {
			t.Fatal(err)
		}
		if open, err := w.Open(ctx, 10); err != nil || len(open) != 0 {
			t.Error(open, err)
		}
		if got := w.trail(); !slices.Equal(got, []string{"asked", "lapsed", "asked", "cancelled", "asked", "lapsed"}) || w.done.Load() != 0 {
			t.Errorf("%q", got)
		}
		w.proves(0)
	})
}

// TestATamperedApprovalIsNamed: each column, a row taken out, one made up, and the sites of none.
func TestATamperedApprovalIsNamed(t *testing.T) {
	eachDesk(t, func(w *desk) {
		first, second := w.member(1, nil, staff.PaymentsApprove), w.member(2, nil, staff.PaymentsApprove)
		a := w.asks(Ask{ObjectID: 7, Was: "10", Wanted: "40", Reason: "lease", Request: "r1", Sites: []int64{5}}, first)
		if _, err := w.Decide(context.Background(), a.ID, false, "no", second); err != nil {
			t.Fatal(err)
		}
		w.asks(Ask{ObjectID: 8, Wanted: "40"}, first)
		w.proves(0)
		exec := func(query string, args ...any) {
			if _, err := w.db.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		found := func(what string) {
			t.Helper()
			named := 0
			if err := w.Audit(context.Background(), func(string) { named++ }); err != nil || named == 0 {
				t.Errorf("%s: nothing named (%v)", what, err)
			}
		}
		for _, column := range testdb.Columns(t, w.db, "approvals") {
			exec("CREATE TABLE saved AS SELECT * FROM approvals")
			value := "'9'"
			switch {
			case strings.HasSuffix(column, "_at"):
				value = "'2026-01-01 00:00:00'"
			case column == "alone":
				value = "'1'"
			}
			exec("UPDATE approvals SET "+column+" = "+value+" WHERE id = ?", a.ID)
			found(column)
			exec("DELETE FROM approvals")
			exec("INSERT INTO approvals SELECT * FROM saved")
			exec("DROP TABLE saved")
		}
		w.proves(0)
		exec("INSERT INTO approval_sites (approval_id, site_id) VALUES (1, 1)")
		found("sites of none")
		exec("DELETE FROM approval_sites WHERE approval_id = 1")
		exec("DELETE FROM approvals WHERE id = ?", a.ID)
		found("taken out")
	})
}
