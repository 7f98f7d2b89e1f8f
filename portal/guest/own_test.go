package guest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

func TestAnOrderIsFollowed(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*billing.OrderView)
		says   string // words key
		again  bool
	}{
		{"waiting", func(*billing.OrderView) {}, "guest.wait.pin", false},
		{"a minute later", func(v *billing.OrderView) { v.Age = 60 * time.Second }, "guest.wait.slow", false},
		{"unknown", func(v *billing.OrderView) { v.Payment.State, v.Age = billing.PaymentUnknown, 70*time.Second }, "guest.wait.slow", false},
		{"receipt typed", func(v *billing.OrderView) { v.Claim, v.Age = billing.ClaimWaiting, 2*time.Minute }, "guest.wait.checking", false},
		{"receipt refused", func(v *billing.OrderView) { v.Claim = billing.ClaimRefused }, "guest.receipt.refused", false},
		{"receipt after a failure", func(v *billing.OrderView) { v.Claim, v.Payment.State = billing.ClaimAsked, billing.PaymentFailed }, "guest.wait.checking", false},
		{"cancelled", func(v *billing.OrderView) {
			v.Payment.State, v.Payment.Reason = billing.PaymentFailed, billing.ReasonCancelled
		}, "guest.fail.cancelled", true},
		{"timed out", func(v *billing.OrderView) {
			v.Payment.State, v.Payment.Reason = billing.PaymentExpired, billing.ReasonTimedOut
		}, "guest.fail.timed_out", true},
		{"a reason nobody knew", func(v *billing.OrderView) { v.Payment.State, v.Payment.Reason = billing.PaymentFailed, "new" }, "guest.fail.unknown", true},
		{"kept", func(v *billing.OrderView) { v.Payment.State, v.Surplus, v.Credit = billing.PaymentPaid, true, 500 }, "guest.kept", false},
		{"spent on another plan", func(v *billing.OrderView) { v.Payment.State, v.Spent = billing.PaymentPaid, true }, "guest.spent.next", false},
		{"too little by hand, and the prompt is open", func(v *billing.OrderView) { v.Surplus, v.Credit = true, 500 }, "guest.kept", false},
	} {
		for _, l := range words.Languages {
			w := newWorld(t)
			page := w.get("/o/" + w.order(aToken, c.change) + "?l=" + string(l))
			if page.status != http.StatusOK || !strings.Contains(page.body, words.Text(l, c.says)) {
				t.Errorf("%s (%s): %d without %q", c.name, l, page.status, words.Text(l, c.says))
			}
			if got := strings.Contains(page.body, `action="/o/`+aToken+`/again"`); got != c.again {
				t.Errorf("%s: try again is %t", c.name, got)
			}
			if strings.Contains(page.body, "712345678") || strings.Contains(page.body, "712 345 678") {
				t.Errorf("%s: the number is not masked", c.name)
			}
		}
	}
}

