package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// street is two subscriptions, one of which has no price, due on the first of October until they are billed.
type street struct{ billed map[int64]bool }

func (s *street) Due(_ context.Context, asOf clock.Day, after int64, _ int) (all []invoices.Due, err error) {
	first := clock.Date(2026, 10, 1)
	for id := after + 1; id <= 2 && asOf >= first; id++ {
		if !s.billed[id] {
			h := invoices.History{Cycle: invoices.Cycle{Every: invoices.Months, N: 1, Anchor: first}, Items: []invoices.Item{{Key: invoices.PlanItem, Name: "Home 10", Supply: taxes.Internet, PriceID: id, Quantity: 1, From: first + 10}}}
			all = append(all, invoices.Due{SubscriptionID: id, CustomerID: 70 + id, Period: h.Cycle.Period(first), History: h})
		}
	}
	return all, nil
}

func (*street) Fill(context.Context, []invoices.Due) (map[int64]invoices.Price, error) {
	return map[int64]invoices.Price{1: {ID: 1, Amount: 310_000, Inclusive: true}}, nil
}

func (*street) After(d invoices.Due) (invoices.Due, bool) { return d, false }

func (s *street) Done(tx *db.Tx, due []invoices.Due) error {
	tx.AfterCommit(func() {
		for _, d := range due {
			s.billed[d.SubscriptionID] = true
		}
	})
	return nil
}

// TestBillRun is "must be shown" 6 with a source of its own: a dry run explains, JSON reports what was issued, and a second run issues nothing.
func TestBillRun(t *testing.T) {
	s := openStage(t, 1)
	var out bytes.Buffer
	c := &console{Context: t.Context(), stdout: &out}
	run := func(dry, asJSON bool, day time.Time) string {
		t.Helper()
		out.Reset()
		if err := (&billRunCommand{AsOf: day, DryRun: dry, JSON: asJSON}).bill(c, s.Main); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	s.Main.Due = &street{billed: map[int64]bool{}}
	said := run(true, false, first)
	for _, want := range []string{"#71, subscription 1, from 2026-10-01: KES 2,100", "Home 10, 21 of 31 days, at KES 3,100 for all of them: KES 2,100", "cannot be billed: ", "1 would be billed, 0 cost nothing, 1 cannot be billed; nothing was changed"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	if said := run(false, false, first.AddDate(0, 0, -1)); !strings.Contains(said, "0 drafts, 0 cost nothing, 0 parked, 0 issued") {
		t.Error("billed before the day:", said)
	}
	tomorrow := s.Main.Plan.Now().In(clock.Nairobi).AddDate(0, 0, 1)
	if err := (&billRunCommand{AsOf: tomorrow}).bill(c, s.Main); fault.KeyOf(err) != "bill.ahead" {
		t.Error("bills of tomorrow are issued today:", err)
	}
	if said := run(true, false, tomorrow); !strings.Contains(said, "nothing was changed") {
		t.Error("what tomorrow brings is not told:", said)
	}
	var found billReport
	for _, want := range []billReport{{AsOf: "2026-10-01", Drafts: 1, Parked: 1, Issued: 1}, {AsOf: "2026-10-01", Parked: 1}} {
		found = billReport{}
		if fromJSON(t, run(false, true, first), &found); found.Issued != want.Issued || found.Drafts != want.Drafts || found.Parked != want.Parked || found.AsOf != want.AsOf {
			t.Errorf("%+v, want %+v", found, want)
		}
	}
	if err := s.Main.Invoices.Audit(t.Context(), func(what string) { t.Error(what) }); err != nil {
		t.Error(err)
	}
}

// TestBillRunOfRealLines is "must be shown" 6 with lines of the demo on both databases: the dry run explains each, the run reports what was issued, and
// neither a second one nor the schedule's issues anything.
func TestBillRunOfRealLines(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			c := &console{Context: t.Context(), stdout: &out}
			run := func(dry bool) (found billReport) {
				t.Helper()
				out.Reset()
				if err := (&billRunCommand{AsOf: s.Main.Plan.Now().In(clock.Nairobi), DryRun: dry, JSON: true}).bill(c, s.Main); err != nil {
					t.Fatal(err)
				}
				fromJSON(t, out.String(), &found)
				return found
			}
			dry := run(true)
			if len(dry.Documents) < 5 || dry.Issued != 0 || dry.Documents[0].Name == "" || strings.HasPrefix(dry.Documents[0].Name, "#") || !strings.Contains(strings.Join(dry.Documents[0].Lines, " "), "Office 50") { // the pharmacy and the school
				t.Errorf("%+v", dry)
			}
			first := run(false)
			if first.Drafts != dry.Drafts || first.Nothing != dry.Nothing || first.Parked != dry.Parked {
				t.Errorf("dry %+v, and then %+v", dry, first)
			}
			for _, d := range dry.Documents { // each as it was foretold
				var cents []int64
				err := s.Main.DB.Read(t.Context()).Raw("SELECT gross_cents FROM invoices WHERE subscription_id = ? AND period_day = ? AND cause LIKE 'subscription:%'", d.Subscription, d.From).Scan(&cents).Error
				if err != nil || len(cents) != 1 || cents[0] != d.Cents {
					t.Errorf("%+v was billed as %v: %v", d, cents, err)
				}
			}
			if first.Issued < 5 || first.Issued != first.Drafts || first.Parked != 0 { // the pharmacy's months, each by itself
				t.Errorf("%+v", first)
			}
			if again := run(false); again.Issued != 0 || again.Drafts != 0 {
				t.Errorf("%+v", again)
			}
			if err := s.Main.billToday(t.Context()); err != nil {
				t.Error(err)
			}
			if again := run(true); len(again.Documents) != 0 {
				t.Errorf("%+v", again)
			}
			if err := s.Main.Invoices.Audit(t.Context(), func(what string) { t.Error(what) }); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestADayIsBilledFromTwoOn: routers tell of the evening before until then.
func TestADayIsBilledFromTwoOn(t *testing.T) {
	d := clock.Date(2026, 12, 1)
	for at, want := range map[time.Duration]bool{0: false, time.Hour: false, 2*time.Hour - time.Millisecond: false, 2 * time.Hour: true, 24*time.Hour - 1: true} {
		if got, due := billDay(d.Start().Add(at)); got != d || due != want {
			t.Error(at, got, due)
		}
	}
}
