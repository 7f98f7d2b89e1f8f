package guest

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// landed opens the price list as the router sends people to it, and returns its form, filled in.
func (w *world) landed() url.Values {
	w.t.Helper()
	page := w.get("/h/kasarani?" + redirect)
	if page.status != http.StatusOK {
		w.t.Fatalf("landing answered %d %s", page.status, page.location)
	}
	values := form(w.t, page.body, "/h/kasarani/buy")
	values.Set("plan", "1")
	values.Set("phone", "0712 345 678")
	return values
}

func TestBuying(t *testing.T) {
	w := newWorld(t)
	got := w.post("/h/kasarani/buy", w.landed())
	if got.status != http.StatusSeeOther || !regexp.MustCompile(`^/o/[0-9a-f]{32}\?l=en&r=`).MatchString(got.location) {
		t.Fatalf("answered %d %q", got.status, got.location)
	}
	wish := w.wishes[0]
	if wish.PlanID != 1 || wish.Phone != "0712 345 678" || wish.Place.MAC != galleryMAC || wish.Place.IP != "10.5.50.7" ||
		wish.Place.RouterID != 1 || !strings.Contains(wish.Visit, "link-login-only") || wish.Lang != words.English {
		t.Errorf("asked for %+v", wish)
	}
	if page := w.get(got.location); page.status != http.StatusOK || !strings.Contains(page.body, "enter your M-Pesa PIN") {
		t.Errorf("the wait page answered %d", page.status)
	}
}

func TestADoubleTapIsOneOrder(t *testing.T) {
	w := newWorld(t)
	values := w.landed()
	first, second := w.post("/h/kasarani/buy", values), w.post("/h/kasarani/buy", values)
	if first.location == "" || first.location != second.location || len(w.orders) != 1 {
		t.Errorf("%q and %q, %d orders", first.location, second.location, len(w.orders))
	}
}

func TestABadFormComesBackWithItsSentence(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(url.Values, *world)
		status int
		says   string
		field  string
	}{
		{"no plan", func(v url.Values, _ *world) { v.Del("plan") }, 400, "plan.missing", "plan-wrong"},
		{"a plan that is gone", func(v url.Values, _ *world) { v.Set("plan", "99") }, 404, "plan.gone", "plan-wrong"},
		{"no number", func(v url.Values, _ *world) { v.Set("phone", "") }, 400, "phone.empty", "phone-wrong"},
		{"short number", func(v url.Values, _ *world) { v.Set("phone", "0712 34") }, 400, "phone.short", "phone-wrong"},
		{"letters", func(v url.Values, _ *world) { v.Set("phone", "<b>mama</b>") }, 400, "phone.letters", "phone-wrong"},
		{"no stamp", func(v url.Values, _ *world) { v.Del("k") }, 400, "form.expired", ""},
		{"forged stamp", func(v url.Values, _ *world) { v.Set("k", strings.Repeat("ab", 32)) }, 400, "form.expired", ""},
		{"stamp of another device", func(v url.Values, _ *world) { v.Set("v", strings.Replace(v.Get("v"), "12:34:56", "12:34:57", 1)) }, 400, "form.expired", ""},
		{"no nonce", func(v url.Values, _ *world) { v.Set("n", "1") }, 400, "form.expired", ""},
		{"stamp of two hours ago", func(_ url.Values, w *world) { w.at.Advance(2 * time.Hour) }, 400, "form.expired", ""},
	} {
		for _, l := range words.Languages {
			w := newWorld(t)
			values := w.landed()
			values.Set("l", string(l))
			c.change(values, w)
			got := w.post("/h/kasarani/buy", values)
			sentence := words.Text(l, c.says)
			if got.status != c.status || strings.Count(got.body, sentence) == 0 {
				t.Errorf("%s (%s): %d without %q", c.name, l, got.status, sentence)
			}
			if c.field != "" && !regexp.MustCompile(`id="`+c.field+`">`+regexp.QuoteMeta(sentence)).MatchString(got.body) {
				t.Errorf("%s (%s): nothing beside the field", c.name, l)
			}
			if strings.Contains(got.body, "<b>mama") {
				t.Error("what was typed is not escaped")
			}
			if len(w.orders) != 0 {
				t.Errorf("%s: an order was placed", c.name)
			}
		}
	}
}