// TestNoOrderIsADeadEnd: each page of a payment has the receipt, the site's number and what comes next.
func TestNoOrderIsADeadEnd(t *testing.T) {
	paid := func(v *billing.OrderView) { v.Payment.State, v.Surplus, v.Credit = billing.PaymentPaid, true, 500 }
	slow := func(v *billing.OrderView) { v.Age = 70 * time.Second }
	spent := func(v *billing.OrderView) { v.Payment.State, v.Spent = billing.PaymentPaid, true }
	for name, c := range map[string]struct {
		change func(*billing.OrderView)
		has    []string
	}{
		"waiting": {func(*billing.OrderView) {}, []string{`<a href="/o/` + aToken + `/receipt?`, `more=1">Wrong number?</a>`}},
		"slow":    {slow, []string{`<a class="go" href="/o/` + aToken + `/receipt?`, `<a class="go calm" href="tel:0709000111"`}},
		"kept":    {paid, []string{`<a class="go" href="/h/kasarani?`, "/receipt?", `<a class="go calm" href="tel:0709000111"`}},
		"spent":   {spent, []string{`<a class="go" href="/h/kasarani?`, "/receipt?", `<a class="go calm" href="tel:0709000111"`}},
	} {
		w := newWorld(t)
		page := w.get("/o/" + w.order(aToken, c.change)).body
		for _, want := range c.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}

// TestMoneyThatIsNotForTheOrder: a page looks again only while something may still change, and a typed receipt leads to
// what it bought.
func TestMoneyThatIsNotForTheOrder(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		change func(*billing.OrderView)
		looks  bool
	}{
		{"spent", func(v *billing.OrderView) { v.Payment.State, v.Spent = billing.PaymentPaid, true }, false},
		{"held", func(v *billing.OrderView) { v.Payment.State, v.Surplus, v.Credit = billing.PaymentPaid, true, 500 }, false},
		{"held beside an open prompt", func(v *billing.OrderView) { v.Surplus, v.Credit = true, 500 }, true},
	} {
		page := w.get("/o/" + w.order(aToken, c.change)).body
		if strings.Contains(page, `http-equiv="refresh"`) != c.looks {
			t.Errorf("%s: looks again is %t", c.name, !c.looks)
		}
	}
	token := w.order(aToken, func(v *billing.OrderView) { v.Claim, v.PaidBy = billing.ClaimFound, "0123" })
	if got := w.get("/o/" + token); got.status != http.StatusFound || !strings.HasPrefix(got.location, "/o/0123?") {
		t.Errorf("answered %d %q", got.status, got.location)
	}
}

func TestTheBarStandsWhereTheOrderIs(t *testing.T) {
	w := newWorld(t)
	page := w.get("/o/" + w.order(aToken, func(v *billing.OrderView) { v.Age = 23 * time.Second }))
	if !strings.Contains(page.body, "animation-delay:-23s") || !strings.Contains(page.body, `content="4;url=/o/`+aToken+`?l=en"`) {
		t.Error("the bar starts anew, or the page does not look again")
	}
}

func TestTryingAgainKeepsPlanAndNumber(t *testing.T) {
	w := newWorld(t)
	token := w.order(aToken, func(v *billing.OrderView) { v.Payment.State, v.Order.PlanID = billing.PaymentFailed, 4 })
	page := w.get("/o/" + token + "?l=sw&" + redirect + "&v=" + url.QueryEscape(redirect))
	values := form(t, page.body, "/o/"+token+"/again")
	got := w.post("/o/"+token+"/again", values)
	if got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/o/") || strings.Contains(got.location, token) {
		t.Fatalf("answered %d %q", got.status, got.location)
	}
	if wish := w.wishes[0]; wish.PlanID != 4 || wish.Phone != "254712345678" || wish.Lang != words.Swahili || wish.Place.IP != "10.5.50.7" {
		t.Errorf("asked for %+v", wish)
	}
	values.Set("k", strings.Repeat("0", 64))
	if got := w.post("/o/"+token+"/again", values); got.status != 400 || !strings.Contains(got.body, words.Text(words.Swahili, "form.expired")) {
		t.Errorf("forged: %d", got.status)
	}
}

func TestAPaidOrderLeadsOnline(t *testing.T) {
	w := newWorld(t)
	w.grant.State, w.grant.FirstUsedAt, w.grant.Until = access.Dormant, time.Time{}, time.Time{}
	token := w.paidOrder()
	carried := "?r=" + routerToken + "&v=" + url.QueryEscape(redirect)
	got := w.get("/o/" + token + carried)
	if got.status != http.StatusFound || !strings.HasPrefix(got.location, "/s/"+token) {
		t.Fatalf("answered %d %q", got.status, got.location)
	}
	page := w.get(got.location)
	if !strings.Contains(page.body, "Go online now") || !strings.Contains(page.body, `http-equiv="refresh"`) {
		t.Error("no way online")
	}
	link := w.get("/s/" + token + "/connect" + carried)
	if link.status != http.StatusFound || link.location != "http://10.5.50.1/login?username=once&password=s3cret" {
		t.Errorf("connect: %d %q", link.status, link.location)
	}
	w.online, w.grant.State = true, access.Active
	page = w.get("/s/" + token)
	if !strings.Contains(page.body, "You are online") || strings.Contains(page.body, `http-equiv="refresh"`) || strings.Contains(page.body, "Go online now") {
		t.Error("online, and not shown so")
	}
}

