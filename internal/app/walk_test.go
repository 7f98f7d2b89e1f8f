package app

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"mtandao/internal/clock"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
)

// walk is somebody's first evening: the program on an empty database, M-Pesa, a router out of its box, and two people.
type walk struct {
	*testing.T
	m     *Main
	rail  *safaricom.Server
	phone string // where the simulated phones are
	owner *person
	guest *person
	box   *router.Router
}

// TestFromNothingToTheFirstSale is "must be shown" 1 of issue 3: the owner sets up, pastes one line into the router, and a guest
// buys with M-Pesa and is online, all by clicking and typing in real browsers. What both people need for it together is counted, and
// is less than five minutes.
func TestFromNothingToTheFirstSale(t *testing.T) {
	w := openWalk(t)
	defer w.owner.limited(4 * time.Minute)()
	w.becomesOwner()
	w.setsUp()
	phone := w.pastesTheLine()
	w.buys(phone)
	w.owner.report()
	w.guest.report()
	if took := w.owner.takes() + w.guest.takes(); took >= 5*time.Minute {
		t.Errorf("from nothing to the first sale takes the owner and the guest %v, want less than 5 minutes", took.Round(time.Second))
	}
	w.looksOn()
	verifyBooks(t, w.m)
}

func openWalk(t *testing.T) *walk {
	t.Helper()
	plan := clock.Scaled(clock.System(), clock.System().Now(), 60) // so that an interim update comes within seconds
	w := &walk{T: t, m: openBareWith(t, "127.0.0.1:0", Options{Plan: plan})}
	var err error
	if w.rail, err = safaricom.New(safaricom.Options{Merchants: []safaricom.Merchant{demoMerchant}, Delays: safaricom.Lifelike()}); err != nil {
		t.Fatal(err)
	}
	w.rail.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{} }) // the phone screen answers
	server := httptest.NewServer(w.rail.Handler())
	t.Cleanup(server.Close)
	w.phone = server.URL
	w.owner = &person{browser: newTab(t, newAllocator(t), true), name: "the owner"}
	w.owner.do(chromedp.Do(w.owner.ctx, chromedp.EmulateViewport(1280, 900)))
	return w
}

const goesOn = "main form .btn-primary"

// becomesOwner makes the owner with the secret that the program printed, and the second factor.
func (w *walk) becomesOwner() {
	w.Helper()
	o := w.owner
	o.open(w.m.setupAddress())
	o.pastes++ // the address, from the terminal where the program was started
	o.acts++
	o.reads("01-welcome", "Welcome to Mtandao")
	o.types("name", "Wanjiku Kamau")
	o.types("email", "wanjiku@baraka.example")
	o.types("password", "four words in a row")
	o.presses(goesOn)
	o.reads("02-factor", "Add a second lock")
	o.looks++ // scans the picture with the phone, and reads the code there
	o.types("code", w.code())
	o.presses(goesOn)
	o.reads("03-recovery", "Keep these recovery codes")
	o.presses("main .copy")
	o.pastes++ // where secrets are kept
	o.presses("main .btn-primary")
}

func (w *walk) code() string {
	w.Helper()
	shown := seedShown.FindStringSubmatch(w.owner.text())
	if shown == nil {
		w.Fatalf("no seed in %s", w.owner.text())
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(shown[1], " ", ""), time.Now())
	w.owner.do(err)
	return code
}

// setsUp goes through the wizard.
func (w *walk) setsUp() {
	w.Helper()
	o := w.owner
	o.reads("04-site", "Your Wi-Fi")
	o.types("provider.name", "Baraka Wi-Fi")
	o.types("provider.phone", "0712 345 678")
	o.types("place", "Kasarani")
	o.presses(goesOn)
	o.reads("05-till", "Where does the money go?")
	o.types("short_code", demoMerchant.ShortCode)
	o.do(chromedp.Do(o.ctx, chromedp.SetValue(`[name="base_url"]`, w.phone))) // the usual one is Safaricom's: a person leaves it
	o.paste("consumer_key", demoMerchant.ConsumerKey)
	o.paste("consumer_secret", demoMerchant.ConsumerSecret)
	o.paste("passkey", demoMerchant.Passkey)
	o.presses(goesOn)
	o.reads("06-plans", "What do you sell?")
	o.presses(goesOn)
	o.reads("07-line", "terminal")
}

