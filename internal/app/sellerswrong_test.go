package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/site"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// mama is the demo's first reseller on her phone.
func (s *Stage) mama(t *testing.T) (k *kiosk, id int64) {
	t.Helper()
	id = s.seller(t)
	k = s.kiosk(t)
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	return k, id
}

// has fails when a page lacks one of the texts.
func (k *kiosk) has(path string, got officeAnswer, status int, want ...string) {
	k.t.Helper()
	if got.status != status {
		k.t.Errorf("%s: %d, want %d\n%s", path, got.status, status, got.body)
	}
	for _, text := range want {
		if !strings.Contains(got.body, text) {
			k.t.Errorf("%s does not say %q:\n%s", path, text, got.body)
		}
	}
}

var languageLink = regexp.MustCompile(`class="lang" href="([^"]+)"`)

// TestAFormOfAResellerLosesNothing: what was typed into a form that is refused, or was open for too long, is in it again, but for the PIN; and the form that
// comes back can be sent.
func TestAFormOfAResellerLosesNothing(t *testing.T) {
	s := openStage(t, 1)
	k, mama := s.mama(t)
	below, err := s.Main.Resellers.Below(t.Context(), mama)
	if err != nil || len(below) != 1 {
		t.Fatal(below, err)
	}
	held, err := s.Main.Vouchers.HeldBy(t.Context(), vouchers.ResellerHolder(mama))
	if err != nil || len(held) == 0 {
		t.Fatal(held, err)
	}
	batch, give := number(held[0].BatchID), "/sell/below/"+number(below[0].ID)
	for path, form := range map[string]url.Values{
		"/sell/one":    {"plan": {s.idOf(t, kindPlan, "hour")}, "site": {"kasarani"}, "phone": {"0733 000 222"}},
		"/sell/stock":  {"batch": {batch}, "first": {"900001"}, "last": {"900002"}},
		"/sell/return": {"batch": {batch}, "first": {"900003"}, "last": {"900004"}, "sheet": {"99"}, "cards": {"36"}},
		"/sell/float":  {"amount": {"123"}, "phone": {"0733 000 333"}},
		give:           {"amount": {"77"}},
		"/sell/pin":    {"old": {"905111"}, "pin": {"905222"}},
	} {
		form.Set("k", "00")
		form.Set("once", "ab12")
		got := k.answer(http.MethodPost, path, form)
		k.has(path, got, http.StatusBadRequest, "what you typed is still here", `name="once" value="ab12"`)
		if swahili := languageLink.FindStringSubmatch(got.body); swahili == nil {
			t.Error("no link to the other language")
		} else if other := k.answer(http.MethodGet, swahili[1], nil); other.status != http.StatusOK || !strings.Contains(other.body, `<html lang="sw"`) {
			t.Errorf("%s from %s: %d", swahili[1], path, other.status)
		} else {
			k.opens("/sell?l=en")
		}
		for name, typed := range form {
			if name == "k" {
				continue
			}
			secret := path == "/sell/pin" && name != "once"
			if kept := strings.Contains(got.body, `value="`+typed[0]+`"`); kept == secret {
				t.Errorf("%s: %s=%s kept: %v", path, name, typed[0], kept)
			}
		}
		if path == "/sell/one" && !strings.Contains(got.body, `value="`+form.Get("plan")+`" checked`) {
			t.Error("the plan is not chosen any more")
		}
		form.Set("k", stampField.FindStringSubmatch(got.body)[1])
		if path == "/sell/one" {
			k.has(path, k.answer(http.MethodPost, path, form), http.StatusOK, `class="code"`)
		}
	}
	for _, name := range []string{"amount", "phone", "once", "first", "batch"} { // nobody fills in a form by a link: a number that no id holds by chance
		for _, path := range []string{"/sell/one", "/sell/settle", "/sell/stock", "/sell/return", "/sell/below"} {
			if got := k.answer(http.MethodGet, path+"?"+name+"=471104711047", nil); strings.Contains(got.body, "471104711047") {
				t.Errorf("%s is filled in by its address: %s", path, name)
			}
		}
	}
}