func TestWithoutARouterTheCodeIsShown(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	w.orders[token].Order.Place = access.Place{}
	page := w.get("/s/" + token)
	if !strings.Contains(page.body, aCode.Grouped(5)) || strings.Contains(page.body, "Go online now") {
		t.Error("no code")
	}
	if got := w.get("/s/" + token + "/connect"); got.status != http.StatusConflict || !strings.Contains(got.body, words.Text(words.English, "login.no_link")) {
		t.Errorf("connect: %d", got.status)
	}
}

func TestTheStoredVisitServesABookmark(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	w.orders[token].Order.Visit = redirect
	if got := w.get("/s/" + token + "/connect"); got.status != http.StatusFound || !strings.HasPrefix(got.location, "http://10.5.50.1/login?") {
		t.Errorf("connect: %d %q", got.status, got.location)
	}
}

func TestDevices(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	action := "/s/" + token + "/devices"
	send := func(field, value string) answer {
		values := form(t, w.get("/s/"+token).body, action)
		values.Del("remove")
		values.Set(field, value)
		return w.post(action, values)
	}
	if got := send("mac", "not a mac"); got.status != 400 || !strings.Contains(got.body, `value="not a mac"`) || !strings.Contains(got.body, "<details open>") {
		t.Errorf("bad address: %d", got.status)
	}
	if got := send("mac", "b8-27-eb-00-00-01"); got.status != http.StatusSeeOther || w.slots[0].MAC != "b827eb000001" {
		t.Errorf("adding: %d, %v", got.status, w.slots)
	}
	if page := w.get("/s/" + token + "?did=added"); !strings.Contains(page.body, "B8:27:EB:00:00:01") || !strings.Contains(page.body, "may go online now") {
		t.Error("the device is not listed")
	}
	if got := send("remove", "1"); got.status != http.StatusSeeOther || w.slots[0].MAC != "" {
		t.Errorf("removing: %d, %v", got.status, w.slots)
	}
	if got := w.post(action, url.Values{"mac": {"b8-27-eb-00-00-01"}}); got.status != 400 || w.slots[0].MAC != "" {
		t.Errorf("without a stamp: %d", got.status)
	}
}

func TestLoggingOut(t *testing.T) {
	w := newWorld(t)
	w.online = true
	token := w.paidOrder()
	w.orders[token].Order.Visit = redirect
	got := w.post("/s/"+token+"/logout", form(t, w.get("/s/"+token).body, "/s/"+token+"/logout"))
	if got.status != http.StatusSeeOther || len(w.logouts) != 1 || w.logouts[0] != galleryMAC {
		t.Fatalf("answered %d, %v", got.status, w.logouts)
	}
	page := w.get(got.location)
	if !strings.Contains(page.body, "You are logged out") || !strings.Contains(page.body, "Go online now") || strings.Contains(page.body, `http-equiv="refresh"`) {
		t.Error("no way back")
	}
}

