package app

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/portal/backoffice"
	"mtandao/radius/routers"
)

// TestARouterIsChangedByWhoHasProvedThemself: what opens the network is not changed from a browser that was left open, and the
// form that asks for a proof shows none of it.
func TestARouterIsChangedByWhoHasProvedThemself(t *testing.T) {
	s := openStage(t, 1)
	technician := s.hire(t, "tech@demo.example", nil, "technician")
	at := "/office/routers/" + s.idOf(t, kindRouter, "ngong-1")
	before, _ := s.Main.Routers.Get(s.seeded.routers["ngong-1"].ID)
	form := url.Values{"name": {"ngong-1"}, "site": {"ngong"}, "dialect": {"mikrotik"}, "addresses": {"192.0.2.66"}, "secret": {"my own secret 123"},
		"api_address": {"192.0.2.66:8728"}, "api_user": {"mtandao"}, "api_password": {"my own password"}, "auth": {"required"}, "interim": {"5"}, "interim_unit": {"m"}}
	s.unproven(t)
	for _, path := range []string{"/edit", "/retire"} {
		if got := technician.ask(http.MethodGet, at+path, nil); !strings.HasPrefix(got.location, "/office/prove?") {
			t.Errorf("%s is opened: %d", path, got.status)
		}
	}
	asked := technician.send(at+"/edit", form)
	if asked.status != http.StatusOK || !strings.Contains(asked.body, `name="proof"`) || strings.Contains(asked.body, "my own") {
		t.Fatalf("%d %s", asked.status, mainOf(asked.body))
	}
	if got := technician.send(at+"/retire", nil); !strings.Contains(got.body, `name="proof"`) {
		t.Errorf("retired: %d", got.status)
	}
	if got := technician.send("/office/routers/new", form); !strings.Contains(got.body, `name="proof"`) {
		t.Errorf("a new one: %d", got.status)
	}
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret != before.Secret || r.State != routers.StateActive || len(s.Main.Routers.All()) != len(s.seeded.routers) {
		t.Fatalf("changed: %+v", r)
	}
	s.proven(t)
	again := url.Values{"kept_form": {keptForm.FindStringSubmatch(asked.body)[1]}}
	technician.expect(technician.send(at+"/edit", again), http.StatusSeeOther)
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret != "my own secret 123" || r.APIPassword != "my own password" {
		t.Errorf("what was typed is lost: %+v", r.Addresses)
	}
}

// TestASecretIsNotSentElsewhere: staff set secrets that they cannot see, and do not have them sent to an address of theirs.
func TestASecretIsNotSentElsewhere(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		router := s.firstRouter(t)
		s.mustSave(t, backoffice.Change{Kind: kindRouter, Key: router, Fields: map[string]string{"api_address": "10.1.1.1:8728", "api_user": "mtandao", "api_password": "api-password-9"}})
		for _, c := range []struct {
			kind, key, secret string
			fields            map[string]string
			again             map[string]string // what must be typed, too
		}{
			{kindTill, "main", "consumer_secret", map[string]string{"base_url": "https://evil.example"}, map[string]string{"consumer_secret": "a", "passkey": "b"}},
			{kindTill, "main", "passkey", map[string]string{"base_url": "https://other.example", "consumer_secret": "a"}, map[string]string{"passkey": "b"}},
			{kindRouter, router, "api_password", map[string]string{"api_address": "192.0.2.66:8728"}, map[string]string{"api_password": "mine"}},
		} {
			err := s.Save(t.Context(), wanjiku, backoffice.Change{Kind: c.kind, Key: c.key, Fields: c.fields})
			var w *backoffice.WrongField
			if !errors.As(err, &w) || w.Field != c.secret || fault.KeyOf(err) != "setup.secret_again" {
				t.Errorf("%v: %v", c.fields, err)
			}
			maps.Copy(c.fields, c.again)
			s.mustSave(t, backoffice.Change{Kind: c.kind, Key: c.key, Fields: c.fields})
		}
		was, is := map[string]string{"initiator_password": "robot", "certificate": "Safaricom's"}, map[string]string{"initiator_password": "robot", "certificate": "of whoever wants to read it"}
		if err := sentElsewhere(backoffice.Change{Kind: kindTill}, was, is); fault.KeyOf(err) != "setup.secret_again" {
			t.Errorf("a certificate that another can open: %v", err)
		}
	})
}

