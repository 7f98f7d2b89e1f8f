package app

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/report"
)

// TestTodayTellsOfAllMoney: the first page counts what came at the counter with what M-Pesa brought, each way leads to its list, and who sees one site only, or no alarms, is shown no more than that.
func TestTodayTellsOfAllMoney(t *testing.T) {
	s := openStage(t, 1)
	for _, seed := range []func(context.Context) error{s.seedCustomers, s.seedLines, s.seedMoney} {
		if err := seed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	order, _ := s.bought(t, "kasarani-1", "02aabbccdd01")
	owner, manager := s.hire(t, "owns@demo.example", nil, "owner"), s.hire(t, "one-site@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	technician, cashier := s.hire(t, "climbs@demo.example", nil, "technician"), s.hire(t, "counts@demo.example", nil, "cashier")
	day := clock.DayOf(s.Main.Clock.Now())
	sums, err := report.NewDesk(s.Main.DB, s.Main.Clock).MoneyByDay(t.Context(), day, day)
	if err != nil {
		t.Fatal(err)
	}
	page := owner.ask(http.MethodGet, "/office", nil).body
	lists := 0
	for n, cents := range sums[0].Cents {
		if cents == 0 {
			continue
		}
		lists++
		list := "/office/money?day=" + day.String() + "&amp;rail=" + report.Rails[n]
		if !strings.Contains(page, list) || !strings.Contains(page, money.KES(cents).String()) {
			t.Errorf("%s of %s is not on the first page", list, money.KES(cents))
		}
	}
	if lists < 3 || !strings.Contains(page, "<b>"+sums[0].Total().String()+"</b>") {
		t.Errorf("not %s in all: %s", sums[0].Total(), page)
	}
	for _, want := range []string{"by this time a week ago", "Bought today", "/office/payments?state=paid&amp;day=" + day.String(), "that is owed", `href="/office/ageing"`, `href="/office/alerts"`, `href="#queues"`, "every 20s"} {
		if !strings.Contains(page, want) {
			t.Errorf("the first page has no %q", want)
		}
	}
	if list := owner.ask(http.MethodGet, "/office/payments?state=paid&day="+day.String(), nil).body; !strings.Contains(list, order) {
		t.Error("what was bought is not in the list behind its number")
	}
	if page := manager.ask(http.MethodGet, "/office", nil).body; strings.Contains(page, "/office/money?") || strings.Contains(page, "that is owed") || !strings.Contains(page, "Bought today") {
		t.Error("who works at one site is shown what is of all: ", page)
	}
	if page := technician.ask(http.MethodGet, "/office", nil).body; !strings.Contains(page, "All quiet") || strings.Contains(page, "Money in today") {
		t.Error("a technician is told of money, or of no alarms: ", page)
	}
	if page := cashier.ask(http.MethodGet, "/office", nil).body; strings.Contains(page, "All quiet") {
		t.Error("who may see no alarms reads that there are none: ", page)
	}
}
