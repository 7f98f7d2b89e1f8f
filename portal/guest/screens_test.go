package guest

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/themes"
)

// axe is axe-core 4.14.1 (npm), under the licence beside it; only this test carries it.
//
//go:embed testdata/axe.min.js
var axe string

//go:embed testdata/look.js
var look string

// widths are a small old phone, an ordinary phone, and a laptop, in CSS pixels.
var widths = []int64{320, 390, 1280}

// darkBrand asks for the most: dark paper, a light accent, no logo, long names.
func darkBrand() site.Brand {
	return site.Brand{Key: "mwangaza", Name: "Mwangaza Community Network", Accent: "#ffd400", AccentInk: "#ffffff", Paper: "#10151c", Ink: "#eef2f7",
		Theme: themes.Bold, WhatsApp: "254712345678", Facebook: "mwangaza.community.network.kenya", Instagram: "mwangaza",
		WelcomeEN: "Unlimited internet for Kawangware, Kangemi and Uthiru", WelcomeSW: "Intaneti isiyo na kikomo Kawangware, Kangemi na Uthiru"}
}

// menuBrand has all that a brand may have.
func menuBrand(t *testing.T) site.Brand {
	t.Helper()
	photo, err := os.ReadFile("testdata/cafe.jpg")
	if err != nil {
		t.Fatal(err)
	}
	b, err := site.Brand{Key: "mkahawa", Name: "Mkahawa wa Mlima", Accent: "#7a2e1d", AccentInk: "#fff8ee", Paper: "#fbf6ec", Ink: "#2a1c14", Theme: themes.Menu, Picture: photo,
		WelcomeEN: "Free refills, fast Wi-Fi", WelcomeSW: "Kahawa moto, Wi-Fi ya kasi", HoursEN: "Every day, 7 am to 10 pm", HoursSW: "Kila siku, saa 1 asubuhi hadi saa 4 usiku",
		WhatsApp: "0712 345 678", Email: "karibu@mkahawa.example", Instagram: "mkahawa_wa_mlima", TikTok: "mkahawa"}.Check()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lawless is the address of a page without a policy, so that a test can put faults of style into it.
const lawless = "/lawless"

// wall is the gallery behind an address: every page at /{brand}/{language}/{page}, under the portal's own policy.
type wall struct {
	*httptest.Server
	pages map[string][]byte
}

func hangWall(t *testing.T) *wall {
	t.Helper()
	w := &wall{pages: map[string][]byte{}}
	for _, brand := range []site.Brand{galleryBrand(), darkBrand(), menuBrand(t)} {
		for _, l := range words.Languages {
			pages, err := everyPage(l, brand)
			if err != nil {
				t.Fatal(err)
			}
			for name, body := range pages {
				w.pages["/"+brand.Key+"/"+string(l)+"/"+name] = body
			}
		}
	}
	policy := policyOfPages(t)
	w.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, ok := w.pages[r.URL.Path]
		if !ok {
			out.WriteHeader(http.StatusNoContent) // where a page reloads to: the browser stays on the page
			return
		}
		if r.URL.Path != lawless {
			out.Header().Set("Content-Security-Policy", policy(body))
		}
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = out.Write(body)
	}))
	t.Cleanup(w.Close)
	return w
}

var (
	styleText = regexp.MustCompile(`(?s)<style>(.*)</style>`)
	styleHash = regexp.MustCompile(`sha256-[^']+`)
)

// policyOfPages takes the policy of a real answer, and fits it to each page's style.
func policyOfPages(t *testing.T) func(page []byte) string {
	t.Helper()
	show, err := newGallery(words.English, galleryBrand())
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error {
		return show.guest.send(c, fiber.StatusOK, "words", show.guest.helpPage(show.who))
	})
	answer, err := app.Test(httptest.NewRequest(http.MethodGet, "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if !styleHash.MatchString(policy) {
		t.Fatalf("policy %q", policy)
	}
	return func(page []byte) string {
		sum := sha256.Sum256(styleText.FindSubmatch(page)[1])
		return styleHash.ReplaceAllLiteralString(policy, "sha256-"+base64.StdEncoding.EncodeToString(sum[:]))
	}
}

// window is a tab of the one browser; heard is what no page may cause.
type window struct {
	t     *testing.T
	ctx   context.Context
	host  string
	mu    sync.Mutex
	heard []string
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium-headless-shell"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	for _, flag := range []string{"disable-background-networking", "disable-component-update", "disable-quic", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, stop = context.WithTimeout(ctx, 8*time.Minute) // a browser that hangs fails, and does not stop the build
	t.Cleanup(stop)
	return ctx
}

func openWindow(t *testing.T, browser context.Context, site string) *window {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	address, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, ctx: ctx, host: address.Host}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *window) hear(event any) {
	said := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Host != w.host {
			said = "asked " + e.Request.URL
		}
	case *log.EventEntryAdded: // a blocked style, picture or form is told here
		said = "browser: " + e.Entry.Text
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		said = "console: " + string(e.Type)
	}
	if said != "" {
		w.mu.Lock()
		w.heard = append(w.heard, said)
		w.mu.Unlock()
	}
}

// overheard is what was heard since the last page.
func (w *window) overheard() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.heard
	w.heard = nil
	return said
}

// complaints opens a page and looks at it at every width. Strictly: by axe too, on the phone and on the laptop, whose
// layouts differ.
func (w *window) complaints(address string, strictly bool) ([]string, error) {
	if err := chromedp.Do(w.ctx, chromedp.Navigate(address)); err != nil {
		return nil, err
	}
	if strictly {
		if _, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
			return nil, err
		}
	}
	var all []string
	for _, width := range widths {
		found, err := chromedp.Run(w.ctx, lookAt(width, strictly && width != widths[0]))
		if err != nil {
			return nil, err
		}
		for _, complaint := range found {
			all = append(all, strconv.FormatInt(width, 10)+" px: "+complaint)
		}
	}
	return append(all, w.overheard()...), nil
}

