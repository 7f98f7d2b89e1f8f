package app

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/vouchers"
)

// junk is what no field means: no text, numbers that overflow, other scripts, formulas, markup and addresses.
var junk = []string{"\xff\xfe", "a\x00b", "a\nb", "-1", "-0.01", "1e300", "9223372036854775807", "99999999999999999999", "0x10", "٣٤", "Ｋ７Ｍ４Ｐ－２ＱＸＴＡ", "Ж", "\u202eabc",
	"=HYPERLINK(\"http://x\")", "<script>alert(1)</script>", "'; DROP TABLE vouchers; --", "../../etc/passwd", "{{.}}", "%00", strings.Repeat("ũ", 5000)}

// refusedAll sends a right form with each field spoilt in each way: it may be taken as it is meant, or refused in words, but never fails, and what it shows
// is never markup of the sender's.
func (c *colleague) refusedAll(t *testing.T, path string, form url.Values) {
	t.Helper()
	for field := range form {
		for _, bad := range junk {
			spoilt := maps.Clone(form)
			spoilt[field] = []string{bad}
			answer := c.send(path, spoilt)
			if answer.status >= 500 || answer.status == http.StatusOK {
				t.Errorf("%s with %s=%.40q: %d", path, field, bad, answer.status)
			}
			if strings.Contains(answer.body, "<script>alert") {
				t.Errorf("%s with %s=%.40q shows it as markup", path, field, bad)
			}
		}
	}
}

// TestHostileFormsOfSellers: each field of each form about vouchers, resellers and partners is spoilt, on both databases; nothing fails, nothing is
// lost, and the books hold.
func TestHostileFormsOfSellers(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			s.voided(t)
			shop := s.seller(t)
			owner := s.hire(t, "owner-three@demo.example", nil, "owner")
			b, err := s.Main.Vouchers.ByNumber(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			kasarani, plan := number(s.seeded.sites["kasarani"].ID), s.idOf(t, kindPlan, "day")
			owner.refusedAll(t, "/office/vouchers/new", url.Values{"plan": {plan}, "site": {kasarani}, "size": {"0"}, "price": {"50"}, "style": {"letters"}, "random": {""}, "prefix": {""}, "unsold": {""}, "unused": {""}})
			at := "/office/vouchers/" + number(b.ID)
			for _, kind := range []string{vouchers.DeedSignOut, vouchers.DeedSell, vouchers.DeedReturn, vouchers.DeedVoid} {
				owner.refusedAll(t, at+"/deeds/"+kind, url.Values{"first": {"900000"}, "last": {"900001"}, "sheet": {""}, "cards": {""}, "holder": {"kiosk"}, "reason": {"x"}})
			}
			owner.refusedAll(t, "/office/resellers/new", url.Values{"name": {""}, "phone": {"0722555111"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "parent": {"0"}, "sites": {kasarani}, "plans": {plan}})
			for _, act := range []string{"payin", "payout", "settle", "signout", "return", "lose"} {
				owner.refusedAll(t, "/office/resellers/"+number(shop)+"/do/"+act, url.Values{"amount": {"-5"}, "batch": {"0"}, "first": {"1"}, "last": {"2"}, "sheet": {""}, "cards": {""}, "note": {"x"}, "once": {"h1"}})
			}
			owner.refusedAll(t, "/office/partners/new", url.Values{"name": {""}, "phone": {"0722555112"}, "lang": {"en"}, "share": {"10"}, "sites": {kasarani}})
			owner.refusedAll(t, "/office/partners/"+number(s.landlord(t))+"/payout", url.Values{"amount": {"-1"}, "note": {"x"}})
			s.hostileNames(t, owner, b, kasarani)
			verifyBooks(t, s.Main)
		})
	}
}

