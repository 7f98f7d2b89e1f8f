package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// TestTheStatusPage: anybody reads how the network is, in both languages and of one site; staff write a notice and end it; a router that is silent shows by itself; nothing of it is about a person.
func TestTheStatusPage(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { statusPage(t, stageOn(t, dialect, 1)) })
	}
}

func statusPage(t *testing.T, s *Stage) {
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	public := &colleague{t: t, base: "http://" + s.Main.HTTPAddress()}
	page := public.ask(http.MethodGet, "/status?l=en", nil)
	public.expect(page, http.StatusOK, "Network status", "All is well", "Kasarani", "No trouble in 90 days", "M-Pesa payments come in as usual.")
	if len(page.body) > 40_000 || strings.Contains(page.body, "02A1") || strings.Contains(page.body, "712345678") || strings.Contains(page.body, "kasarani-1") || strings.Contains(page.body, "<script") {
		t.Errorf("%d octets: %s", len(page.body), page.body)
	}
	public.expect(public.ask(http.MethodGet, "/status/kasarani?l=sw", nil), http.StatusOK, "Hali ya mtandao", "Kila kitu kiko sawa", "Mahali pote")
	public.expect(public.ask(http.MethodGet, "/status/nowhere", nil), http.StatusNotFound)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	support := s.hire(t, "support@demo.example", nil, "support")
	support.expect(support.ask(http.MethodGet, "/office/status", nil), http.StatusForbidden)
	from := s.Main.Plan.Now().Add(-time.Hour).In(clock.Nairobi) // yesterday in the first hour of a day
	form := url.Values{"kind": {"trouble"}, "sites": {idText(s.seeded.sites["ngong"].ID)}, "from": {from.Format("2006-01-02T15:04")}, "en": {"A fibre is cut <b>here</b>"}, "sw": {""}}
	owner.expect(owner.send("/office/status/new", form), http.StatusBadRequest, "A fibre is cut", "Write the Swahili text")
	form.Set("sw", "Nyaya imekatika")
	owner.expect(owner.send("/office/status/new", form), http.StatusSeeOther)
	list := owner.ask(http.MethodGet, "/office/status", nil)
	owner.expect(list, http.StatusOK, "A fibre is cut &lt;b&gt;", "boss@demo.example", "End it")
	public.expect(public.ask(http.MethodGet, "/status?l=en", nil), http.StatusOK, "There is trouble", "A fibre is cut &lt;b&gt;here", "Trouble since")
	public.expect(public.ask(http.MethodGet, "/status/ngong?l=sw", nil), http.StatusOK, "Nyaya imekatika", "Kuna hitilafu")
	public.expect(public.ask(http.MethodGet, "/status/kasarani?l=en", nil), http.StatusOK, "All is well")
	end := list.body[strings.Index(list.body, "/office/status/"):]
	for !strings.HasPrefix(end, "/office/status/") || end[15] < '0' || end[15] > '9' {
		end = end[1:]
		end = end[strings.Index(end, "/office/status/"):]
	}
	end = end[:strings.IndexByte(end, '"')]
	owner.expect(owner.send(end, nil), http.StatusSeeOther)
	owner.expect(owner.ask(http.MethodGet, "/office/audit?object=status+notice", nil), http.StatusOK, "written", "ended", "Notice on the status page")
	troubled := fmt.Sprintf("Trouble on %d of the last 90 days", clock.DayOf(s.Main.Plan.Now())-clock.DayOf(from)+1)
	if page := public.ask(http.MethodGet, "/status/ngong?l=en", nil); !strings.Contains(page.body, troubled) || strings.Contains(page.body, "fibre") {
		t.Error(page.body)
	}
	for range 100 { // a site behind one address
		public.expect(public.ask(http.MethodGet, "/status", nil), http.StatusOK)
	}
}
