package app

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/accounts"
	"mtandao/billing/subscriptions"
	"mtandao/internal/money"
	"mtandao/internal/support"
	"mtandao/portal/web"
)

// hers are the addresses of things of a customer, by the routes that name one.
func (s *Stage) hers(t *testing.T) (me *kiosk, line subscriptions.Subscription, ids map[string]string) {
	t.Helper()
	c, line, me := s.subscribed(t, "0711200003")
	d := s.owes(t, c)
	paid, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: "part", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(500)}, accounts.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.Main.Tickets.Open(t.Context(), support.Opening{Ticket: support.Ticket{CustomerID: c.ID, Subject: "Amina's own", Category: "slow", Priority: support.Normal, How: support.ByPortal}, Text: "Amina's words"}, support.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	idle(t, s)
	return me, line, map[string]string{"bill": number(d.ID), "use": number(line.ID), "line": number(line.ID), "receipt": number(paid.ID), "ticket": number(one.ID)}
}

// routesOf are the addresses of subscribers' pages, each of its own things named.
func (s *Stage) routesOf(t *testing.T, ids map[string]string) (all []web.Route) {
	t.Helper()
	face, err := s.Main.openSelfcare(web.Proxies{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range face.Routes() {
		kind, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/my/"), "/")
		r.Path = strings.Replace(strings.Replace(r.Path, ":id", ids[kind], 1), ":n", "1", 1)
		does := []string{""}
		switch {
		case strings.Contains(r.Path, "/device/"):
			does = []string{"name", "out", "off"}
		case strings.Contains(r.Path, ":do"):
			does = []string{"drop", "pause", "resume", "extend"}
		}
		for _, do := range does {
			one := r
			one.Path = strings.Replace(r.Path, ":do", do, 1)
			all = append(all, one)
		}
	}
	return all
}

// everyField fills in what any form of these pages asks for.
func everyField(stamp string) url.Values {
	return url.Values{"k": {stamp}, "request": {"0011223344556677"}, "once": {"0011223344556677"}, "plan": {"home-10"}, "how": {"pay"}, "addon": {"data-50"}, "sure": {"1"}, "seen": {"1"}, "cost": {"99999999"}, "secret": {"stolen-secret"},
		"mac": {"02:40:5E:00:00:07"}, "name": {"stolen"}, "text": {"stolen words"}, "subject": {"stolen"}, "category": {"slow"}, "kind": {"phone"}, "to": {"254711200003"}, "class": {"offers"}, "given": {"1"},
		"amount": {"10"}, "phone": {"0711200003"}, "proof": {"000000"}, "password": {"stolen password one"}, "who": {"0711200003"}, "code": {"000000"}, "stop": {"1"}}
}

// TestNoPageOpensAnothersThings goes through every route of subscribers' pages that names a thing, as another customer with every field filled in: each answers like one
// that is not there, and nothing of hers is another afterwards. No form is taken with a stamp of another's page, without one, or sent from another site.
func TestNoPageOpensAnothersThings(t *testing.T) {
	s := openStage(t, 1)
	me, line, ids := s.hers(t)
	if _, err := s.plugIn("amina", 7); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "she is online", func() bool { return strings.Contains(me.opens("/my/use/"+ids["use"]), "Online since") })
	_, _, other := s.subscribed(t, "0711200001")
	stamp := stampField.FindStringSubmatch(other.opens("/my/pay"))[1]
	hers := stampField.FindStringSubmatch(me.opens("/my/pay"))[1]
	before, err := s.Main.Lines.Get(t.Context(), line.ID)
	if err != nil {
		t.Fatal(err)
	}
	named, forms := 0, 0
	for _, r := range s.routesOf(t, ids) {
		opens := strings.ContainsAny(strings.TrimPrefix(r.Path, "/my"), "0123456789")
		if opens {
			named++
			got := other.answer(r.Method, r.Path, everyField(stamp))
			if got.status != http.StatusNotFound || strings.Contains(strings.ToLower(got.body), "amina") {
				t.Errorf("%s %s as another: %d", r.Method, r.Path, got.status)
			}
		}
		if r.Method != fiber.MethodPost {
			continue
		}
		forms++
		for why, fields := range map[string]url.Values{"another's stamp": everyField(stamp), "no stamp": everyField("")} {
			if got := me.answer(http.MethodPost, r.Path, fields); got.status != http.StatusBadRequest {
				t.Errorf("%s with %s: %d", r.Path, why, got.status)
			}
		}
		if status := me.from(t, "cross-site", r.Path, everyField(hers)); status != http.StatusBadRequest {
			t.Errorf("%s from another site: %d", r.Path, status)
		}
	}
	if named < 15 || forms < 18 {
		t.Errorf("only %d routes that name a thing and %d forms", named, forms)
	}
	idle(t, s)
	after, err := s.Main.Lines.Get(t.Context(), line.ID)
	if err != nil || after.Seq != before.Seq {
		t.Errorf("her line has %d events more: %v", after.Seq-before.Seq, err)
	}
	me.opens("/my/ticket/"+ids["ticket"], "words")
	if page := me.opens("/my/ticket/"+ids["ticket"]) + me.opens("/my/line/"+ids["line"]+"/devices") + me.opens("/my/line/"+ids["line"]+"/secret"); strings.Contains(page, "stolen") {
		t.Error("something of hers is another's:", page)
	}
}

// from sends a form as a browser says that it comes from elsewhere.
func (k *kiosk) from(t *testing.T, site, path string, fields url.Values) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.base+path, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	answer, err := k.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// TestNobodyIsGivenASignIn: a browser that was given a sign-in's name by somebody else has another after it signed in, by a code and by a password, and the given one opens
// nothing. Guessed codes are slowed down, and say nothing.
func TestNobodyIsGivenASignIn(t *testing.T) {
	s := openStage(t, 1)
	c, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	me.sends("/my/password", "/my/password", url.Values{"password": {"four goats on a hill"}}, "Hello, Wanjiru Mugo")
	_, thief := s.subscriber(t, "Otieno", "0712345002")
	given := map[string]string{"made up": "AAAA", "of his own": thief.cookie("mtandao_my")}
	for what, value := range given {
		for path, fields := range map[string]url.Values{"/my/code": {"code": {s.codeOf(t, c)}}, "/my/enter": {"password": {"four goats on a hill"}}} {
			k := s.kiosk(t)
			at, _ := url.Parse(k.base + "/my")
			k.client.Jar.SetCookies(at, []*http.Cookie{{Name: "mtandao_my", Value: value, Path: "/my"}})
			fields.Set("who", c.Number)
			fields.Set("k", stampField.FindStringSubmatch(k.opens(path + "?l=en"))[1])
			k.again(path, fields, "Hello, Wanjiru Mugo")
			if has := k.cookie("mtandao_my"); has == value || len(has) < 40 {
				t.Errorf("%s, %s: the sign-in is the given one: %q", what, path, has)
			}
		}
	}
	thief.opens("/my", "Hello, Otieno")
	guesser, slowed := s.kiosk(t), 0
	for range 12 {
		guesser.sends("/my/code?l=en", "/my/code", url.Values{"who": {c.Number}, "code": {"000000"}})
		if got := guesser.answer(http.MethodPost, "/my/code", url.Values{"k": {stampField.FindStringSubmatch(guesser.opens("/my/code"))[1]}, "who": {c.Number}, "code": {"000000"}}); got.status == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed < 6 {
		t.Error("only", slowed, "guesses of 24 are slowed down")
	}
}

// cookie is what a browser holds.
func (k *kiosk) cookie(name string) string { return k.kept("/my", name) }

// TestEveryFormOfSubscribersIsSentTwice: what a form does it does once, and a second tap at the same moment is answered like the first.
func TestEveryFormOfSubscribersIsSentTwice(t *testing.T) {
	s := openStage(t, 1)
	c, line, me := s.subscribed(t, "0711200002") // home-10, with 1,000 shillings of credit
	at := "/my/line/" + number(line.ID)
	seq := func() int64 {
		now, err := s.Main.Lines.Get(t.Context(), line.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Seq
	}
	twice := func(path string, fields url.Values) {
		t.Helper()
		var taps sync.WaitGroup
		for range 2 {
			taps.Go(func() {
				if got := me.answer(http.MethodPost, path, fields); got.status != http.StatusOK {
					t.Errorf("%s: %d", path, got.status)
				}
			})
		}
		taps.Wait()
	}
	addon := formTo(t, me.opens(at), at+"/addon")
	addon.Set("addon", "data-50")
	steps := []struct {
		path, page string
		more       url.Values
	}{{"/addon", "", nil}, {"/do/extend", at, nil}, {"/do/pause", at, nil}, {"/do/resume", at, nil}, {"/secret", at + "/secret", url.Values{"secret": {"goats-on-a-hill"}}}}
	for _, one := range steps {
		page := ""
		if one.page == "" {
			page = me.again(at+one.path, addon, "Yes, do it")
		} else {
			page = me.opens(one.page)
		}
		fields, before := formTo(t, page, at+one.path), seq()
		for name := range one.more {
			fields.Set(name, one.more.Get(name))
		}
		twice(at+one.path, fields)
		if now := seq(); now != before+1 {
			t.Errorf("%s sent twice: %d events", one.path, now-before)
		}
	}
	twice("/my/auto", url.Values{"k": {stampField.FindStringSubmatch(me.opens("/my/consent"))[1]}, "phone": {"0711200002"}})
	twice("/my/consent", formTo(t, me.opens("/my/consent"), "/my/consent"))
	ticket := formTo(t, me.opens("/my/tickets"), "/my/tickets")
	ticket.Set("category", "other")
	ticket.Set("subject", "Twice")
	ticket.Set("text", "Twice")
	twice("/my/tickets", ticket)
	if all, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 5); err != nil || len(all) != 1 {
		t.Error(len(all), "tickets", err)
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
