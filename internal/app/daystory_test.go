package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/customers"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// TestADayInTheLifeInABrowser tells stories of "must be shown" 4 of issue 7 as staff live them, without a script: a caller who paid and is offline, a price that rises for
// new customers alone, an auditor who finds who gave a month for nothing, and a technician who installs a home.
func TestADayInTheLifeInABrowser(t *testing.T) {
	s := openStage(t, 1)
	s.atAnyHour(t)
	home, caller := s.lapsed(t, 0)
	parent := openBrowser(t)
	base := "http://" + s.Main.HTTPAddress()
	seat := func(t *testing.T, who *colleague, width int64, lang words.Lang) *browser {
		b := newTab(t, parent, false)
		t.Cleanup(b.limited(time.Minute))
		b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 800)))
		b.speaks(base, who.token, lang)
		return b
	}
	t.Run("I paid and am offline", func(t *testing.T) {
		agent := s.hire(t, "agent@demo.example", nil, "support", "cashier")
		b := seat(t, agent, 1280, words.English)
		wrong := caller.Number[:6] + string('0'+(caller.Number[6]-'0'+1)%10)
		s.payByHand(t, "254799000123", wrong, 2500)
		b.open(base + "/office")
		b.press(`#search`, caller.Number, `.search input`)
		b.do(chromedp.Do(b.ctx, chromedp.Submit(`.search`)))
		b.see(10*time.Second, caller.Name)
		b.picture("call-1-found")
		b.open(base + "/office/customers/" + number(caller.ID) + "/why")
		b.see(10*time.Second, words.Text(words.English, "office.why.of", "Name", caller.Name))
		b.picture("call-2-why")
		until(t, 10*time.Second, "the money is in suspense", func() bool {
			return strings.Contains(agent.ask(http.MethodGet, "/office/suspense", nil).body, caller.Name)
		})
		b.open(base + "/office/suspense")
		b.see(10*time.Second, caller.Name)
		b.picture("call-3-suspense")
		b.click(`form[action$="/match"] button[name="customer"]`)
		until(t, 20*time.Second, "the home is back", inGarden(home, false))
		b.open(base + "/office/customers/" + number(caller.ID))
		b.see(10*time.Second, "Running")
		b.picture("call-4-back")
		b.open(base + "/office/customers/" + number(caller.ID) + "?tab=history")
		for _, want := range []string{"+KES 2,500", "lapsed0", "Customer made"} { // money, line and person in one list
			b.see(10*time.Second, want)
		}
		b.picture("call-5-timeline")
	})
	t.Run("a price for new customers alone", func(t *testing.T) {
		owner := s.hire(t, "prices@demo.example", nil, "owner")
		b := seat(t, owner, 1280, words.English)
		all, err := s.Main.Plans.All(t.Context())
		b.do(err)
		id := int64(0)
		for _, p := range all {
			if p.Key == "home-10" {
				id = p.ID
			}
		}
		b.open(base + "/office/plans/" + number(id) + "/edit")
		b.do(chromedp.Do(b.ctx, chromedp.SetValue(`[name="price"]`, "2,750")))
		b.picture("price-1-form")
		b.click("main form .btn-primary")
		b.see(10*time.Second, "Saved")
		b.picture("price-2-saved")
		if price := s.asked(t, id, caller.ID); price != 2500_00 {
			t.Errorf("who was there before pays %d", price)
		}
		b.do(s.seedLine(t.Context(), "New Neighbour", "0711 300 999", "home-10", "neighbour", customers.Person, 1, 29, 0))
		c, err := s.Main.Customers.FindNow(t.Context(), "0711 300 999")
		b.do(err)
		if price := s.asked(t, id, c.ID); price != 2750_00 {
			t.Errorf("a new customer pays %d", price)
		}
		b.open(base + "/office/plans/" + number(id) + "/reprice")
		b.see(10*time.Second, "KES 2,750")
		b.picture("price-3-moved-later")
	})
	t.Run("who gave a month for nothing", func(t *testing.T) {
		giver := s.hire(t, "generous@demo.example", nil, "manager")
		lines, err := s.Main.Lines.Of(t.Context(), caller.ID)
		if err != nil {
			t.Fatal(err)
		}
		b := seat(t, giver, 390, words.Swahili)
		b.open(base + "/office/subscriptions/" + number(lines[0].ID) + "/change/discount")
		b.fill("percent", "100", "periods", "1", "reason", "a friend of mine")
		b.see(10*time.Second, caller.Name)
		b.picture("gift-1-given")
		if _, err := s.Main.Staff.SaveRole(t.Context(), staff.By{Command: "test"}, staff.Role{Key: "auditor", Name: "Auditor", Permissions: []staff.Permission{staff.AuditView}}); err != nil {
			t.Fatal(err)
		}
		auditor := s.hire(t, "audits@demo.example", nil, "auditor")
		b = seat(t, auditor, 1280, words.English)
		b.open(base + "/office/audit?object=subscription")
		b.see(10*time.Second, "gave a discount")
		b.picture("gift-2-trail")
		b.click(`//a[contains(., "gave a discount")]`)
		b.see(10*time.Second, "generous@demo.example")
		b.see(time.Second, "a friend of mine")
		b.see(time.Second, "100 %")
		b.picture("gift-3-who")
	})
	t.Run("a technician installs a home", func(t *testing.T) { s.installsAHome(t, seat) })
	verifyBooks(t, s.Main)
}

// asked is what a customer's first line of a plan costs, by the version of its price that it has.
func (s *Stage) asked(t *testing.T, planID, customerID int64) int64 {
	t.Helper()
	lines, err := s.Main.Lines.Of(t.Context(), customerID)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := s.Main.Plans.Versions(t.Context(), planID)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		if v.ID == lines[0].State.Sold.PriceID {
			return v.Amount.Cents
		}
	}
	t.Fatal("no version of the price is the line's")
	return 0
}