func TestWhatWasTypedIsKept(t *testing.T) {
	w := newWorld(t)
	values := w.landed()
	values.Set("phone", "0712 34")
	values.Set("plan", "3")
	got := w.post("/h/kasarani/buy", values)
	if !strings.Contains(got.body, `value="0712 34"`) || !strings.Contains(got.body, `value="3" id="p3" checked`) {
		t.Error("the number or the plan is lost")
	}
	again := form(t, got.body, "/h/kasarani/buy")
	again.Set("plan", "3")
	again.Set("phone", "0712345678")
	if got := w.post("/h/kasarani/buy", again); got.status != http.StatusSeeOther {
		t.Errorf("the form that came back answers %d", got.status)
	}
}

func TestAStampOfTheHourBeforeIsAccepted(t *testing.T) {
	w := newWorld(t)
	values := w.landed()
	w.at.Advance(time.Hour)
	if got := w.post("/h/kasarani/buy", values); got.status != http.StatusSeeOther {
		t.Errorf("answered %d", got.status)
	}
}

func TestSomebodyWhoPressesTooOftenWaits(t *testing.T) {
	w := newWorld(t)
	var got answer
	for range 6 {
		got = w.post("/h/kasarani/buy", w.fresh())
	}
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "Please wait 12 seconds") || !strings.Contains(got.body, `value="0712 345 678"`) {
		t.Fatalf("the sixth answered %d", got.status)
	}
	w.at.Advance(12 * time.Second)
	if got := w.post("/h/kasarani/buy", form(t, got.body, "/h/kasarani/buy")); got.status == http.StatusTooManyRequests {
		t.Error("who waited must not wait again")
	}
}

// fresh is a form with a nonce of its own, from a page that a pending order does not turn away.
func (w *world) fresh() url.Values {
	page := w.get("/h/kasarani?more=1&" + redirect)
	values := form(w.t, page.body, "/h/kasarani/buy")
	values.Set("plan", "1")
	values.Set("phone", "0712 345 678")
	return values
}

func TestAVisitThatCannotBeTrustedStillSells(t *testing.T) {
	for name, query := range map[string]string{
		"nothing": "", "unknown router": "r=nobody&mac=A4:C3:F0:12:34:56&link-login-only=http%3A%2F%2F10.5.50.1%2Flogin",
		"router of another site": strings.Replace(redirect, routerToken, "of-another-site", 1),
		"foreign log-in":         "r=" + routerToken + "&mac=A4:C3:F0:12:34:56&link-login-only=http%3A%2F%2Fevil.example%2Flogin",
		"garbage":                "r=" + routerToken + "&mac=%zz&ip=;;",
		"endless":                "r=" + routerToken + "&mac=" + strings.Repeat("A", 5000),
	} {
		w := newWorld(t)
		page := w.get("/h/kasarani?" + query)
		if page.status != http.StatusOK || !strings.Contains(page.body, "First join Baraka Wi-Fi") || strings.Contains(page.body, "evil.example") {
			t.Errorf("%s: landing answered %d", name, page.status)
			continue
		}
		values := form(t, page.body, "/h/kasarani/buy")
		values.Set("plan", "2")
		values.Set("phone", "+254 712 345678")
		if got := w.post("/h/kasarani/buy", values); got.status != http.StatusSeeOther || w.wishes[0].Place.MAC != "" {
			t.Errorf("%s: buying answered %d", name, got.status)
		}
	}
}

func TestTheLanguageTravels(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodGet, "/H/KASARANI?"+redirect, nil)
	r.Header.Set("Accept-Language", "sw-KE,sw;q=0.9,en;q=0.5")
	page := w.do(r)
	if !strings.Contains(page.body, "Karibu Baraka Wi-Fi") {
		t.Fatal("the browser's language is not used")
	}
	for _, found := range address.FindAllStringSubmatch(page.body, -1) {
		if strings.HasPrefix(found[1], "/") && !strings.Contains(found[1], "l=") && !strings.HasSuffix(found[1], "/buy") {
			t.Errorf("%s loses the language", found[1])
		}
		if strings.HasPrefix(found[1], "/h/") && !strings.Contains(found[1], "r="+routerToken) && !strings.HasSuffix(found[1], "/buy") {
			t.Errorf("%s loses the router", found[1])
		}
	}
	other := regexp.MustCompile(`<a href="([^"]*)" lang="en"`).FindStringSubmatch(page.body)
	if english := w.get(unescape(other[1])); !strings.Contains(english.body, "Welcome to Baraka Wi-Fi") {
		t.Error("the switch does not switch")
	}
}

