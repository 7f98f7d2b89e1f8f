package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"html"
	"image"
	"image/png"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
)

// browser is a headless Chromium window of a phone's size.
type browser struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	// hosts asked, and octets received (headers and compressed bodies) since the last mark
	hosts map[string]bool
	bytes float64
}

func newAllocator(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	options := append(append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium-headless-shell"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true)), more...)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	return ctx
}

// openBrowser starts a browser, whose windows are opened from what it returns.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	ctx, stop := chromedp.NewContext(newAllocator(t))
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// newTab opens a window: the first of an allocator, or another of a tab's browser. Scripts are off unless scripted.
func newTab(t *testing.T, parent context.Context, scripted bool) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, hosts: map[string]bool{}}
	b.do(chromedp.Do(ctx))
	b.do(chromedp.Listen(ctx, b.hear))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.do(err)
	_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripted})
	b.do(err)
	still := &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"} // a page that still glides is clicked beside the button
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{still}})
	b.do(err)
	b.do(chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)))
	return b
}

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" {
			b.hosts[u.Host] = true
		}
	case *network.EventLoadingFinished:
		b.bytes += e.EncodedDataLength
	}
}

func (b *browser) do(err error) {
	b.t.Helper()
	if err != nil {
		page, _ := chromedp.Run(b.ctx, chromedp.OuterHTML("html"))
		b.t.Fatalf("browser: %v\n%s", err, page)
	}
}

func (b *browser) open(address string) {
	b.t.Helper()
	b.do(chromedp.Do(b.ctx, chromedp.Navigate(address)))
}

// text is what the page says now; empty while it is being replaced.
func (b *browser) text() string {
	html, err := chromedp.Run(b.ctx, chromedp.OuterHTML("body"))
	if err != nil {
		return ""
	}
	return html
}

func (b *browser) see(limit time.Duration, words string) {
	b.t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if strings.Contains(b.text(), words) {
			return
		}
	}
	b.t.Fatalf("not seen within %v: %q in\n%s", limit, words, b.text())
}

// picture keeps a screenshot of a story when MTANDAO_SCREENS names a folder.
func (b *browser) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("MTANDAO_SCREENS")
	if folder == "" {
		return
	}
	folder = filepath.Join(folder, b.t.Name())
	b.do(os.MkdirAll(folder, 0o755))
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.do(err)
	b.do(os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
}

// limited fails a browser story that hangs.
func (b *browser) limited(d time.Duration) func() {
	t := time.AfterFunc(d, func() { panic("the browser story takes longer than " + d.String()) })
	return func() { t.Stop() }
}

const firstViewMost = 14 << 10 // octets over the wire, headers too

// firstView waits for the price list, and weighs what it took.
func (b *browser) firstView(s *Stage) {
	b.t.Helper()
	b.see(5*time.Second, "Choose your internet")
	time.Sleep(200 * time.Millisecond) // what is still loading counts too
	b.askedOnly(s.Main.Config.PublicURL)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.t.Logf("first view: %.0f octets", b.bytes); b.bytes == 0 || b.bytes > firstViewMost {
		b.t.Errorf("the first view takes %.0f octets, want %d at most", b.bytes, firstViewMost)
	}
}

// askedOnly fails for a page that asked another host than these, or left a cookie.
func (b *browser) askedOnly(addresses ...string) {
	b.t.Helper()
	kept, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	b.do(err)
	if len(kept.Cookies) > 0 {
		b.t.Errorf("the pages left cookies: %v", kept.Cookies)
	}
	ours := map[string]bool{}
	for _, address := range addresses {
		u, err := url.Parse(address)
		b.do(err)
		ours[u.Host] = true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for asked := range b.hosts {
		if !ours[asked] {
			b.t.Errorf("the guest's pages asked %s", asked)
		}
	}
}

// buy chooses the first plan of the price list, and asks a number to pay.
func (b *browser) buy(number string) {
	b.t.Helper()
	b.do(chromedp.Do(b.ctx, chromedp.Click("label.plan"), chromedp.SendKeys("#phone", number)))
	b.picture("2-chosen")
	b.do(chromedp.Do(b.ctx, chromedp.Click("button.go")))
	b.see(10*time.Second, "enter your M-Pesa PIN")
	b.picture("3-wait")
}

// approve types the PIN on the simulated phone.
func (b *browser) approve(s *Stage, phone string) {
	b.t.Helper()
	until(b.t, 10*time.Second, "a prompt on the phone", func() bool { return len(s.Safaricom.Prompts()) == 1 })
	b.open(s.RailURL + "/phone/" + phone)
	b.picture("4-phone")
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`input[name=pin]`, safaricom.PIN), chromedp.SendKeys(`input[name=pin]`, "\r")))
}

