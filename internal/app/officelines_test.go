package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
)

// lined has the demo's subscribers, and names a line and what goes with plans.
func (s *Stage) lined(t *testing.T, at map[string]int64) []string {
	t.Helper()
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	lines, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Login: "wanjiku"}, 0, 1)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	at["subscriptions"] = lines[0].ID
	home := s.idOf(t, kindPlan, "home-30")
	return append(s.fielded(t, at), "/plans/:id/simulate", "/plans/"+home+"/simulate", "/plans/:id/reprice", "/plans/"+home+"/reprice", "/change/:what", "/change/plan",
		"/addons/:id", "/addons/"+s.idOf(t, kindAddOn, "faster"), "/coupons/:id", "/coupons/"+s.idOf(t, kindCoupon, "KARIBU"), "/outages/:id", "/outages/"+number(s.outage(t)))
}

// TestALineFromTheConsole: a plan is made and tried, a line started, its plan changed with the price shown first, paused, and ended.
func TestALineFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	amina, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Login: "amina"}, 0, 1)
	if err != nil || len(amina) != 1 {
		t.Fatal(amina, err)
	}
	until(t, 20*time.Second, "what Amina paid is spent", func() bool {
		got, err := s.Main.Lines.Get(t.Context(), amina[0].ID)
		return err == nil && got.HeldCents == 4500_00
	})
	owner := s.hire(t, "owner-lines@demo.example", nil, "owner")
	plan := url.Values{"name": {"Fibre 20"}, "segment": {plans.Home}, "mode": {string(plans.Hybrid)}, "price": {"3000"}, "down": {"20"}, "down_unit": {"Mbit"}, "up": {"20"}, "up_unit": {"Mbit"},
		"time_kind": {"calendar"}, "devices": {"1"}, "per_gb.included": {"100"}, "per_gb.tiers": {"100 20\n10"}, "fair_use.per": {"month"}}
	wrong := url.Values{}
	for key, value := range plan {
		wrong[key] = value
	}
	wrong.Set("per_gb.tiers", "ten")
	owner.expect(owner.send("/office/plans/new", wrong), http.StatusBadRequest, "ten is no tier")
	owner.expect(owner.send("/office/plans/new", plan), http.StatusSeeOther, "")
	at := "/office/plans/" + s.idOf(t, kindPlan, "fibre-20")
	owner.expect(owner.ask("GET", at+"/simulate?gb=250&night=0", nil), http.StatusOK, "The month comes to KES 5,500")
	site := strconv.FormatInt(s.seeded.sites["kasarani"].ID, 10)
	line := url.Values{"customer": {"0711200001"}, "plan": {"home-10"}, "site": {site}, "router": {"0"}, "kind": {subscriptions.PPPoE}, "name": {"wanjiku-two"}, "secret": {"s3cret"}}
	owner.expect(owner.send("/office/subscriptions/new", url.Values{"customer": {"0711999999"}, "plan": {"home-10"}, "site": {site}}), http.StatusBadRequest, "There is no such customer.")
	made := owner.send("/office/subscriptions/new", line)
	owner.expect(made, http.StatusSeeOther, "")
	all, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Login: "wanjiku-two"}, 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	here := lineAddress(all[0].ID)
	owner.expect(owner.ask("GET", here, nil), http.StatusOK, "not paid yet")
	change := url.Values{"plan": {"fibre-20"}, "when": {"now"}, "seen": {strconv.FormatInt(all[0].Seq, 10)}}
	owner.expect(owner.send(here+"/change/plan", change), http.StatusOK, "KES 3,000")
	change.Set("sure", "1")
	owner.expect(owner.send(here+"/change/plan", change), http.StatusSeeOther, "")
	owner.expect(owner.send(here+"/change/plan", change), http.StatusConflict, "")
	if g, _, _, err := s.Main.Access.View(t.Context(), all[0].GrantID); err != nil || g.Plan != "fibre-20" || g.Limits.DownKbps != 20_000 {
		t.Error(g, err)
	}
	owner.expect(owner.send(here+"/change/pause", url.Values{"reason": {"travels"}}), http.StatusSeeOther, "")
	owner.expect(owner.ask("GET", here, nil), http.StatusOK, "Paused")
	owner.expect(owner.send(here+"/change/end", url.Values{}), http.StatusBadRequest, "Please say why.")
	owner.expect(owner.send(here+"/change/end", url.Values{"reason": {"moves away"}}), http.StatusSeeOther, "")
	if page := owner.ask("GET", here, nil); !strings.Contains(page.body, "moves away") {
		t.Error("the page does not say why it ended")
	}
	owner.expect(owner.send("/office/outages", url.Values{"site": {site}, "days": {"2"}, "note": {"storm"}}), http.StatusOK, "Give 2 days to 6 lines at Kasarani Estate?", "of service; discounts")
	owner.expect(owner.send("/office/outages/days", url.Values{"site": {site}, "days": {"2"}, "note": {"storm"}}), http.StatusSeeOther, "")
	owner.expect(owner.ask("GET", "/office/outages", nil), http.StatusOK, "storm", "Take back")
	until(t, 30*time.Second, "all lines have the days", func() bool {
		all, err := s.Main.Lines.Outages(t.Context())
		return err == nil && len(all) > 0 && !all[0].Going
	})
	problems, err := s.Main.proofs().Prove(t.Context())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	if _, err := s.Main.DB.SQL().Exec("UPDATE subscriptions SET held_cents = held_cents + 1 WHERE login_name = 'amina'"); err != nil {
		t.Fatal(err)
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) != 1 {
		t.Error("a cent more was not named", problems, err)
	}
}

func lineAddress(id int64) string { return "/office/subscriptions/" + strconv.FormatInt(id, 10) }