// A page without scripts can only follow a payment by reloading; those that do so are never typed into.
const axeRun = `axe.run({runOnly: ['wcag2a', 'wcag2aa'], rules: {'meta-refresh': {enabled: false}}, resultTypes: ['violations']})
	.then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary)))`

func lookAt(width int64, strictly bool) chromedp.Action[[]string] {
	return func(ctx context.Context, t *chromedp.Target) ([]string, error) {
		if _, err := chromedp.EmulateViewport(width, 800)(ctx, t); err != nil {
			return nil, err
		}
		found, err := chromedp.Evaluate[[]string](look)(ctx, t)
		if err != nil || !strictly {
			return found, err
		}
		unlawful, err := chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise)(ctx, t)
		return append(found, unlawful...), err
	}
}

// TestEveryPageFitsEveryScreen opens every page, in both languages and three brands, each in a theme of its own, as phones and laptops show it: nothing
// scrolls sideways, is cut off, is too small to tap or breaks a rule of WCAG 2 A and AA; nothing asks another host.
func TestEveryPageFitsEveryScreen(t *testing.T) {
	w := hangWall(t)
	queue := make(chan string)
	go func() {
		defer close(queue)
		for _, path := range slices.Sorted(maps.Keys(w.pages)) {
			queue <- path
		}
	}()
	browser := openBrowser(t)
	var tabs sync.WaitGroup
	for range 3 {
		tab := openWindow(t, browser, w.URL)
		tabs.Go(func() {
			for path := range queue {
				found, err := tab.complaints(w.URL+path, strictly(path))
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				for _, complaint := range found {
					t.Errorf("%s: %s", path, complaint)
				}
			}
		})
	}
	tabs.Wait()
}

// strictly: a language changes where lines break, a brand the colours; axe need not see each pair of them.
func strictly(path string) bool {
	return strings.HasPrefix(path, "/baraka/en/") || strings.HasPrefix(path, "/mwangaza/sw/") || strings.HasPrefix(path, "/mkahawa/en/")
}

// TestALookFindsFaults: the look itself must see what it is there for.
func TestALookFindsFaults(t *testing.T) {
	w := hangWall(t)
	tab := openWindow(t, openBrowser(t), w.URL)
	const blocked = "browser: "
	for fault, broken := range map[string]string{
		"scrolls sideways":         `<main class="body"><p style="width:900px">wide</p>`,
		"not exactly one h1":       `<main class="body"><h1>two</h1>`,
		"no label":                 `<main class="body"><input name="x">`,
		"px to tap":                `<main class="body"><a href="/">small</a>`,
		"lies over":                `<main class="body"><a href="/" style="position:absolute;inset:0">over</a>`,
		"text cut off":             `<main class="body"><div style="width:4em;overflow:hidden;white-space:nowrap">Nimelipa tayari</div>`,
		"text leaves its surface":  `<main class="body"><div class="card" style="width:4em;white-space:nowrap">Nimelipa tayari</div>`,
		"color-contrast":           `<main class="body"><p style="color:#999;background:#fff">pale</p>`,
		"asked http://192.0.2.1/x": `<img alt="" src="http://192.0.2.1/x">`,
		blocked:                    `<main class="body"><style>p{color:red}</style>`,
	} {
		path := lawless
		if fault == blocked {
			path = "/broken"
		}
		w.pages[path] = append(bytes.Clone(w.pages["/baraka/en/help"]), broken...)
		found, err := tab.complaints(w.URL+path, true)
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(found, "\n"); !strings.Contains(all, fault) {
			t.Errorf("%q is not seen in %q: %s", fault, broken, all)
		}
	}
}

// TestScreens takes a picture of every page at every width, into the folder that MTANDAO_SCREENS names:
// {brand}/{page}-{language}-{width}.png. Without a folder it takes those of the price list, and lets go of them.
func TestScreens(t *testing.T) {
	folder, all := os.Getenv("MTANDAO_SCREENS"), true
	if folder == "" {
		folder, all = t.TempDir(), false
	}
	w := hangWall(t)
	tab := openWindow(t, openBrowser(t), w.URL)
	taken := 0
	for _, path := range slices.Sorted(maps.Keys(w.pages)) {
		parts := strings.Split(path, "/") // "", brand, language, page
		if !all && parts[3] != "landing" {
			continue
		}
		room := filepath.Join(folder, parts[1])
		if err := os.MkdirAll(room, 0o755); err != nil {
			t.Fatal(err)
		}
		taken += tab.picture(w.URL+path, filepath.Join(room, parts[3]+"-"+parts[2]))
	}
	if want := 3 * len(widths) * len(words.Languages); taken < want || all && taken != len(w.pages)*len(widths) {
		t.Errorf("%d pictures", taken)
	}
}

// picture writes a page at each width, and tells how many files it wrote.
func (w *window) picture(address, file string) int {
	w.t.Helper()
	for _, width := range widths {
		if err := chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(address)); err != nil {
			w.t.Fatal(err)
		}
		picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			w.t.Fatal(err)
		}
		if seen, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || seen.Width != int(width) || seen.Height < 300 {
			w.t.Errorf("%s at %d px: a picture of %d × %d, %v", address, width, seen.Width, seen.Height, err)
		}
		if err := os.WriteFile(file+"-"+strconv.FormatInt(width, 10)+".png", picture, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	return len(widths)
}
