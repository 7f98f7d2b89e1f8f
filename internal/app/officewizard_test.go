package app

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"mtandao/internal/testdb"
)

// openBare starts the program on an empty database, as somebody's first evening does.
func openBare(t *testing.T) *Main {
	t.Helper()
	return openBareWith(t, "", Options{})
}

// openBareWith is openBare, with a tunnel at an address when there is one.
func openBareWith(t *testing.T, tunnel string, o Options) *Main {
	t.Helper()
	front, err := listenFirst("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := front.Addr().String()
	o.Plain = front
	c := Config{DB: testdb.URL(t, "sqlite"), Data: t.TempDir(), HTTP: address, RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0",
		PublicURL: "http://" + address, Dev: true, Tunnel: tunnel}
	c.fill()
	m, err := New(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.prepareStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = m.Close()
	})
	return m
}

// unfold opens the part of a form that is seldom needed.
func (b *browser) unfold() {
	b.t.Helper()
	b.do(chromedp.Do(b.ctx, chromedp.Click("main form details summary")))
}

// fill types into a form's fields, name by name, and sends it.
func (b *browser) fill(fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="`+fields[i]+`"]`, fields[i+1])))
	}
	b.do(chromedp.Do(b.ctx, chromedp.Click("main form .btn-primary")))
}

var (
	seedShown = regexp.MustCompile(`<p class="code">([A-Z2-7 ]+)</p>`)
	captive   = regexp.MustCompile(`href="(http://[^"]+/h/[^"]+)"`)
)

// TestTheFirstEvening walks from an empty database to a captive page that shows plans: the owner is made with the secret
// that the program printed, and the wizard leads through the rest. Scripts are off.
func TestTheFirstEvening(t *testing.T) {
	m := openBare(t)
	owner := newTab(t, newAllocator(t), false)
	defer owner.limited(2 * time.Minute)()
	owner.open(m.Config.PublicURL + "/office")
	owner.see(5*time.Second, "Welcome to Mtandao")
	owner.fill("name", "Wanjiku Kamau", "email", "wanjiku@baraka.example", "password", "four words in a row", "secret", m.setup)
	owner.see(10*time.Second, "Add a second lock")
	owner.enrol()
	owner.see(10*time.Second, "Keep these recovery codes")
	owner.do(chromedp.Do(owner.ctx, chromedp.Click("main .btn-primary")))

	owner.see(5*time.Second, "Your Wi-Fi")
	owner.picture("1-site")
	owner.unfold()
	owner.fill("provider.name", "Baraka Wi-Fi", "provider.phone", "0712 345 678", "place", "Kasarani Estate", "welcome_en", "Fast internet at Kasarani")
	owner.see(5*time.Second, "Where does the money go?")
	owner.fill("short_code", "174379", "consumer_key", "key", "consumer_secret", "secret", "passkey", "pass")
	owner.see(5*time.Second, "What do you sell?")
	owner.picture("4-plans")
	owner.unfold()
	owner.fill("addresses", "10.99.0.2")
	owner.see(5*time.Second, "One line for kasarani-estate-1")
	owner.picture("5-line")
	owner.do(chromedp.Do(owner.ctx, chromedp.Click(`main a[href="/office/setup/done"].btn`)))
	owner.see(5*time.Second, "Paste one line into the router")
	owner.picture("6-done")

	found := captive.FindStringSubmatch(owner.text())
	if found == nil {
		t.Fatalf("no captive address in %s", owner.text())
	}
	owner.open(found[1])
	owner.see(5*time.Second, "Choose your internet")
	for _, said := range []string{"Fast internet at Kasarani", "1 hour", "1 day", "1 week", "0712 345 678"} {
		if !strings.Contains(owner.text(), said) {
			t.Errorf("the captive page does not say %q", said)
		}
	}
	owner.picture("7-captive")
}

// enrol reads the seed from the page, as an app would, and types a code.
func (b *browser) enrol() {
	b.t.Helper()
	shown := seedShown.FindStringSubmatch(b.text())
	if shown == nil {
		b.t.Fatalf("no seed in %s", b.text())
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(shown[1], " ", ""), time.Now())
	b.do(err)
	b.fill("code", code)
}

// TestAWizardIsLeftAndComeBackTo skips every step and finds what is missing.
func TestAWizardIsLeftAndComeBackTo(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	for step, next := range map[string]string{"site": "till", "till": "plans", "plans": "done"} {
		page := owner.ask("GET", "/office/setup/"+step, nil)
		if page.status != 200 || !strings.Contains(page.body, `href="/office/setup/`+next+`">Later`) {
			t.Errorf("%s does not lead to %s: %d", step, next, page.status)
		}
	}
	if done := owner.ask("GET", "/office/setup/done", nil); !strings.Contains(done.body, `href="/office/setup/site">`) || !strings.Contains(done.body, "/h/kasarani?r=") {
		t.Error("the end of the wizard does not say what is missing, or where guests begin")
	}
	manager := s.hire(t, "manager-two@demo.example", nil, "manager")
	if got := manager.ask("GET", "/office/setup/site", nil); strings.Contains(got.body, "/office/setup/till") {
		t.Error("somebody who may not change tills is led to that step")
	}
	for _, step := range []string{"till", "moon"} {
		if got := manager.send("/office/setup/"+step, s.tillFields(t)); got.status != 404 {
			t.Errorf("the step %s of somebody who may not do it answers %d", step, got.status)
		}
	}
}