// TestAResellersPageThatFailsIsNoDeadEnd: it says whom to call and under which number the failure is found, keeps what was typed, and sending it again when
// all is well does it once.
func TestAResellersPageThatFailsIsNoDeadEnd(t *testing.T) {
	s := openStage(t, 1)
	k, _ := s.mama(t)
	landlord := s.kiosk(t)
	landlord.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau")
	here, _, err := s.Main.Sites.BySlug("kasarani")
	if err != nil || here.Phone == "" {
		t.Fatal(here, err)
	}
	call := "tel:" + strings.ReplaceAll(here.Phone, " ", "")
	k.has("/sell/nowhere", k.answer(http.MethodGet, "/sell/nowhere", nil), http.StatusNotFound, `href="/sell"`, `href="/sell/one"`, call)
	stranger := s.kiosk(t)
	stranger.has("/share/nowhere", stranger.answer(http.MethodGet, "/share/nowhere", nil), http.StatusNotFound, `href="/share"`, call)
	plan := s.idOf(t, kindPlan, "hour")
	form := url.Values{"plan": {plan}, "site": {"kasarani"}, "phone": {"0733 000 444"}, "once": {"fa11"}}
	form.Set("k", stampField.FindStringSubmatch(k.opens("/sell/one"))[1])
	rename := func(from, to string) {
		t.Helper()
		if _, err := s.Main.DB.SQL().Exec("ALTER TABLE " + from + " RENAME TO " + to); err != nil {
			t.Fatal(err)
		}
	}
	rename("reseller_events", "gone")
	day := k.answer(http.MethodGet, "/sell/day", nil)
	k.has("/sell/day", day, http.StatusInternalServerError, call, "say this number: ", `class="go" href="/sell/day"`, `href="/sell"`)
	k.has("/sell/one", k.answer(http.MethodPost, "/sell/one", form), http.StatusInternalServerError, "never done twice", "say this number: ", `value="0733 000 444"`, `value="fa11"`, `class="plan"`)
	rename("gone", "reseller_events")
	rename("plan_sites", "gone")
	got := k.answer(http.MethodPost, "/sell/one", form) // not even the page of the form can be shown
	k.has("/sell/one", got, http.StatusInternalServerError, "never done twice", call, `<input type="hidden" name="phone" value="0733 000 444">`, `value="fa11"`, `<button class="go">Try again`)
	rename("gone", "plan_sites")
	rename("partner_events", "gone")
	landlord.has("/share", landlord.answer(http.MethodGet, "/share", nil), http.StatusInternalServerError, call, "say this number: ", `href="/share"`)
	rename("gone", "partner_events")
	first := shownCode.FindStringSubmatch(k.again("/sell/one", form, `class="code"`))
	again := shownCode.FindStringSubmatch(k.again("/sell/one", form, `class="code"`))
	if first == nil || again == nil || first[1] != again[1] {
		t.Error(first, again)
	}
	form.Set("phone", "0733 000 555") // another sale from the same page
	told := k.answer(http.MethodPost, "/sell/one", form)
	k.has("/sell/one", told, http.StatusConflict, "was done already", `value="0733 000 555"`)
	form.Set("once", onceField.FindStringSubmatch(told.body)[1])
	if other := shownCode.FindStringSubmatch(k.again("/sell/one", form, `class="code"`)); other == nil || other[1] == first[1] {
		t.Error("the form that was shown again sells", other)
	}
	verifyBooks(t, s.Main)
}

