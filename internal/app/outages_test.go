package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/radius/outages"
)

// insertFound writes down an outage as if it had been found out.
func (s *Stage) insertFound(t *testing.T, state outages.State, from time.Time, lasted time.Duration, p outages.Proof) outages.Outage {
	t.Helper()
	m := s.Main
	r := m.Routers.All()[0]
	o := outages.Outage{ID: m.DB.ID(), RouterID: r.ID, SiteID: r.SiteID, State: state, From: from, Until: from.Add(lasted), Proof: p}
	p.Heard, p.Again = from, from.Add(lasted+90*time.Second)
	proof, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.DB.SQL().Exec("INSERT INTO router_outages (id, router_id, site_id, state, from_at, until_at, found_at, judged_at, told_at, done_by, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
		o.ID, o.RouterID, o.SiteID, string(state), o.From, o.Until, o.From.Add(10*time.Minute), o.Until.Add(12*time.Minute), o.Until.Add(12*time.Minute), string(proof))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// dayOf is a minute of the day before yesterday, in Nairobi.
func (s *Stage) dayOf(hour, minute int) time.Time {
	day := s.Main.Plan.Now().AddDate(0, 0, -2)
	return time.Date(day.Year(), day.Month(), day.Day(), hour-3, minute, 0, 0, time.UTC)
}

// outage is one that was given, on a day with others beside it.
func (s *Stage) outage(t *testing.T) int64 {
	t.Helper()
	boot := s.dayOf(12, 5)
	o := s.insertFound(t, outages.Given, s.dayOf(9, 41), 144*time.Minute, outages.Proof{Why: outages.WhyBoot, Boot: boot, BootBy: outages.ByUptime, Open: 23, Around: 2, Booted: 2})
	s.insertFound(t, outages.Unproven, s.dayOf(16, 20), 47*time.Minute, outages.Proof{Why: outages.WhyFlowed, Open: 31, Spoke: 26, Carried: 3_412_000_000, Usual: 5_900_000_000})
	s.insertFound(t, outages.Proven, s.dayOf(20, 2), 72*time.Minute, outages.Proof{Why: outages.WhyFlat, Open: 41, Spoke: 38, Carried: 51_000, Usual: 9_800_000_000})
	holes := []outages.Span{{From: s.dayOf(2, 40), Until: s.dayOf(3, 25)}}
	s.insertFound(t, outages.Unproven, s.dayOf(2, 31), 58*time.Minute, outages.Proof{Why: outages.WhyOurs, Open: 7, Holes: holes})
	for _, w := range [][2]time.Time{{s.dayOf(0, 0).AddDate(0, 0, -1), holes[0].From}, {holes[0].Until, s.Main.Plan.Now()}} {
		if _, err := s.Main.DB.SQL().Exec("INSERT INTO watches (id, node, from_at, until_at) VALUES (?, ?, ?, ?)", s.Main.DB.ID(), s.Main.Prints.Node, w[0], w[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.giveForOutage(tx, o) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.Lines.MakeUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// TestAnOutageFromTheConsole: the page says what is known and why it is proof; a draft is given before its time or dropped, and what is given is taken back.
func TestAnOutageFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := s.outage(t)
	owner := s.hire(t, "owns@demo.example", nil, "owner")
	list := owner.ask("GET", "/office/outages", nil)
	owner.expect(list, http.StatusOK, "Found by itself", "2 h 24 min", "proven and given", "proven, given soon", "not proven", "by itself")
	here := "/office/outages/" + number(id)
	owner.expect(owner.ask("GET", here, nil), http.StatusOK, "People had no internet for 2 h 24 min", "09:41–12:05 · silent", "Mtandao itself was not watching", "The router came up anew", "By its own clock",
		"2 other routers fell silent at the same time; 2 of them came up anew.", "Proven: the router was off", "Take back", "23 sessions were open.")
	owner.expect(owner.send(here+"/give", nil), http.StatusSeeOther, "")
	owner.expect(owner.send(here+"/drop", nil), http.StatusSeeOther, "")
	owner.expect(owner.ask("GET", here, nil), http.StatusOK, "proven and given") // it was no draft any more
	owner.expect(owner.send(here+"/undo", nil), http.StatusSeeOther, "")
	until(t, 20*time.Second, "given back", func() bool { return strings.Contains(owner.ask("GET", here, nil).body, "given it back") })
	drafts, err := s.Main.Outages.News(t.Context(), outages.Proven, s.dayOf(0, 0))
	if err != nil || len(drafts) != 1 {
		t.Fatal(drafts, err)
	}
	draft := "/office/outages/" + number(drafts[0].ID)
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "Give it now", "Give nothing", "38 sessions that had been busy went on, and carried 51 kB meanwhile. At their pace of before it would have been 9.8 GB.")
	owner.expect(owner.send(draft+"/give", nil), http.StatusSeeOther, "")
	until(t, 20*time.Second, "lines have it", func() bool {
		o, made, err := s.Main.Lines.MadeUp(t.Context(), drafts[0].ID)
		return err == nil && made && !o.Going && o.Lines > 0
	})
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "proven and given", "lines have it")
	owner.expect(owner.ask("GET", "/office/outages/1", nil), http.StatusNotFound, "")
	lines, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Status: subscriptions.Active}, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		events, err := s.Main.Lines.Events(t.Context(), line.ID)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, e := range events {
			switch e.Kind {
			case subscriptions.Compensated:
				sum += e.Said.Minutes
			case subscriptions.Uncompensate:
				sum -= e.Said.Minutes
			}
		}
		if sum > 72 {
			t.Errorf("%s has %d minutes of one outage of 72", line.State.Login.Name, sum)
		}
	}
	problems, err := s.Main.proofs().Prove(t.Context())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