// hostileNames are forms that would do harm if they were taken at their word.
func (s *Stage) hostileNames(t *testing.T, owner *colleague, b vouchers.Batch, kasarani string) {
	t.Helper()
	at := "/office/vouchers/" + number(b.ID)
	deed := func(kind string, want int, more string, form url.Values) {
		t.Helper()
		owner.expect(owner.send(at+"/deeds/"+kind, form), want, more)
	}
	deed("void", http.StatusBadRequest, "how many cards", url.Values{"first": {"1"}, "last": {number(int64(b.Made))}, "sheet": {"3"}, "reason": {"stolen"}}) // not the whole batch
	deed("sign_out", http.StatusBadRequest, "A reseller gets theirs", url.Values{"first": {"11"}, "last": {"12"}, "holder": {"reseller:1"}, "paid": {"1"}})
	owner.expect(owner.send(at+"/deeds/sign_out", url.Values{"first": {"11"}, "last": {"12"}, "holder": {"Mama Wanjikũ 100%"}}), http.StatusSeeOther)
	owner.expect(owner.ask(http.MethodGet, at, nil), http.StatusOK, "Mama Wanjikũ 100%")
	killed, err := s.Main.Vouchers.VoidOf(t.Context(), "Mama Wanjikũ 100%", "ameibiwa — wizi", false, vouchers.By{Actor: "test"})
	if err != nil || len(killed) != 1 || killed[0].Moved != 2 {
		t.Errorf("%+v, %v", killed, err)
	}
	for _, site := range []string{"", "0", "-1", "7", "x"} { // nobody shares what is sold everywhere
		answer := owner.send("/office/partners/new", url.Values{"name": {"Otis"}, "phone": {"0722555113"}, "lang": {"en"}, "share": {"10"}, "sites": {kasarani, site}})
		if answer.status < 400 || answer.status >= 500 {
			t.Errorf("a partner with the site %q: %d", site, answer.status)
		}
	}
	for _, field := range []string{"", "x", "-1"} { // all sites are chosen by name, not by leaving them out
		answer := owner.send("/office/vouchers/new", url.Values{"plan": {s.idOf(t, kindPlan, "day")}, "site": {field}, "size": {"1"}, "style": {"letters"}})
		if answer.status < 400 || answer.status >= 500 {
			t.Errorf("a batch for the site %q: %d", field, answer.status)
		}
	}
	for _, days := range []string{"-1", "1826", "213504", "999999"} {
		answer := owner.send("/office/vouchers/new", url.Values{"plan": {s.idOf(t, kindPlan, "day")}, "site": {kasarani}, "size": {"1"}, "style": {"letters"}, "unused": {days}})
		if answer.status < 400 || answer.status >= 500 {
			t.Errorf("a batch whose vouchers are good for %s days: %d", days, answer.status)
		}
	}
	made := owner.send("/office/resellers/new", url.Values{"name": {"<script>alert(1)</script> ũ"}, "phone": {"0722555114"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "parent": {"0"}})
	owner.expect(made, http.StatusSeeOther)
	for _, page := range []string{"/office/resellers", made.location, made.location + "/edit"} {
		if body := owner.ask(http.MethodGet, page, nil).body; strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;alert") {
			t.Errorf("%s shows a name as markup", page)
		}
	}
}

// TestHostileFormsOfResellersAndGuests: what anybody may send to the pages of sellers, landlords and guests.
func TestHostileFormsOfResellersAndGuests(t *testing.T) {
	s := openStage(t, 1)
	shop := s.seller(t)
	k := s.kiosk(t)
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	plan := s.idOf(t, kindPlan, "hour")
	before, err := s.Main.Resellers.Get(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(page, path string, form url.Values) {
		t.Helper()
		shown := k.opens(page)
		stamp, once := stampField.FindStringSubmatch(shown), onceField.FindStringSubmatch(shown)
		for field := range form {
			for _, bad := range junk {
				sent := maps.Clone(form)
				sent[field] = []string{bad}
				if stamp != nil {
					sent.Set("k", stamp[1])
				}
				if once != nil && field != "once" {
					sent.Set("once", once[1])
				}
				answer, err := k.client.PostForm(k.base+path, sent)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if answer.StatusCode >= 500 || strings.Contains(string(body), "<script>alert") {
					t.Errorf("%s with %s=%.40q: %d", path, field, bad, answer.StatusCode)
				}
			}
		}
	}
	spoil("/sell/one", "/sell/one", url.Values{"plan": {"0"}, "site": {"kasarani"}, "phone": {""}, "once": {""}})
	k.sends("/sell/one", "/sell/one", url.Values{"plan": {plan}, "site": {"ngong"}}, "does not sell") // not at the first site of theirs instead
	spoil("/sell/stock", "/sell/stock", url.Values{"batch": {"1"}, "first": {"1"}, "last": {"0"}, "once": {"a"}})
	spoil("/sell/below", "/sell/below/1", url.Values{"amount": {"-5"}, "once": {"a"}})
	spoil("/sell/pin", "/sell/pin", url.Values{"old": {"000000"}, "pin": {"111111"}})
	after, err := s.Main.Resellers.Get(t.Context(), shop)
	if err != nil || after.Balance != before.Balance {
		t.Errorf("the balance went from %v to %v, %v", before.Balance, after.Balance, err)
	}
	for _, bad := range junk {
		for _, path := range []string{"/sell/day?d=", "/sell/statement?m=", "/sell/statement?after=", "/sell/sold/", "/sell/one?site=", "/share?m=", "/v/kasarani/", "/h/kasarani/code?code=", "/h/kasarani/paid?receipt=", "/s/", "/o/"} {
			answer, err := k.client.Get(k.base + path + url.PathEscape(bad[:min(len(bad), 1500)]))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode >= 500 || strings.Contains(string(body), "<script>alert") {
				t.Errorf("%s%.40q: %d", path, bad, answer.StatusCode)
			}
		}
	}
	for n, page := range []string{"/h/kasarani/code", "/h/kasarani/paid"} {
		spoil(page+"?l=en", page, url.Values{"code": {"x"}, "receipt": {"x"}, "digits": {"x"}, "mac": {fmt.Sprintf("02:00:00:00:00:%02d", n)}, "onto": {"x"}, "r": {"x"}})
	}
	problems, err := s.Main.proofs().Prove(context.Background())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