// TestASaleSentAgainIsAnswered: though the site was taken from the reseller, or closed, since; and another is not made there.
func TestASaleSentAgainIsAnswered(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			k, mama := s.mama(t)
			ctx, plan := context.Background(), s.idOf(t, kindPlan, "hour")
			form := url.Values{"plan": {plan}, "site": {"kasarani"}}
			first := shownCode.FindStringSubmatch(k.sends("/sell/one", "/sell/one", form, `class="code"`))
			again := func(when string) {
				t.Helper()
				got := shownCode.FindStringSubmatch(k.again("/sell/one", form, `class="code"`))
				if first == nil || got == nil || got[1] != first[1] {
					t.Errorf("%s: %v, then %v", when, first, got)
				}
				fresh := url.Values{"plan": {plan}, "site": {"kasarani"}, "once": {"f" + number(int64(len(when)))}, "k": form["k"]}
				if answer := k.answer(http.MethodPost, "/sell/one", fresh); answer.status < 400 || answer.status >= 500 || strings.Contains(answer.body, `class="code"`) {
					t.Errorf("%s another sale is answered by %d", when, answer.status)
				}
			}
			r, err := s.Main.Resellers.Get(ctx, mama)
			if err != nil {
				t.Fatal(err)
			}
			was := r.Sites
			r.Sites = []int64{s.seeded.sites["ngong"].ID}
			if _, err := s.Main.Resellers.Save(ctx, r, vouchers.By{Actor: "test"}); err != nil {
				t.Fatal(err)
			}
			again("the site was taken away")
			r.Sites = was
			if _, err := s.Main.Resellers.Save(ctx, r, vouchers.By{Actor: "test"}); err != nil {
				t.Fatal(err)
			}
			here, _, err := s.Main.Sites.BySlug("kasarani")
			here.State = site.Closed
			if err == nil {
				err = s.Main.DB.InTx(ctx, func(tx *db.Tx) error { _, err := s.Main.Sites.SaveSite(tx, here); return err })
			}
			if err == nil {
				err = s.Main.Sites.Refresh(ctx)
			}
			if err != nil {
				t.Fatal(err)
			}
			again("the site is closed")
			verifyBooks(t, s.Main)
		})
	}
}

// TestOnlyAFormPrintsASlip: whoever follows a link writes no deed and no line of the trail.
func TestOnlyAFormPrintsASlip(t *testing.T) {
	s := openStage(t, 1)
	k, _ := s.mama(t)
	sold := k.sends("/sell/one", "/sell/one", url.Values{"plan": {s.idOf(t, kindPlan, "hour")}, "site": {"kasarani"}}, `class="code"`)
	address := slipForm.FindStringSubmatch(sold)
	if address == nil {
		t.Fatal(sold)
	}
	written := func() (deeds, trail int) {
		t.Helper()
		for table, into := range map[string]*int{"voucher_deeds": &deeds, "audit_events": &trail} {
			if err := s.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		return deeds, trail
	}
	deeds, trail := written()
	for _, more := range []string{"", "?paper=slip58"} {
		k.has(address[1], k.answer(http.MethodGet, address[1]+more, nil), http.StatusNotFound)
	}
	if d, n := written(); d != deeds || n != trail {
		t.Errorf("a link wrote %d deeds and %d lines", d-deeds, n-trail)
	}
	answer := k.answer(http.MethodPost, address[1], url.Values{"k": {stampField.FindStringSubmatch(sold)[1]}, "paper": {"slip58"}})
	if d, n := written(); answer.status != http.StatusOK || !strings.HasPrefix(answer.body, "%PDF-") || d != deeds+1 || n != trail+1 {
		t.Errorf("%d, %.8q: %d deeds and %d lines", answer.status, answer.body, d-deeds, n-trail)
	}
}

// TestStaleSignInsOfSellers: what was signed in before the PIN was changed, the phone was signed out, or somebody was closed, neither shows nor does anything;
// a landlord's sign-in is none of a reseller, whatever cookie it is in.
func TestStaleSignInsOfSellers(t *testing.T) {
	s := openStage(t, 1)
	k, mama := s.mama(t)
	other := s.kiosk(t)
	other.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	form := func(k *kiosk, once string) url.Values {
		return url.Values{"plan": {s.idOf(t, kindPlan, "hour")}, "site": {"kasarani"}, "once": {once}, "k": {stampField.FindStringSubmatch(k.opens("/sell/one"))[1]}}
	}
	stale := form(other, "5a1e")
	k.sends("/sell/pin", "/sell/pin", url.Values{"old": {demoPIN}, "pin": {"905172"}}, "Your PIN was changed")
	before, err := s.Main.Resellers.Get(t.Context(), mama)
	if err != nil {
		t.Fatal(err)
	}
	other.again("/sell/one", stale, "Sign in to sell")
	other.opens("/sell/day", "Sign in to sell")
	left := form(k, "1ef7")
	k.sends("/sell", "/sell/out", url.Values{}, "Sign in to sell")
	k.again("/sell/one", left, "Sign in to sell")

	landlord := s.kiosk(t)
	landlord.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau")
	at, err := url.Parse(landlord.base + "/share")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range landlord.client.Jar.Cookies(at) {
		if c.Name == "mtandao_share" {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, landlord.base+"/sell", nil)
			r.AddCookie(&http.Cookie{Name: "mtandao_sell", Value: c.Value})
			answer, err := landlord.client.Do(r)
			landlord.reads("/sell", answer, err, "Sign in to sell")
		}
	}
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {"905172"}}, "Mama Njeri")
	last := form(k, "c105")
	before.State = resellers.Closed
	if _, err := s.Main.Resellers.Save(t.Context(), before, vouchers.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	k.again("/sell/one", last, "Sign in to sell")
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {"905172"}}, "Mama Njeri") // to see what is left
	k.has("/sell/one", k.answer(http.MethodPost, "/sell/one", form(k, "c106")), http.StatusForbidden)
	if now, err := s.Main.Resellers.Get(t.Context(), mama); err != nil || now.Balance != before.Balance {
		t.Error(now.Balance, before.Balance, err)
	}
}

