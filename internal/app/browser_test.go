package app

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

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

func newAllocator(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
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

// picture keeps a screenshot when MTANDAO_SCREENS names a folder.
func (b *browser) picture(name string) {
	folder := os.Getenv("MTANDAO_SCREENS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.do(err)
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// limited fails a browser story that hangs.
func (b *browser) limited(d time.Duration) func() {
	t := time.AfterFunc(d, func() { panic("the browser story takes longer than " + d.String()) })
	return func() { t.Stop() }
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
	guest.see(5*time.Second, "Choose your internet")
	time.Sleep(200 * time.Millisecond) // what is still loading counts too
	guest.mu.Lock()
	if guest.bytes == 0 || guest.bytes > 14*1024 {
		t.Errorf("the first view takes %.0f octets", guest.bytes)
	}
	t.Logf("first view: %.0f octets", guest.bytes)
	guest.mu.Unlock()
	guest.picture("1-landing")

	guest.do(chromedp.Do(guest.ctx, chromedp.Click("label.plan"), chromedp.SendKeys("#phone", "0712 345 678")))
	guest.picture("2-chosen")
	guest.do(chromedp.Do(guest.ctx, chromedp.Click("button.go")))
	guest.see(10*time.Second, "enter your M-Pesa PIN")
	guest.picture("3-wait")

	phone := newTab(t, guest.ctx, true)
	until(t, 10*time.Second, "a prompt on the phone", func() bool { return len(s.Safaricom.Prompts()) == 1 })
	phone.open(s.RailURL + "/phone/254712345678")
	phone.picture("4-phone")
	phone.do(chromedp.Do(phone.ctx, chromedp.SendKeys(`input[name=pin]`, safaricom.PIN), chromedp.SendKeys(`input[name=pin]`, "\r")))

	guest.see(20*time.Second, "<h1>You are online")
	guest.picture("5-online")
	until(t, 5*time.Second, "online at the router", func() bool {
		session, ok := sessionOf(s.Routers["kasarani-1"], visitorMAC)
		return ok && session.Online
	})
	router := newTab(t, guest.ctx, true)
	router.open(s.Routers["kasarani-1"].URL() + "/sim")
	router.picture("6-router")
	until(t, 40*time.Second, "cut off when the hour is over", func() bool {
		session, _ := sessionOf(s.Routers["kasarani-1"], visitorMAC)
		return !session.Online
	})
	at, err := chromedp.Run(guest.ctx, chromedp.Location())
	guest.do(err)
	guest.open(at)
	guest.picture("7-ended")
	guest.see(5*time.Second, "Your time is used up")

	host, _ := url.Parse(s.Main.Config.PublicURL)
	for asked := range guest.hosts {
		if asked != host.Host {
			t.Errorf("the guest's pages asked %s", asked)
		}
	}
	verifyBooks(t, s.Main)
}
