package app

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/radius/routers"
)

// boxed is a router out of its box, registered and not yet set up.
func (s *Stage) boxed(t *testing.T) (routers.Router, *router.Configuration) {
	t.Helper()
	fresh, err := s.register(context.Background(), routers.Router{Name: "fresh-1", SiteID: s.seeded.sites["kasarani"].ID, Dialect: routers.MikroTik, Secret: "until-the-script-has-run",
		Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.4/32")}, Auth: routers.AuthRequired, Interim: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	c := router.BareConfiguration("7.19.4")
	c.SetFetch(download)
	return fresh, c
}

// lookNow makes the next look at a router due.
func (s *Stage) lookNow(t *testing.T, id int64) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE router_health SET due_at = ? WHERE router_id = ?", time.Now().UTC().Add(-time.Second), id); err != nil {
		t.Fatal(err)
	}
}

// signedIn opens a window in which a colleague is signed in.
func (c *colleague) signedIn(t *testing.T) *browser {
	t.Helper()
	b := newTab(t, newAllocator(t), true)
	_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "mtandao_office", Value: c.token, URL: c.base})
	b.do(err)
	return b
}

// read is the text of a page's element.
func (b *browser) read(selector string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(selector))
	b.do(err)
	return text
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Do(b.ctx, chromedp.Click(selector)))
}

// TestARouterIsSetUpCheckedAndRepairedFromItsPage by a person with a browser, on the simulated RouterOS.
func TestARouterIsSetUpCheckedAndRepairedFromItsPage(t *testing.T) {
	s := openStage(t, 1)
	fresh, configuration := s.boxed(t)
	b := s.hire(t, "technician-two@demo.example", nil, "manager").signedIn(t)
	defer b.limited(3 * time.Minute)()
	page := "http://" + s.Main.HTTPAddress() + "/office/routers/" + number(fresh.ID)
	b.open(page)
	b.see(5*time.Second, "Never heard")
	b.click(`a[href$="/setup"]`)
	b.see(5*time.Second, "Guests arrive on")
	b.picture("1-set-up")
	b.fill()
	b.see(5*time.Second, "Paste it into the router")
	b.see(5*time.Second, "Copy</span>")
	b.picture("2-line")
	if said, err := configuration.Run(b.read("#once-0")); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	b.click("details:has(#once-2) summary")
	undo := b.read("#once-2")
	sim := s.startSetUp(t, configuration, fresh.ID)
	b.open(page)
	s.lookNow(t, fresh.ID)
	b.see(15*time.Second, "7.19.4") // by itself
	b.see(5*time.Second, "Talks to us")
	b.picture("3-answers")

	run := func(script string) {
		t.Helper()
		if said, err := configuration.Run(script); err != nil {
			t.Fatalf("%s: %v\n%s", script, err, said)
		}
	}
	run(`/ip hotspot profile set [find where name~"^mtandao-"] login-by=http-pap,mac,trial`)
	run(`/radius set [find where comment="mtandao: radius 1"] timeout=300ms`)
	b.click(`a[href$="/check"]`)
	b.see(5*time.Second, "free trial time")
	b.picture("4-holes")
	run(b.read("#once-0"))
	b.open(page + "/check")
	b.see(5*time.Second, "Nothing found")

	b.open(page + "/differences")
	b.see(5*time.Second, "300ms")
	b.picture("5-differences")
	b.click(`a[href$="/repair"]`)
	b.see(5*time.Second, "Repair fresh-1?")
	b.picture("6-repair")
	b.click("main .btn-danger")
	b.see(5*time.Second, "As we set it up")
	if kept, _ := s.Main.Routers.Get(fresh.ID); !slices.Contains(kept.LoginHosts, "192.168.88.1") {
		t.Errorf("the host of its log-in page was not taken over: %v", kept.LoginHosts)
	}
	sim.SetFaults(router.Faults{APIUnreachable: true})
	b.open(page)
	s.lookNow(t, fresh.ID)
	b.see(20*time.Second, "Silent</span>")
	b.picture("7-silent")
	sim.SetFaults(router.Faults{})
	run(undo)
	if strings.Contains(configuration.Export(), "mtandao") {
		t.Errorf("undone:\n%s", configuration.Export())
	}
	for _, action := range []string{"router set-up line made", "router repaired"} {
		if events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: kindRouter, ObjectID: "fresh-1"}); err != nil || !inTrail(events, action) {
			t.Errorf("%q is not in the trail: %+v %v", action, events, err)
		}
	}
}

func inTrail(events []audit.Event, action string) bool {
	for _, e := range events {
		if e.Action == action {
			return true
		}
	}
	return false
}

var wasField = regexp.MustCompile(`name="was" value="([^"]+)"`)

// TestARepairIsOfWhatWasShown: what was agreed to is what is found, by somebody who has proved themself, and not while paused.
func TestARepairIsOfWhatWasShown(t *testing.T) {
	s := openStage(t, 1)
	fresh, configuration := s.boxed(t)
	if said, err := configuration.Run(s.setupLine(t, fresh.ID)); err != nil {
		t.Fatal(said, err)
	}
	s.startSetUp(t, configuration, fresh.ID)
	member := s.hire(t, "manager-two@demo.example", nil, "manager")
	at := "/office/routers/" + number(fresh.ID)
	change := func(script string) {
		t.Helper()
		if _, err := configuration.Run(script); err != nil {
			t.Fatal(err)
		}
	}
	change(`/radius incoming set port=1700`)
	asked := wasField.FindStringSubmatch(member.ask(http.MethodGet, at+"/repair", nil).body)
	if asked == nil {
		t.Fatal("nothing is asked")
	}
	change(`/system clock set time-zone-name=UTC`)
	form := url.Values{"k": {member.stamp()}, "was": {asked[1]}}
	if got := member.ask(http.MethodPost, at+"/repair", form); got.status != http.StatusSeeOther || !strings.Contains(configuration.Export(), `time-zone-name="UTC"`) {
		t.Errorf("more was repaired than was shown: %d", got.status)
	}
	form.Set("was", wasField.FindStringSubmatch(member.ask(http.MethodGet, at+"/repair", nil).body)[1])
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_sign_ins SET proven_at = ?", time.Now().UTC().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := member.ask(http.MethodPost, at+"/repair", form); got.status == http.StatusSeeOther || !strings.Contains(got.body, `name="proof"`) || !strings.Contains(configuration.Export(), `port="1700"`) {
		t.Errorf("repaired without a proof: %d", got.status)
	}
	for _, path := range []string{"/setup", "/repair"} {
		if got := member.ask(http.MethodGet, at+path, nil); !strings.HasPrefix(got.location, "/office/prove") {
			t.Errorf("%s does not ask for a proof: %d", path, got.status)
		}
	}
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_sign_ins SET proven_at = ?", time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.Pause.Begin(tx, "a test") }); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/repair", "/setup"} {
		form.Set("ros", "7")
		form.Set("serves", "hotspot")
		form.Set("hotspot_port", "bridge")
		form.Set("hotspot_address", "10.5.50.1/24")
		got := member.ask(http.MethodPost, at+path, form)
		if path == "/setup" && !strings.Contains(got.body, "it gives no orders to routers") || !strings.Contains(configuration.Export(), `port="1700"`) {
			t.Errorf("%s while paused: %d", path, got.status)
		}
	}
}