// TestTheAddressOfAFormIsNoDeadEnd: a window that is reloaded after a failed form, or the language switch there, asks for
// the form's own address.
func TestTheAddressOfAFormIsNoDeadEnd(t *testing.T) {
	w := newWorld(t)
	unpaid := w.order(strings.Repeat("e", 32), func(v *billing.OrderView) { v.Order.Place.MAC = "" })
	paid := w.paidOrder()
	for form, want := range map[string]string{
		"/h/kasarani/buy":           "/s/", // this device has a plan
		"/o/" + unpaid + "/again":   "/o/" + unpaid + "?",
		"/s/" + paid + "/devices":   "/s/" + paid + "?",
		"/s/" + paid + "/logout":    "/s/" + paid + "?",
		"/o/" + paid + "/again":     "/s/" + paid + "?",
		"/h/kasarani/paid":          "/h/kasarani/paid?",
		"/h/kasarani/code":          "/h/kasarani/code?",
		"/o/" + unpaid + "/receipt": "/o/" + unpaid + "/receipt?",
	} {
		at := form + "?l=sw&" + redirect
		got := w.get(at)
		for range 3 {
			if got.status == http.StatusFound {
				at = got.location
				got = w.get(at)
			}
		}
		if got.status != http.StatusOK || !strings.HasPrefix(at, want) || !strings.Contains(got.body, `<html lang="sw">`) {
			t.Errorf("GET %s ends at %q: %d", form, at, got.status)
		}
	}
}

func TestAReturningDeviceIsSentToItsOwnPage(t *testing.T) {
	w := newWorld(t)
	w.order(aToken, func(*billing.OrderView) {})
	if got := w.get("/h/kasarani?" + redirect); got.status != http.StatusFound || !strings.HasPrefix(got.location, "/o/") || !strings.Contains(w.get(got.location).body, "enter your M-Pesa PIN") {
		t.Errorf("with a fresh order: %d %q", got.status, got.location)
	}
	w.orders[aToken].Age = 5 * time.Minute
	if got := w.get("/h/kasarani?" + redirect); got.status != http.StatusOK || !strings.Contains(got.body, "is still open") {
		t.Errorf("with an order that hangs: %d", got.status)
	}
	w.paidOrder()
	if got := w.get("/h/kasarani?" + redirect); got.status != http.StatusFound || !strings.HasPrefix(got.location, "/s/") || w.get(got.location).status != http.StatusOK {
		t.Errorf("with a live grant: %d %q", got.status, got.location)
	}
	if got := w.get("/h/kasarani?more=1&" + redirect); got.status != http.StatusOK {
		t.Errorf("buying more: %d", got.status)
	}
}

// TestWhatTheRouterSaidIsSaidInOurWords: a refusal of ours comes back in English, and a text of an address may be anybody's.
func TestWhatTheRouterSaidIsSaidInOurWords(t *testing.T) {
	w := newWorld(t)
	for said, want := range map[string]string{
		words.Text(words.English, "cause.devices_full"): words.Text(words.Swahili, "cause.devices_full"),
		"RADIUS server is not responding":               words.Text(words.Swahili, "cause.unavailable"),
		"user T123 has reached uptime limit":            words.Text(words.Swahili, "cause.time_used"),
		"Send KES 500 to 0799 999 999 to go on":         words.Text(words.Swahili, "guest.router_said.text"),
	} {
		page := w.get("/h/kasarani?l=sw&" + redirect + "&error=" + url.QueryEscape(said)).body
		if !strings.Contains(page, want) || strings.Contains(page, "0799 999") {
			t.Errorf("%q is not told as %q", said, want)
		}
	}
	if page := w.get("/h/kasarani?l=sw&" + redirect).body; strings.Contains(page, words.Text(words.Swahili, "guest.router_said.title")) {
		t.Error("a first visit is told of a log-in")
	}
}

func TestAProxyBrowserIsToldSo(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodGet, "/h/kasarani", nil)
	r.Header.Set("User-Agent", "Opera/9.80 (Android; Opera Mini/36.2/119.132; U; en) Presto/2.12.423")
	if page := w.do(r); !strings.Contains(page.body, "Open Chrome") {
		t.Error("no word about Opera Mini")
	}
}