// pastesTheLine runs the line at the router, starts that as it now is, and waits until the console has heard of it.
func (w *walk) pastesTheLine() chromedp.ExecAllocatorOption {
	w.Helper()
	o := w.owner
	line, err := chromedp.Run(o.ctx, chromedp.Evaluate[string](`document.querySelector("main .once").innerText`))
	o.do(err)
	o.presses("main .btn.copy")
	o.looks++ // opens the router's terminal
	o.pastes++
	o.keys++
	configuration := router.BareConfiguration("7.19.4")
	configuration.SetFetch(download)
	if said, err := configuration.Run(line); err != nil {
		w.Fatalf("%v\n%s", err, said)
	}
	r, phone := startHome(w.T, configuration, w.m.Plan)
	w.box = r
	until(w.T, 60*time.Second, "the router's hotspot is known", func() bool {
		all := w.m.Routers.All()
		return len(all) == 1 && len(all[0].LoginHosts) > 0
	})
	return phone
}

// buys is a guest who joins the Wi-Fi, is led to the price list, and pays.
func (w *walk) buys(behindTheRouter chromedp.ExecAllocatorOption) {
	w.Helper()
	device, err := w.box.Join("02a1b2c3d4f1")
	if err != nil {
		w.Fatal(err)
	}
	device.Use(2000)
	g := &person{browser: newTab(w.T, newAllocator(w.T, behindTheRouter), true), name: "the guest"}
	w.guest = g
	g.open(device.URL())
	g.reads("21-prices", "Choose your internet")
	g.presses("label.plan")
	g.types("phone", "0799 000 111")
	g.presses("button.go")
	g.reads("22-wait", "enter your M-Pesa PIN")
	until(w.T, 15*time.Second, "a prompt on the phone", func() bool { return len(w.rail.Prompts()) == 1 })
	g.words += len(strings.Fields(w.rail.Prompts()[0].Text + " Enter M-PESA PIN Send Cancel")) // what the phone's own window says
	handset := newTab(w.T, g.ctx, true)
	handset.open(w.phone + "/phone/254799000111")
	handset.picture("23-handset")
	handset.do(chromedp.Do(handset.ctx, chromedp.SendKeys(`input[name=pin]`, safaricom.PIN+"\r")))
	g.keys += len(safaricom.PIN)
	g.clicks++ // Send
	g.acts += 2
	g.reads("24-online", "<h1>You are online")
	until(w.T, 15*time.Second, "bytes at the router", func() bool {
		session, ok := sessionOf(w.box, "02a1b2c3d4f1")
		return ok && session.Online && session.Down > 0
	})
}

var byteCount = regexp.MustCompile(`[0-9.]+ [KMG]B`)

// looksOn finds the session, its bytes and the money in the console, and the router among those that talk to us.
func (w *walk) looksOn() {
	w.Helper()
	o := w.owner
	o.open(w.m.Config.PublicURL + "/office/routers")
	o.presses(`main table a[href^="/office/routers/"]`)
	o.see(15*time.Second, "kasarani-1")
	o.picture("30-router")
	o.presses(`a[href="/office/sessions"]`)
	o.reads("31-sessions", "02:A1:B2:C3:D4:F1")
	until(w.T, 30*time.Second, "bytes counted on the page of sessions", func() bool {
		o.open(w.m.Config.PublicURL + "/office/sessions")
		return strings.Contains(o.text(), "02:A1:B2:C3:D4:F1") && byteCount.MatchString(o.text())
	})
	o.picture("32-counted")
	o.open(w.m.Config.PublicURL + "/office")
	o.see(5*time.Second, "KES 10")
	o.picture("33-today")
}
