package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
	"mtandao/internal/words"
)

// installsAHome is a story of "must be shown" 4: who asked becomes a customer, the technician finds the visit on their phone, puts up the router by its MAC,
// the line's login works, and the customer sees it.
func (s *Stage) installsAHome(t *testing.T, seat func(t *testing.T, who *colleague, width int64, lang words.Lang) *browser) {
	base, by, site := "http://"+s.Main.HTTPAddress(), fieldwork.By{Actor: "test"}, s.seeded.sites["kasarani"].ID
	office, technician := s.hire(t, "sends@demo.example", nil, "support"), s.hire(t, "climbs@demo.example", nil, "technician")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := s.Main.Field.OpenLead(t.Context(), fieldwork.Lead{SiteID: site, Kind: customers.Person, Name: "Njeri Mwangi", Phone: "0755 300 400", Source: "referral", PlanKey: "home-10", NextStep: "Bring fibre", Day: clock.DayOf(s.Main.Clock.Now()),
		Address: customers.Address{Line: "Gate 4", Area: "Kasarani", At: customers.Place{LatMicro: -1_221_500, LngMicro: 36_897_300}}}, "story", by)
	must(err)
	_, err = s.Main.Field.AddEquipment(t.Context(), fieldwork.Equipment{Serial: "HB71A0C9", MAC: "02405e00001e", Kind: "router", Model: "hAP ax lite", SiteID: site}, by)
	must(err)

	b := seat(t, office, 1280, words.English)
	b.open(base + "/office/leads/" + number(l.ID))
	b.see(10*time.Second, "Njeri Mwangi")
	b.picture("home-1-lead")
	b.click(`a[href$="/win"]`)
	b.see(10*time.Second, "becomes a customer")
	b.click("main form .btn-primary")
	b.see(10*time.Second, "is a customer")
	c, err := s.Main.Customers.FindNow(t.Context(), "0755 300 400")
	must(err)
	now := s.Main.Plan.Now()
	line, err := s.Main.Lines.Start(t.Context(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home-10", Segment: "home", Place: subscriptions.Place{SiteID: site, RouterID: s.seeded.routers["kasarani-1"].ID, Installed: "Gate 4"},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "mwangi"}, Secret: secretOf("mwangi"), At: now, PaidTo: now.AddDate(0, 0, 30)}, subscriptions.By{Actor: "test"})
	must(err)
	b.open(base + "/office/visits/new?customer=" + number(c.ID))
	b.do(chromedp.Do(b.ctx, chromedp.SetValue(`[name="technician"]`, "climbs@demo.example"), chromedp.SetValue(`[name="line"]`, number(line.ID)), chromedp.SetValue(`[name="day"]`, clock.DayOf(s.Main.Clock.Now()).String())))
	b.picture("home-2-plan")
	b.click("main form .btn-primary")
	b.see(10*time.Second, "Planned for")
	b.open(base + "/office/visits")
	b.see(10*time.Second, "Njeri Mwangi")
	b.picture("home-3-week")

	b = seat(t, technician, 390, words.English)
	b.open(base + "/office/visits/today")
	b.see(10*time.Second, "Njeri Mwangi")
	b.picture("home-4-day")
	b.click(`form[action*="/start"] button`)
	b.see(10*time.Second, "Begun")
	b.picture("home-5-begun")
	b.click(`button[value="/equipment"]`)
	b.see(10*time.Second, "Serial or MAC")
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="thing"]`, "02:40:5E:00:00:1E")))
	b.click("main form .btn-primary")
	b.see(10*time.Second, "HB71A0C9 is with the customer")
	home, err := s.plugIn("mwangi", 0x1e)
	must(err)
	until(t, 20*time.Second, "the router has logged in", func() bool { _, on := home.Session(); return on })
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="outcome"]`, "Drawn along the wall. ")))
	b.click(`button[value="/end/done"]`)
	b.see(10*time.Second, "Tick what is so")
	typed, err := chromedp.Run(b.ctx, chromedp.Value(`[name="outcome"]`))
	must(err)
	b.do(chromedp.Do(b.ctx, chromedp.Click(`[value="login"]`), chromedp.SendKeys(`[name="outcome"]`, "9.8 Mbit/s measured.")))
	if !strings.Contains(typed, "Drawn along the wall.") {
		t.Errorf("what was typed before is lost: %q", typed)
	}
	b.picture("home-6-done")
	b.click("main form .btn-primary")
	b.see(10*time.Second, "The visit is done.")
	b.picture("home-7-after")
	is, err := s.Main.Lines.Get(t.Context(), line.ID)
	must(err)
	if has := is.State.Equipment; len(has) != 1 || has[0].Serial != "HB71A0C9" || has[0].MAC != "02:40:5E:00:00:1E" || !has[0].Loaned {
		t.Error("the line has", has)
	}

	b = newTab(t, b.ctx, false)
	b.open(s.Main.Config.PublicURL + "/my/in?l=en")
	b.press("#who", "0755300400", "main form button")
	b.see(10*time.Second, words.Text(words.English, "my.code.title"))
	b.press("#code", s.codeOf(t, c), "main form button")
	b.see(10*time.Second, words.Text(words.English, "my.owe"))
	b.see(time.Second, words.Text(words.English, "my.status.active"))
	b.picture("home-8-mine")

	keeper, back := s.hire(t, "keeps@demo.example", nil, "owner"), "/office/subscriptions/"+number(line.ID)+"/change/equipment_back"
	keeper.expect(keeper.send(back, url.Values{"serial": {"hb71a0c9"}, "seen": {number(is.Seq)}}), http.StatusSeeOther)
	thing, err := s.Main.Field.FindEquipment(t.Context(), "HB71A0C9")
	must(err)
	is, err = s.Main.Lines.Get(t.Context(), line.ID)
	must(err)
	if thing.Where != (fieldwork.Where{Place: fieldwork.InStore}) || !is.State.Equipment[0].Back {
		t.Error("what came back by the line's own page is", thing.Where, is.State.Equipment)
	}
}
