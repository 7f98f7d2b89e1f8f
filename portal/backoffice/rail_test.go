package backoffice

import (
	"strings"
	"testing"

	"mtandao/internal/words"
	"mtandao/themes"
)

// inRail are the names of the rail, with those below one in brackets where it is open.
func inRail(items []navItem) string {
	var all []string
	for _, one := range items {
		text := one.Label
		if one.Open && len(one.Under) > 0 {
			text += " (" + inRail(one.Under) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func placesOf(keys ...string) (all []place) {
	for _, p := range places {
		for _, key := range keys {
			if p.key == key {
				all = append(all, p)
			}
		}
	}
	return all
}

// TestTheRailIsShort: who may open all sees nine names and what is below the one they are in; who may open few sees them all.
func TestTheRailIsShort(t *testing.T) {
	for _, c := range []struct {
		open       []place
		here, want string
	}{
		{places, "today", "Today, Customers, Sessions, Vouchers, Billing, Network, Reports, Tickets, Settings"},
		{places, "customers", "Today, Customers (Subscriptions, Leads, Visits, Equipment), Sessions, Vouchers, Billing, Network, Reports, Tickets, Settings"},
		{places, "invoices", "Today, Customers, Sessions, Vouchers, Billing (Payments, Cashier, Invoices, Ledger), Network, Reports, Tickets, Settings"},
		{placesOf("today", "customers", "payments", "cashier", "alerts"), "today", "Today, Customers, Payments, Cashier, Alerts"},
		{placesOf("today", "subscriptions", "sessions", "vouchers", "partners", "cashier", "invoices", "alerts", "jobs", "messages", "staff"), "partners",
			"Today, Subscriptions, Sessions, Vouchers (Partners), Billing, Alerts, Jobs, Messages, Staff"},
	} {
		if got := inRail(railOf(words.English, c.open, c.here)); got != c.want {
			t.Errorf("at %s: %s", c.here, got)
		}
	}
}

// TestWhatWaitsIsCountedOnce: a name that is closed counts what waits below it, alarms before all, and an open one leaves it to those below.
func TestWhatWaitsIsCountedOnce(t *testing.T) {
	c := counted{queues: map[string]int64{"suspense": 2, "late_use": 3, "parked": 4}, alerts: 1}
	waiting := func(here, label string) navItem {
		rail := railOf(words.English, places, here)
		c.beside(rail, true)
		for _, one := range rail {
			if one.Label == label {
				return one.Waiting()
			}
		}
		t.Fatal("no", label)
		return navItem{}
	}
	for _, w := range []struct {
		here, label string
		want        int
		alarm       bool
	}{{"today", "Billing", 5, false}, {"invoices", "Billing", 0, false}, {"today", "Network", 1, true}, {"jobs", "Network", 0, false}, {"today", "Today", 0, false}} {
		if got := waiting(w.here, w.label); got.Count != w.want || got.Alarm != w.alarm {
			t.Errorf("%s beside %s, at %s", got.Label, w.label, w.here)
			t.Logf("%+v", got)
		}
	}
}

// TestTheRailIsDrawn: an open group shows its places with the one that is looked at, and the page of all places has a heading for each group.
func TestTheRailIsDrawn(t *testing.T) {
	l, err := newLook(pageNames...)
	if err != nil {
		t.Fatal(err)
	}
	rail := railOf(words.English, places, "invoices")
	counted{queues: map[string]int64{"late_use": 3}, alerts: 1}.beside(rail, true)
	body, _, err := l.html("more", &morePage{frame: frame{Lang: words.English, Member: memberView{Name: "Asha"}, Nav: rail}}, themes.Tokens{})
	if err != nil {
		t.Fatal(err)
	}
	_, drawn, _ := strings.Cut(string(body), `<nav class="rail"`)
	nav, main, _ := strings.Cut(drawn, "</nav>")
	for _, want := range []string{`<a href="/office/invoices" aria-current="page"><span>Invoices</span><span class="count">3<`, `<span>Network</span><span class="count bad">1<`, `<li class=" open"><a href="/office/payments">`} {
		if !strings.Contains(nav, want) {
			t.Errorf("the rail has no %s: %s", want, nav)
		}
	}
	if strings.Contains(nav, "/office/partners") || strings.Count(nav, "aria-current") != 1 {
		t.Error("a closed group shows its places, or another place is the one looked at: ", nav)
	}
	for _, p := range places {
		if strings.Count(main, `<a href="`+p.address+`">`) != 1 {
			t.Errorf("%s is not once among all places: %s", p.address, main)
		}
	}
	if strings.Count(main, "<h2") != 6 {
		t.Error(main)
	}
}