// TestAGuesserAtTheDoorOfSellers is slowed down, and keeps nobody from their own phone.
func TestAGuesserAtTheDoorOfSellers(t *testing.T) {
	s := openStage(t, 1)
	k, _ := s.mama(t)
	k.sends("/sell", "/sell/out", url.Values{}, "Sign in to sell")
	guesser, slowed := s.kiosk(t), false
	for n := range 12 {
		body := guesser.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {number(int64(600100 + n))}}, `value="0722100001"`)
		slowed = slowed || !strings.Contains(body, "is not right")
	}
	if !slowed {
		t.Error("twelve PINs were tried at once")
	}
	guesser.sends("/sell/code", "/sell/code", url.Values{"phone": {"0722100001"}, "code": {"00000000"}, "pin": {"905172"}}, `role="alert"`)
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
}

// TestAmountsThatAreNone: negative, huge and split amounts and ranges change nothing.
func TestAmountsThatAreNone(t *testing.T) {
	s := openStage(t, 1)
	k, mama := s.mama(t)
	below, err := s.Main.Resellers.Below(t.Context(), mama)
	if err != nil || len(below) != 1 {
		t.Fatal(below, err)
	}
	held, err := s.Main.Vouchers.HeldBy(t.Context(), vouchers.ResellerHolder(mama))
	if err != nil || len(held) == 0 {
		t.Fatal(held, err)
	}
	balances := func() (all [2]int64) {
		t.Helper()
		for i, id := range []int64{mama, below[0].ID} {
			r, err := s.Main.Resellers.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			all[i] = r.Balance.Cents
		}
		return all
	}
	before, give := balances(), "/sell/below/"+number(below[0].ID)
	for _, bad := range []string{"", "-5", "-0.01", "0", "0.001", "1e3", "5,", "92233720368547758", "9223372036854775807", "99999999999999999999", "+5", " ", "5 5", "٥"} {
		for _, path := range []string{give, "/sell/float"} {
			form := url.Values{"amount": {bad}, "phone": {"0722100001"}, "once": {"none"}, "k": {stampField.FindStringSubmatch(k.opens("/sell/stock"))[1]}}
			if got := k.answer(http.MethodPost, path, form); got.status < 400 || got.status >= 500 || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("%s with %q: %d", path, bad, got.status)
			}
		}
	}
	b := number(held[0].BatchID)
	for _, bad := range [][2]string{{"0", "0"}, {"-1", "5"}, {"5", "1"}, {"1", "999999"}, {"1", "9223372036854775807"}, {"99999999999999999999", ""}, {"1", "x"}, {"", ""}} {
		for _, path := range []string{"/sell/stock", "/sell/return"} {
			form := url.Values{"batch": {b}, "first": {bad[0]}, "last": {bad[1]}, "once": {"none"}, "k": {stampField.FindStringSubmatch(k.opens("/sell/stock"))[1]}}
			if got := k.answer(http.MethodPost, path, form); got.status < 400 || got.status >= 500 || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("%s with %v: %d", path, bad, got.status)
			}
		}
	}
	if after := balances(); after != before {
		t.Errorf("%v became %v", before, after)
	}
	verifyBooks(t, s.Main)
}