func TestReceipts(t *testing.T) {
	w := newWorld(t)
	token := w.order(aToken, func(v *billing.OrderView) { v.Age = 2 * time.Minute })
	send := func(path, query, receipt string) answer {
		values := form(t, w.get(path+query).body, path)
		values.Set("receipt", receipt)
		return w.post(path, values)
	}
	if got := send("/o/"+token+"/receipt", "", "short"); got.status != 400 || !strings.Contains(got.body, `value="short"`) {
		t.Errorf("bad code: %d", got.status)
	}
	if got := send("/o/"+token+"/receipt", "", "SKJ4H7T2QX"); got.status != http.StatusSeeOther || w.orders[token].Claim != billing.ClaimAsked {
		t.Errorf("good code: %d", got.status)
	}
	if got := send("/h/kasarani/paid", "", "SKJ4H7T2QX"); got.status != 404 || !strings.Contains(got.body, words.Text(words.English, "receipt.unknown")) {
		t.Errorf("nobody's code: %d", got.status)
	}
	got := send("/h/kasarani/paid", "?"+redirect, "SKJ4H7T2QY")
	if key := w.keyOf(got); got.status != http.StatusSeeOther || key == token || w.guest.tokenOf(key) != token {
		t.Errorf("a code that nobody knows yet leads the device to its pending order, by a pass: %d %q", got.status, got.location)
	}
}

// keyOf is the token or pass of the order's page that an answer leads to.
func (w *world) keyOf(got answer) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(got.location, "/o/"), "?")
	return key
}

// Found after all, as another's money: the page that the typing led to asks whose it is.
func TestAForeignReceiptMustBeProved(t *testing.T) {
	w := newWorld(t)
	token := w.order(aToken, func(v *billing.OrderView) {
		v.Claim, v.PaidBy, v.Foreign, v.Typed = billing.ClaimFound, "0123", true, "SKJ4H7T2QZ"
	})
	got := w.get("/o/" + token)
	if got.status != http.StatusFound || !strings.HasPrefix(got.location, "/h/kasarani/paid?") || strings.Contains(got.location, "0123") {
		t.Fatalf("%d %q", got.status, got.location)
	}
	if page := w.get(got.location); !strings.Contains(page.body, `value="SKJ4H7T2QZ"`) {
		t.Error("the receipt is to be typed again")
	}
}

// A receipt that somebody read over a shoulder opens nothing: its order opens to its own devices, and to whoever knows how the
// number that paid ends.
func TestAReceiptAloneOpensNothing(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		token := w.paidOrder()
		w.receipts["SKJ4H7T2QZ"], w.payer = token, "254799000999"
		mine := w.order(strings.Repeat("b", 32), func(v *billing.OrderView) { v.Order.Place.MAC, v.Age = "02a1b2c3d4ff", time.Hour })
		send := func(path, query, digits string) answer {
			values := form(t, w.get(path+"?l="+string(l)+"&"+query).body, path)
			values.Set("receipt", "SKJ4H7T2QZ")
			values.Set("digits", digits)
			return w.post(path, values)
		}
		for _, path := range []string{"/h/kasarani/paid", "/o/" + mine + "/receipt"} {
			asked := send(path, "", "")
			if asked.status != http.StatusOK || !strings.Contains(asked.body, words.Text(l, "guest.receipt.whose")) || !strings.Contains(asked.body, "0799\u00a0••\u00a0••••") ||
				!strings.Contains(asked.body, `value="SKJ4H7T2QZ"`) || strings.Contains(asked.body, token) || strings.Contains(asked.body, "999<") {
				t.Errorf("%s %s: a receipt alone: %d %s", l, path, asked.status, asked.body)
			}
			w.at.Advance(time.Minute)
			if got := send(path, "", "0998"); got.status != http.StatusForbidden || !strings.Contains(got.body, words.Text(l, "receipt.not_whose")) {
				t.Errorf("%s %s: wrong digits: %d", l, path, got.status)
			}
			if got := send(path, "", "99"); got.status != http.StatusForbidden {
				t.Errorf("%s %s: two digits: %d", l, path, got.status)
			}
			for _, right := range []string{"0999", "0799 000 999", "5678"} { // who paid, or who was asked to
				w.at.Advance(2 * time.Minute)
				if got := send(path, "", right); got.status != http.StatusSeeOther || w.keyOf(got) != token {
					t.Errorf("%s %s: %q: %d %q", l, path, right, got.status, got.location)
				}
			}
		}
		w.at.Advance(time.Hour)
		if got := send("/h/kasarani/paid", redirect, ""); got.status != http.StatusSeeOther || w.keyOf(got) == token || w.guest.tokenOf(w.keyOf(got)) != token {
			t.Errorf("%s: from what says that it is its own device, by a pass: %d %q", l, got.status, got.location)
		}
	}
}

