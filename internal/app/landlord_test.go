package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// TestALandlordSeesTheShare: staff make a partner and a code, the landlord signs in, and what an order sold shows; a reseller's sign-in opens nothing.
func TestALandlordSeesTheShare(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	form := url.Values{"name": {"Mzee Otis"}, "phone": {"0722 555 009"}, "lang": {"en"}, "share": {"12.5"}}
	owner.expect(owner.send("/office/partners/new", form), http.StatusBadRequest, "Choose at least one site.")
	form.Set("sites", number(s.seeded.sites["kasarani"].ID))
	made := owner.send("/office/partners/new", form)
	owner.expect(made, http.StatusSeeOther)
	owner.expect(s.hire(t, "cashier-two@demo.example", []int64{s.seeded.sites["ngong"].ID}, "cashier").ask(http.MethodGet, made.location, nil), http.StatusNotFound)
	page := owner.send(made.location+"/pin", nil)
	code := regexp.MustCompile(`>([0-9]{8})<`).FindStringSubmatch(page.body)
	if code == nil {
		t.Fatal(page.body)
	}
	s.bought(t, "kasarani-1", "02a1b2c3d4ad")
	k := s.kiosk(t)
	k.sends("/share/code", "/share/code", url.Values{"phone": {"0722555009"}, "code": {code[1]}, "pin": {"905172"}}, "Mzee Otis", "Your 12.5 % of today", "KES 10<", "KES 1.25")
	k.opens("/sell", "Sign in to sell")
	owner.expect(owner.send(made.location+"/payout", url.Values{"amount": {"1"}, "how": {"cash"}, "once": {"a1"}}), http.StatusConflict, "No more than KES 0 is due.")
	problems, err := s.Main.proofs().Prove(context.Background())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
