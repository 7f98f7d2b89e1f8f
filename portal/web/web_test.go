package web

import (
	"errors"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/themes"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func theme(files map[string]string) fstest.MapFS {
	fs := fstest.MapFS{"layout.html": {Data: []byte(`<style>{{.Style}}</style>{{template "main" .}}`)}, "parts.html": {}, "sheet.css": {Data: []byte("a{b:c}")}}
	for name, text := range files {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func TestStartFailsWithoutAPage(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"missing page":     {},
		"broken page":      {"page.html": `{{define "main"}}{{if}}{{end}}`},
		"unknown template": {"page.html": `{{define "main"}}{{end}}{{end}}`},
	} {
		if _, err := NewRenderer(theme(files), "sheet.css", "page"); err == nil {
			t.Errorf("%s: started", name)
		}
	}
	if _, err := NewRenderer(theme(nil), "other.css"); err == nil {
		t.Error("started without a sheet")
	}
}

func TestRenderingEscapesAndFailsWhole(t *testing.T) {
	r, err := NewRenderer(theme(map[string]string{"page.html": `{{define "main"}}<a href="{{.Title}}">{{.Title}}</a>{{end}}`, "broken.html": `{{define "main"}}{{.Nothing}}{{end}}`}), "sheet.css", "page", "broken")
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := r.HTML("page", &Frame{Title: "javascript:<b>", Tokens: themes.Pour("", "", "", "")})
	if err != nil || strings.Contains(string(body), "<b>") || strings.Contains(string(body), `href="javascript:`) {
		t.Errorf("%s, %v", body, err)
	}
	if body, _, err := r.HTML("broken", &Frame{}); err == nil || body != nil {
		t.Errorf("half a page: %q", body)
	}
}

func TestStamps(t *testing.T) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	at := clock.NewManual(noon.Add(59 * time.Minute))
	s := Stamps{Keys: keys, Clock: at}
	stamp := s.Make("buy", "kasarani", "a4c3f0123456")
	for i, c := range []struct {
		wait  time.Duration
		parts []string
		want  bool
	}{
		{0, []string{"buy", "kasarani", "a4c3f0123456"}, true},
		{0, []string{"buy", "kasarani", "a4c3f0123457"}, false},
		{0, []string{"buy", "kasarania4c3f0123456", ""}, false},
		{0, []string{"buy kasarani", "a4c3f0123456"}, false},
		{time.Minute, []string{"buy", "kasarani", "a4c3f0123456"}, true},
		{59 * time.Minute, []string{"buy", "kasarani", "a4c3f0123456"}, true},
		{time.Minute, []string{"buy", "kasarani", "a4c3f0123456"}, false},
	} {
		at.Advance(c.wait)
		if got := s.Valid(stamp, c.parts...); got != c.want {
			t.Errorf("case %d: %t", i, got)
		}
	}
	for _, bad := range []string{"", "zz", stamp[:10], stamp + "00"} {
		if s.Valid(bad, "buy", "kasarani", "a4c3f0123456") {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestPeerBelievesOnlyProxies(t *testing.T) {
	p := Proxies{netip.MustParsePrefix("10.0.0.0/8")}
	for forwarded, want := range map[string]string{
		"":                             "10.0.0.1",
		"41.90.1.2":                    "41.90.1.2",
		"1.1.1.1, 41.90.1.2":           "41.90.1.2", // the left one is the client's claim
		"1.1.1.1, 41.90.1.2, 10.9.9.9": "41.90.1.2",
		"41.90.1.2, nonsense":          "10.0.0.1",
		"::ffff:41.90.1.2":             "41.90.1.2",
	} {
		if got := p.behind(netip.MustParseAddr("10.0.0.1"), forwarded).String(); got != want {
			t.Errorf("%q: %s, want %s", forwarded, got, want)
		}
	}
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString(Proxies(nil).Peer(c).String()) })
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Forwarded-For", "41.90.1.2")
	res, err := app.Test(r)
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 20)
	n, _ := res.Body.Read(body)
	if string(body[:n]) != "0.0.0.0" { // what the test connection calls itself
		t.Errorf("a client's claim is believed: %s", body[:n])
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		asked, accept string
		fallback      words.Lang
		want          words.Lang
	}{
		{"sw", "en", "en", "sw"}, {"", "sw-KE,sw;q=0.9,en;q=0.5", "en", "sw"}, {"", "en;q=0.5,sw;q=0.8", "en", "sw"},
		{"", "fr,de", "sw", "sw"}, {"xx", "", "sw", "sw"}, {"", "", "", "en"}, {"", "sw;q=0,en;q=0.1", "sw", "en"},
		{"", "sw;q=NaN", "en", "en"}, {"", strings.Repeat("fr,", 500) + "sw", "en", "en"},
	} {
		if got := Language(c.asked, c.accept, c.fallback); got != c.want {
			t.Errorf("Language(%q, %.40q, %q) = %q, want %q", c.asked, c.accept, c.fallback, got, c.want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("sw-KE,sw;q=0.9,en;q=0.5")
	f.Add(";q=,;;,q=")
	f.Fuzz(func(t *testing.T, header string) {
		if l := Language("", header, words.English); !words.Has("guest.pay") || (l != words.English && l != words.Swahili) {
			t.Errorf("%q gives %q", header, l)
		}
	})
}

func TestStatus(t *testing.T) {
	for err, want := range map[error]int{
		fault.New(fault.Invalid, "x"): 400, fault.New(fault.NotFound, "x"): 404, fault.New(fault.Denied, "x"): 403,
		fault.New(fault.Conflict, "x"): 409, fault.New(fault.TooMany, "x"): 429, fault.New(fault.Unavailable, "x"): 503,
		fault.New(fault.Internal, "x"): 500, errors.New("x"): 500, fiber.ErrNotFound: 404, fiber.ErrMethodNotAllowed: 404,
		fiber.ErrRequestEntityTooLarge: 400, fiber.ErrBadGateway: 500, fiber.ErrBadRequest: 400,
	} {
		if got := Status(err); got != want {
			t.Errorf("Status(%v) = %d, want %d", err, got, want)
		}
	}
}

func TestADayInBothLanguages(t *testing.T) {
	at := time.Date(2026, 8, 2, 9, 0, 0, 0, time.UTC)
	for l, want := range map[words.Lang]string{words.English: "2 Aug 2026", words.Swahili: "2 Ago 2026"} {
		if got := Day(l, at); got != want {
			t.Error(l, got)
		}
	}
}