// Ten thousand ends of a number are not tried in an evening, from however many devices.
func TestTheEndOfANumberIsNotGuessed(t *testing.T) {
	w := newWorld(t)
	w.receipts["SKJ4H7T2QZ"] = w.paidOrder()
	statuses := map[int]int{}
	for n := range 20 {
		path := "/h/kasarani/paid"
		values := form(t, w.get(path+"?"+strings.Replace(redirect, "12:34:56", fmt.Sprintf("12:35:%02d", n), 1)).body, path)
		values.Set("receipt", "SKJ4H7T2QZ")
		values.Set("digits", fmt.Sprintf("%04d", n))
		statuses[w.post(path, values).status]++
	}
	if statuses[http.StatusForbidden] != 5 || statuses[http.StatusTooManyRequests] != 15 {
		t.Errorf("answers %v", statuses)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	w := newWorld(t)
	values := form(t, w.get("/h/kasarani/code").body, "/h/kasarani/code")
	values.Set("code", string(access.LogInCodes.New()))
	statuses := map[int]int{}
	for range 20 {
		statuses[w.post("/h/kasarani/code", values).status]++
	}
	if statuses[404] != 6 || statuses[429] != 14 {
		t.Errorf("answers %v", statuses)
	}
}

func TestTheCodeBringsADeviceToItsPlan(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	w.live = false
	values := form(t, w.get("/h/kasarani/code?"+redirect).body, "/h/kasarani/code")
	values.Set("code", " "+strings.ToLower(aCode.Grouped(5))+" ")
	got := w.post("/h/kasarani/code", values)
	if got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/s/"+token) || !strings.Contains(got.location, "v=") {
		t.Errorf("answered %d %q", got.status, got.location)
	}
	values.Set("code", "K7M4P-2QXT!")
	if got := w.post("/h/kasarani/code", values); got.status != 400 || !strings.Contains(got.body, words.Text(words.English, "code.invalid")) {
		t.Errorf("mistyped: %d", got.status)
	}
}

func TestCaptiveState(t *testing.T) {
	w := newWorld(t)
	w.paidOrder()
	path := strings.TrimPrefix(w.guest.CaptiveAddress("kasarani", galleryMAC), "https://wifi.example")
	got := w.get(path)
	if state := readJSON(t, got.body); state["captive"] != true || got.header.Get("Content-Type") != "application/captive+json" || state["user-portal-url"] != "https://wifi.example/h/kasarani" {
		t.Errorf("offline: %s", got.body)
	}
	w.online = true
	if state := readJSON(t, w.get(path).body); state["captive"] != false || state["seconds-remaining"] != 5040.0 || state["bytes-remaining"] != 1.36e9 {
		t.Errorf("online: %v", state)
	}
	if got := w.get(strings.Replace(path, "a4c3", "a4c4", 1)); got.status != 404 {
		t.Errorf("another device with this signature: %d", got.status)
	}
	w.fail = http.ErrServerClosed
	if got := w.get(path); got.status != 500 {
		t.Errorf("when it does not know: %d %s", got.status, got.body)
	}
}

func TestAnUnknownTokenIsNobodys(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/o/", "/s/"} {
		if got := w.get(path + strings.Repeat("f", 32)); got.status != 404 || !strings.Contains(got.body, words.Text(words.English, "order.not_found")) {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}
