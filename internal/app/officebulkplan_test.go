package app

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/bulk"
	"mtandao/internal/fault"
)

// replansMany has lines get another plan from their list: what the preview says is what their own pages say, refusals too; at the end of the period it is undone, at once it is not.
func (s *Stage) replansMany(t *testing.T) {
	ctx, m := t.Context(), s.Main
	manager := s.hire(t, "plans@demo.example", nil, "manager")
	line := func(login string) subscriptions.Subscription {
		t.Helper()
		all, err := m.Lines.List(ctx, subscriptions.Which{Login: login}, 0, 1)
		if err != nil || len(all) != 1 {
			t.Fatal(login, len(all), err)
		}
		return all[0]
	}
	paid, poor, has, school := line("wanjiku"), line("otieno"), line("njeri"), line("baobab") // twelve days ahead without credit, two days with KES 1,000, on the plan already, by invoice
	const at = "/office/subscriptions/bulk"
	n := 0
	form := func(plan, when, keep string) url.Values {
		n++
		form := url.Values{"kind": {"plan"}, "which": {"picked"}, "plan": {plan}, "when": {when}, "keep": {keep}, "once": {fmt.Sprint("manyplans", n)}}
		for _, sub := range []subscriptions.Subscription{paid, poor, has, school} {
			form.Add("pick", number(sub.ID))
		}
		return form
	}
	manager.expect(manager.send(at, form("", "now", "")), http.StatusOK, "Another plan for many lines", `name="pick" value="`+number(paid.ID), "Home 30", "at the end of the period")
	manager.expect(manager.send(at, form("nothing", "now", "")), http.StatusBadRequest, "Preview")
	pressed := manager.send(at, form("home-30", "now", "1"))
	r, run := s.bulkOf(t, pressed)
	if r.Found != 4 || r.Would != 2 || r.Left != 2 || r.CanUndo() {
		t.Errorf("%+v", r)
	}
	want := map[int64]string{paid.ID: "subscription.credit", has.ID: "subscription.same_plan"}
	items, err := m.Bulk.Items(ctx, r.ID, "", bulk.Place{}, 10)
	if err != nil || len(items) != 4 {
		t.Fatal(items, err)
	}
	sums := bulk.Sums{}
	for _, one := range items {
		if key := want[one.ID]; key != "" {
			if one.Why == nil || fault.KeyOf(one.Why) != key || one.Price != nil {
				t.Errorf("%d: %+v", one.ID, one)
			}
			continue
		}
		p, err := m.Lines.Preview(ctx, one.ID, subscriptions.Change{PlanKey: "home-30", KeepDate: true})
		if err != nil || one.Price == nil || *one.Price != (bulk.Price{Was: p.Old.Cents, Is: p.New.Cents, Now: p.Due.Cents}) || one.Seen != p.Seen {
			t.Fatalf("%+v is not %+v: %v", one.Price, p, err)
		}
		sums.Count, sums.Rise, sums.Taken = sums.Count+1, sums.Rise+p.New.Cents-p.Old.Cents, sums.Taken+p.Due.Cents
	}
	if got, err := m.Bulk.Sums(ctx, r.ID); err != nil || got != sums || sums.Taken == 0 {
		t.Errorf("%+v, not %+v: %v", got, sums, err)
	}
	for _, sub := range []subscriptions.Subscription{paid, poor, school} {
		if now := line(sub.State.Login.Name); now.Seq != sub.Seq || now.State.Sold != sub.State.Sold {
			t.Errorf("a preview changed %s", sub.State.Login.Name)
		}
	}
	manager.expect(manager.ask(http.MethodGet, run, nil), http.StatusOK, "Change 2 lines to “Home 30” now?", "This cannot be undone", "Taken from credit now", "KES 2,500 → KES 4,500", "from credit now")
	manager.expect(manager.send("/office/subscriptions/"+number(school.ID)+"/change/pause", url.Values{"reason": {"holidays"}}), http.StatusSeeOther) // somebody else, meanwhile
	manager.expect(manager.send(run+"/start", nil), http.StatusSeeOther)
	if r, _ = s.bulkOf(t, pressed); r.State != bulk.Done || r.Done != 1 || r.Left != 3 || r.Failed != 0 {
		t.Errorf("%+v", r)
	}
	if got := line("otieno"); got.State.Sold.PlanKey != "home-30" {
		t.Errorf("%+v", got.State.Sold)
	}
	manager.told(manager.send(run+"/undo", nil), "bulk.no_undo")
	events, err := m.Audit.List(ctx, audit.Filter{Object: "subscription", ObjectID: number(poor.ID), Limit: 1})
	if err != nil || len(events) != 1 || events[0].Action != "subscription plan" || events[0].Actor != "plans@demo.example" {
		t.Errorf("%v: %+v", err, events)
	}
	manager.expect(manager.send("/office/subscriptions/"+number(school.ID)+"/change/resume", nil), http.StatusSeeOther)
	pressed = manager.send(at, form("home-30", "end", ""))
	r, run = s.bulkOf(t, pressed)
	if r.Would != 2 || r.Left != 2 || !r.CanUndo() { // wanjiku's and the school's
		t.Errorf("%+v", r)
	}
	manager.expect(manager.ask(http.MethodGet, run, nil), http.StatusOK, "at the end of their periods?", "the change is withdrawn")
	manager.expect(manager.send(run+"/start", nil), http.StatusSeeOther)
	if r, _ = s.bulkOf(t, pressed); r.Done != 2 || line("wanjiku").State.Sold.PlanKey != "home-10" {
		t.Errorf("%+v", r)
	}
	undo := manager.send(run+"/undo", nil)
	back, backAt := s.bulkOf(t, undo)
	manager.expect(manager.ask(http.MethodGet, backAt, nil), http.StatusOK, "Withdraw the change of 2 lines")
	manager.expect(manager.send(backAt+"/start", nil), http.StatusSeeOther)
	if back, _ = s.bulkOf(t, undo); back.Done != 2 || back.Failed != 0 {
		t.Errorf("%+v", back)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/subscriptions/"+number(paid.ID), nil), http.StatusOK, "Change of plan withdrawn")
	manager.told(manager.send(backAt+"/undo", nil), "bulk.no_undo")
}