// TestACarriersSecretIsNotSentElsewhere: the same of how messages leave.
func TestACarriersSecretIsNotSentElsewhere(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	mail := url.Values{"sender": {"wifi@demo.example"}, "host": {"mail.demo.example"}, "username": {"wifi"}, "secret": {"mail password"}, "off": {"1"}}
	owner.expect(owner.send("/office/carriers/email", mail), http.StatusSeeOther)
	mail.Set("secret", "")
	mail.Set("sender", "net@demo.example")
	owner.expect(owner.send("/office/carriers/email", mail), http.StatusSeeOther)
	mail.Set("host", "mail.evil.example")
	owner.expect(owner.send("/office/carriers/email", mail), http.StatusBadRequest, "where it is sent has changed")
	gateway := url.Values{"driver": {"http"}, "url": {"https://sms.demo.example/send?key=k1"}, "header": {"Authorization: Bearer s3cret"}, "body": {"to={to}&text={text}&key=k2"}, "off": {"1"}}
	owner.expect(owner.send("/office/carriers/sms", gateway), http.StatusSeeOther)
	for field, value := range map[string]string{"url": "https://evil.example/send", "balance_url": "https://evil.example/balance"} {
		changed := url.Values{"driver": {"http"}, "off": {"1"}, field: {value}}
		owner.expect(owner.send("/office/carriers/sms", changed), http.StatusBadRequest, "where it is sent has changed")
		changed.Set("header", "Authorization: Bearer mine")
		owner.expect(owner.send("/office/carriers/sms", changed), http.StatusBadRequest, "where it is sent has changed")
	}
	owner.expect(owner.send("/office/carriers/sms", url.Values{"driver": {"http"}, "off": {"1"}, "url": {"https://sms.demo.example/v2/send"}}), http.StatusSeeOther)
	if c, err := s.Main.Notify.Carrier(t.Context(), "sms"); err != nil || c.HTTP.URL != "https://sms.demo.example/v2/send" || c.HTTP.Header["Authorization"] != "Bearer s3cret" || c.HTTP.BalanceURL != "" {
		t.Errorf("%+v %v", c.HTTP.URL, err)
	}
	if c, err := s.Main.Notify.Carrier(t.Context(), "email"); err != nil || c.Host != "mail.demo.example" || c.Secret != "mail password" {
		t.Errorf("%s %v", c.Host, err)
	}
}

// TestVouchersAreKilledByWhoHasProvedThemself, and so is their price paid back; they are signed out and sold without.
func TestVouchersAreKilledByWhoHasProvedThemself(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	at := strings.TrimSuffix(strings.NewReplacer(s.voided(t)...).Replace("/office/vouchers/:id/x"), "/x") + "/deeds/"
	range10 := func() url.Values {
		return url.Values{"first": {"10"}, "last": {"20"}, "holder": {"Kamau"}, "reason": {"lost"}, "refund": {"1"}}
	}
	s.unproven(t)
	for _, kind := range []string{"void", "return"} {
		if got := manager.ask(http.MethodGet, at+kind, nil); !strings.HasPrefix(got.location, "/office/prove?") {
			t.Errorf("%s is opened: %d", kind, got.status)
		}
		manager.expect(manager.send(at+kind, range10()), http.StatusOK, `name="proof"`)
	}
	manager.expect(manager.send(at+"sign_out", range10()), http.StatusSeeOther)
	s.proven(t)
	manager.expect(manager.send(at+"return", range10()), http.StatusSeeOther)
	manager.expect(manager.send(at+"void", range10()), http.StatusSeeOther)
}

// TestAResellersMoneyIsForWhoHasProvedThemself: their PIN, their terms, and what is paid back to them or written off; not what they pay
// in or are given to sell.
func TestAResellersMoneyIsForWhoHasProvedThemself(t *testing.T) {
	s := openStage(t, 1)
	cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
	made := cashier.send("/office/resellers/new", url.Values{"name": {"Mama Otis"}, "phone": {"0722 555 001"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "parent": {"0"}})
	cashier.expect(made, http.StatusSeeOther)
	at := made.location
	s.unproven(t)
	for _, path := range []string{"/office/resellers/new", at + "/edit", at + "/do/payout", at + "/do/return", at + "/do/lose"} {
		if got := cashier.ask(http.MethodGet, path, nil); !strings.HasPrefix(got.location, "/office/prove?") {
			t.Errorf("%s is opened: %d", path, got.status)
		}
		cashier.expect(cashier.send(path, url.Values{"amount": {"5"}, "once": {"abc2"}}), http.StatusOK, `name="proof"`)
	}
	asked := cashier.send(at+"/pin", nil)
	cashier.expect(asked, http.StatusOK, `name="proof"`)
	if shownCode.MatchString(asked.body) {
		t.Error("a code is shown")
	}
	cashier.expect(cashier.send(at+"/do/payin", url.Values{"amount": {"25"}, "once": {"abc1"}}), http.StatusSeeOther)
	s.proven(t)
	cashier.expect(cashier.send(at+"/do/payout", url.Values{"amount": {"5"}, "once": {"abc3"}}), http.StatusSeeOther)
	cashier.expect(cashier.send(at+"/pin", nil), http.StatusOK, "0722 555 001")
}