// TestAGuestBuysInABrowserWithoutJavaScript is "must be shown" 1 and the portal's weight: the first view in at most 14 KB, no
// third-party request, and the whole purchase with scripts switched off.
func TestAGuestBuysInABrowserWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := openStage(t, 180)
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{} }) // the phone screen answers
	guest := newTab(t, newAllocator(t), false)
	defer guest.limited(2 * time.Minute)()

	guest.open(s.CaptiveURL("kasarani-1", visitorMAC))
	guest.firstView(s)
	guest.picture("1-landing")
	guest.buy("0712 345 678")
	phone := newTab(t, guest.ctx, true)
	phone.approve(s, "254712345678")

	guest.see(20*time.Second, "<h1>You are online")
	guest.picture("5-online")
	until(t, 5*time.Second, "online at the router", func() bool {
		session, ok := sessionOf(s.Routers["kasarani-1"], visitorMAC)
		return ok && session.Online
	})
	panel := newTab(t, guest.ctx, true)
	panel.open(s.Routers["kasarani-1"].URL() + "/sim")
	panel.picture("6-router")
	until(t, 40*time.Second, "cut off when the hour is over", func() bool {
		session, _ := sessionOf(s.Routers["kasarani-1"], visitorMAC)
		return !session.Online
	})
	at, err := chromedp.Run(guest.ctx, chromedp.Location())
	guest.do(err)
	guest.open(at)
	guest.picture("7-ended")
	guest.see(5*time.Second, "Your time is used up")

	guest.askedOnly(s.Main.Config.PublicURL)
	verifyBooks(t, s.Main)
}

var connectLink = regexp.MustCompile(`href="(/s/[^"]*/connect[^"]*)"`)

// TestAGuestGoesOnlineByTheLink is the second way: the server cannot reach the router, so the page's link brings the browser
// to the router's own log-in with a one-time secret, by GET and without a script.
func TestAGuestGoesOnlineByTheLink(t *testing.T) {
	s := openStage(t, 60)
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{} })
	r := s.Routers["kasarani-1"]
	r.SetFaults(router.Faults{APIUnreachable: true})
	guest := newTab(t, newAllocator(t), false)
	defer guest.limited(2 * time.Minute)()
	guest.open(s.CaptiveURL("kasarani-1", visitorMAC))
	guest.buy("+254 712 345678")
	newTab(t, guest.ctx, true).approve(s, "254712345678")

	guest.see(20*time.Second, "Go online now")
	if session, ok := sessionOf(r, visitorMAC); ok && session.Online {
		t.Fatal("online without the router's API")
	}
	link := connectLink.FindStringSubmatch(guest.text())
	if link == nil {
		t.Fatalf("no link in %s", guest.text())
	}
	guest.open(s.Main.Config.PublicURL + html.UnescapeString(link[1])) // not a click, which a reload may swallow
	guest.see(10*time.Second, "You are online")
	at, err := chromedp.Run(guest.ctx, chromedp.Location())
	guest.do(err)
	if !strings.HasPrefix(at, r.URL()) {
		t.Errorf("the browser stands at %s, not at the router", at)
	}
	session, ok := sessionOf(r, visitorMAC)
	if !ok || !session.Online || session.LoggedInBy != "http-pap" {
		t.Errorf("the session is %+v", session)
	}
	guest.askedOnly(s.Main.Config.PublicURL, r.URL())
	verifyBooks(t, s.Main)
}

// TestTheHeaviestFirstViewIsSmall measures a price list of twelve plans, with the largest logo and the longest welcome that
// are accepted.
func TestTheHeaviestFirstViewIsSmall(t *testing.T) {
	s := openStage(t, 60)
	here, brand, err := s.Main.Sites.BySlug("kasarani")
	if err != nil {
		t.Fatal(err)
	}
	brand.Logo, brand.WelcomeEN = heaviestLogo(t), strings.Repeat("Fast internet for our neighbours. ", 9)[:300]
	err = s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := s.Main.Sites.SaveBrand(tx, brand)
		for i, p := range demoPlans() {
			p.Key, p.NameEN, p.Sort, p.Sites = "more-"+p.Key, "Another "+p.NameEN, 10+i, []int64{here.ID}
			_, e := s.Main.Plans.Save(tx, p)
			err = errors.Join(err, e)
		}
		return err
	})
	if err = errors.Join(err, s.Main.Sites.Refresh(t.Context())); err != nil {
		t.Fatal(err)
	}
	guest := newTab(t, newAllocator(t), false)
	defer guest.limited(time.Minute)()
	guest.open(s.CaptiveURL("kasarani-1", visitorMAC))
	if !strings.Contains(guest.text(), base64.StdEncoding.EncodeToString(brand.Logo)) {
		t.Fatal("the page has another logo")
	}
	guest.firstView(s)
}

// heaviestLogo is a picture that does not compress, as large as a brand's may be.
func heaviestLogo(t *testing.T) []byte {
	t.Helper()
	noise, picture := rand.NewChaCha8([32]byte{1}), image.NewRGBA(image.Rect(0, 0, 44, 45))
	_, _ = noise.Read(picture.Pix)
	for i := 3; i < len(picture.Pix); i += 4 {
		picture.Pix[i] = 0xff
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil || out.Len() < 6000 || out.Len() > 6<<10 {
		t.Fatalf("a logo of %d bytes, %v", out.Len(), err)
	}
	return out.Bytes()
}