func TestTheStyleIsAllowedByItsHash(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/h/kasarani", "/h/kasarani/help", "/nowhere", "/o/" + w.order(aToken, func(*billing.OrderView) {})} {
		page := w.get(path)
		style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page.body)
		sum := sha256.Sum256([]byte(style[1]))
		csp := page.header.Get("Content-Security-Policy")
		if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(csp, want) {
			t.Errorf("%s: %q lacks %q", path, csp, want)
		}
		if strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") || page.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %q", path, csp)
		}
		if page.header.Get("Referrer-Policy") != "no-referrer" || page.header.Get("Cache-Control") != "no-store" || page.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, page.header)
		}
	}
}

func TestAFaultHasAFriendlyPage(t *testing.T) {
	w := newWorld(t)
	if got := w.get("/h/nairobi?l=sw"); got.status != 404 || !strings.Contains(got.body, "Hatufahamu mahali hapa") || !strings.Contains(got.body, "We do not know this Wi-Fi place") {
		t.Errorf("unknown site: %d", got.status)
	}
	if got := w.get("/nowhere?l=sw"); !strings.Contains(got.body, "ufungue ujumbe wa kuingia") || !strings.Contains(got.body, "open the sign-in notice") {
		t.Errorf("no way on from a page of no site: %s", got.body)
	}
	if got := w.post("/h/kasarani?l=sw&"+redirect, nil); got.status != 404 || !strings.Contains(got.body, "Baraka Wi-Fi") || !strings.Contains(got.body, "Nenda mwanzo") {
		t.Errorf("wrong method at a site: %d %s", got.status, got.body)
	}
	w.fail = fault.Wrap(fault.Unavailable, "db.unavailable", http.ErrServerClosed)
	if got := w.post("/o/"+aToken+"/again?l=sw", nil); got.status != 503 || !strings.Contains(got.body, `href="/o/`+aToken+`/again?l=en`) || !strings.Contains(got.body, `class="go" href="/o/`+aToken+`/again?l=sw`) {
		t.Errorf("database down under a form: %d %s", got.status, got.body)
	}
	got := w.get("/h/kasarani")
	if got.status != 503 || !strings.Contains(got.body, got.header.Get("X-Request-Id")) || strings.Contains(got.body, http.ErrServerClosed.Error()) {
		t.Errorf("database down: %d", got.status)
	}
}

func FuzzLanding(f *testing.F) {
	f.Add(redirect)
	f.Add("r=" + routerToken + "&mac=%00&link-login-only=javascript:alert(1)&error=<script>")
	f.Add("l=xx&more=&p=-1&v=%25&r=")
	var w *world
	f.Fuzz(func(t *testing.T, query string) {
		if w == nil {
			w = newWorld(t)
		}
		w.t = t
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == '#' || r >= 0x7f }) {
			return
		}
		if _, err := url.Parse("/h/kasarani?" + query); err != nil {
			return
		}
		page := w.get("/h/kasarani?" + query)
		if page.status >= 500 || strings.Contains(page.body, "<script") {
			t.Errorf("%q answered %d", query, page.status)
		}
	})
}

// A site that is closed says so, and sells nothing; what was bought there keeps its page.
func TestAClosedSiteSellsNothing(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		values := w.landed()
		values.Set("l", string(l))
		over := w.order("over", func(v *billing.OrderView) {
			v.Payment.State, v.Payment.Reason = billing.PaymentFailed, billing.ReasonCancelled
		})
		w.sites.state = site.Closed
		said := html.EscapeString(words.Text(l, "guest.closed.next"))
		page := w.get("/h/kasarani?more=1&l=" + string(l) + "&" + redirect)
		if page.status != http.StatusOK || !strings.Contains(page.body, said) || strings.Contains(page.body, "/h/kasarani/buy") || !strings.Contains(page.body, "/h/kasarani/paid") {
			t.Errorf("%s: %d %s", l, page.status, page.body)
		}
		got := w.post("/h/kasarani/buy", values)
		if got.status != http.StatusConflict || !strings.Contains(got.body, words.Text(l, "site.is_closed")) || !strings.Contains(got.body, said) {
			t.Errorf("%s: a form of before answers %d %s", l, got.status, got.body)
		}
		if page := w.get("/o/" + over); page.status != http.StatusOK || strings.Contains(page.body, "/again") {
			t.Errorf("%s: a failed order offers itself again: %d", l, page.status)
		}
	}
}
