package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
)

// fielded are objects of work outside, at the first site.
func (s *Stage) fielded(t *testing.T, at map[string]int64) []string {
	t.Helper()
	l, err := s.Main.Field.OpenLead(t.Context(), fieldwork.Lead{SiteID: s.seeded.sites["kasarani"].ID, Kind: customers.Person, Name: "Njeri Mwangi", Phone: "0755 100 200", Source: "phone", Note: "Wants it before Christmas.",
		Address: customers.Address{Line: "Gate 4", Area: "Kasarani", At: customers.Place{LatMicro: -1_221_500, LngMicro: 36_897_300}}}, "fielded", fieldwork.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at["leads"] = l.ID
	v, err := s.Main.Field.PlanVisit(t.Context(), fieldwork.Visit{LeadID: l.ID, Kind: fieldwork.LookAt, Day: clock.DayOf(s.Main.Clock.Now()), From: "09:00", Until: "11:00", Address: "Gate 4", At: l.Address.At, Note: "Bring the ladder."}, "fielded", fieldwork.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at["visits"] = v.ID
	thing, err := s.Main.Field.AddEquipment(t.Context(), fieldwork.Equipment{Serial: "HB71A0C9", MAC: "48:A9:8A:11:22:33", Kind: "router", Model: "hAP ax lite", SiteID: s.seeded.sites["kasarani"].ID}, fieldwork.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at["equipment"] = thing.ID
	f, err := s.Main.Field.AddFile(t.Context(), fieldwork.File{Object: fieldwork.OfVisit, ObjectID: v.ID, Kind: fieldwork.Photo, Name: "gate"}, []byte(onePage), "fielded", fieldwork.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at["files"] = f.ID
	return []string{"/stage/:what", "/stage/contacted", "/end/:what", "/end/failed"}
}

// TestALeadFromTheConsole: written down once although it may be a customer, whom the page names; moved on, and made a customer in one step by who may.
func TestALeadFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	at := map[string]int64{}
	s.fielded(t, at)
	agent, technician := s.hire(t, "asks@demo.example", nil, "support"), s.hire(t, "climbs@demo.example", nil, "technician")
	elsewhere := s.hire(t, "away@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	form := url.Values{"once": {"one"}, "name": {"Njeri wa Mwangi"}, "phone": {"0755 100 200"}, "kind": {"person"}, "language": {"sw"}, "site": {number(s.seeded.sites["kasarani"].ID)}, "area": {"Mwiki"}, "place": {"-1.2301, 36.9112"},
		"source": {"referral"}, "owner": {"asks@demo.example"}, "step": {"Call her"}, "day": {"2026-12-01"}}
	agent.expect(agent.send(leadsAt+"/new", url.Values{"site": form["site"], "phone": {"0755"}, "name": {"x"}, "kind": {"person"}, "source": {"phone"}}), http.StatusBadRequest)
	alike := agent.send(leadsAt+"/new", form)
	agent.expect(alike, http.StatusConflict, "the lead Njeri Mwangi")
	form.Set("alike", regexp.MustCompile(`name="alike" value="([^"]*)"`).FindStringSubmatch(alike.body)[1])
	made := agent.send(leadsAt+"/new", form)
	again := agent.send(leadsAt+"/new", form)
	if made.status != http.StatusSeeOther || again.location != made.location {
		t.Fatal(made.status, made.location, again.location)
	}
	agent.expect(agent.ask(http.MethodGet, leadsAt+"?show=mine&q=njeri", nil), http.StatusOK, "Njeri wa Mwangi", "01.12.2026")
	agent.expect(agent.ask(http.MethodGet, made.location, nil), http.StatusOK, `href="tel:&#43;254755100200"`, `href="geo:-1.230100,36.911200?q=-1.230100,36.911200"`, `rel="noreferrer"`, "Mwiki")
	week := agent.ask(http.MethodGet, "/office/visits?week=2026-12-01", nil)
	agent.expect(week, http.StatusOK, "Njeri wa Mwangi", "Lead: Call her", `class="pin tent"`, "1 place on the map")
	if seen := elsewhere.ask(http.MethodGet, "/office/visits?week=2026-12-01", nil).body + agent.ask(http.MethodGet, "/office/visits?week=2026-12-01&show=unowned", nil).body + agent.ask(http.MethodGet, "/office/visits?week=2026-12-08", nil).body; strings.Contains(seen, "Njeri wa Mwangi") {
		t.Error("the lead is in another's week, among those of nobody, or in the next week")
	}
	for _, typed := range []string{"njeri wa m", "0755100200"} {
		if got := agent.searches(typed); !strings.Contains(got.location+got.body, made.location) {
			t.Errorf("%q leads to %d %q", typed, got.status, got.location)
		}
		if got := elsewhere.searches(typed); strings.Contains(got.body+got.location, made.location) {
			t.Errorf("%q is found by who works elsewhere", typed)
		}
	}
	for _, path := range []string{made.location, made.location + "/edit", made.location + "/stage/lost", made.location + "/win"} {
		elsewhere.expect(elsewhere.ask(http.MethodGet, path, nil), http.StatusNotFound)
		technician.expect(technician.ask(http.MethodGet, path, nil), http.StatusForbidden)
	}
	agent.expect(agent.send(made.location+"/stage/contacted", url.Values{"step": {"Survey"}, "day": {"31.12."}}), http.StatusBadRequest)
	agent.expect(agent.send(made.location+"/stage/contacted", url.Values{"step": {"Survey"}, "day": {"2026-12-02"}, "seen": {"1"}}), http.StatusSeeOther)
	agent.expect(agent.send(made.location+"/stage/survey", url.Values{"seen": {"1"}}), http.StatusConflict, "was faster")
	won := agent.send(made.location+"/win", url.Values{"seen": {"2"}, "customer": {"0"}})
	if won.status != http.StatusSeeOther || !strings.HasPrefix(won.location, "/office/customers/") || agent.send(made.location+"/win", url.Values{"customer": {"0"}}).location != won.location {
		t.Fatal(won.status, won.location)
	}
	agent.expect(agent.ask(http.MethodGet, won.location+"?tab=history", nil), http.StatusOK, "wrote a lead down", "Njeri wa Mwangi")
	agent.expect(agent.ask(http.MethodGet, made.location, nil), http.StatusOK, "See the customer", "Contacted → Won")
	agent.expect(agent.ask(http.MethodGet, leadsAt+"/"+number(at["leads"])+"/win", nil), http.StatusOK, "the same phone", "A new customer")
}

const leadsAt = "/office/leads"

// TestAVisitFromTheConsole: planned by who may from the record of a customer, seen by the technician on their own day with whom to call and the way, begun, ticked and done,
// and told in the customer's timeline. Who works elsewhere finds none of it.
func TestAVisitFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedCustomers(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Main.Customers.FindNow(t.Context(), "0722 410 233")
	if err != nil {
		t.Fatal(err)
	}
	agent, technician := s.hire(t, "plans@demo.example", nil, "support"), s.hire(t, "climbs@demo.example", nil, "technician")
	elsewhere := s.hire(t, "away@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	today, customer := clock.DayOf(s.Main.Clock.Now()), "/office/customers/"+number(c.ID)
	agent.expect(agent.ask(http.MethodGet, customer, nil), http.StatusOK, "/office/visits/new?customer="+number(c.ID))
	agent.expect(agent.ask(http.MethodGet, "/office/visits/new?customer="+number(c.ID), nil), http.StatusOK, "House 14, Sunrise Court", "-1.218900, 36.910200")
	form := url.Values{"once": {"one"}, "of": {number(c.ID)}, "kind": {"install"}, "day": {today.String()}, "from": {"14:00"}, "until": {"16:00"}, "technician": {"climbs@demo.example"}, "note": {"Two rooms."}, "address": {"House 14"}, "place": {"-1.2189, 36.9102"}}
	agent.expect(agent.send("/office/visits/new", with(form, "until", "13:00")), http.StatusBadRequest, "from when until when")
	technician.expect(technician.send("/office/visits/new", form), http.StatusForbidden)
	elsewhere.expect(elsewhere.send("/office/visits/new", form), http.StatusNotFound)
	at := agent.send("/office/visits/new", form).location
	if again := agent.send("/office/visits/new", form).location; again != at || !strings.HasPrefix(at, "/office/visits/") {
		t.Fatal(at, again)
	}
	week := agent.ask(http.MethodGet, "/office/visits", nil)
	agent.expect(week, http.StatusOK, "14:00–16:00 Wanjiku Kamau", `class="map"`, "1 place on the map", `class="pin round"`)
	elsewhere.expect(elsewhere.ask(http.MethodGet, "/office/visits", nil), http.StatusOK)
	if seen := elsewhere.ask(http.MethodGet, "/office/visits", nil).body; strings.Contains(seen, "Wanjiku") {
		t.Error("another site's visit is in the week")
	}
	for _, path := range []string{at, at + "/move", at + "/end/done"} {
		elsewhere.expect(elsewhere.ask(http.MethodGet, path, nil), http.StatusNotFound)
	}
	if got := technician.ask(http.MethodGet, "/office/visits", nil); got.location != "/office/visits/today" {
		t.Error("a technician is led to", got.location)
	}
	technician.expect(technician.ask(http.MethodGet, "/office/visits/today", nil), http.StatusOK, "14:00–16:00 · Wanjiku Kamau", "tel:&#43;254722410233", "geo:-1.218900,36.910200", "I am there", "Two rooms.")
	agent.expect(agent.send(at+"/move", url.Values{"seen": {"1"}, "day": {today.String()}, "from": {"15:00"}, "until": {"16:30"}, "technician": {"climbs@demo.example"}}), http.StatusSeeOther)
	agent.expect(agent.send(at+"/move", url.Values{"seen": {"1"}, "day": {today.String()}, "from": {"15:00"}, "until": {"16:00"}}), http.StatusConflict, "was faster")
	technician.expect(technician.send(at+"/start?seen=2", nil), http.StatusSeeOther)
	technician.expect(technician.send(at+"/checks", url.Values{"seen": {"3"}, "checked": {"cable", "login"}, "outcome": {"Drawn along the wall."}, "do": {"/end/done"}}), http.StatusSeeOther)
	technician.expect(technician.send(at+"/end/cancelled", url.Values{"outcome": {"x"}}), http.StatusNotFound)
	technician.expect(technician.ask(http.MethodGet, at+"/end/done", nil), http.StatusOK, "Drawn along the wall.")
	technician.expect(technician.send(at+"/end/done", url.Values{"seen": {"4"}, "checked": {"cable", "login", "speed"}, "outcome": {"40 Mbit/s measured."}}), http.StatusSeeOther)
	technician.expect(technician.ask(http.MethodGet, at, nil), http.StatusOK, "40 Mbit/s measured.", "Begun → Done", "/office/subscriptions/new?customer="+number(c.ID))
	agent.expect(agent.ask(http.MethodGet, customer+"?tab=history", nil), http.StatusOK, "planned a visit", "40 Mbit/s measured.")
}
