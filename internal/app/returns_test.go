package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// brought is a return that a reseller asked for.
func (s *Stage) brought(t *testing.T, seller int64) int64 {
	t.Helper()
	held, err := s.Main.Vouchers.HeldBy(t.Context(), vouchers.ResellerHolder(seller))
	if err != nil || len(held) == 0 {
		t.Fatal(held, err)
	}
	g, err := s.Main.Resellers.AskReturn(t.Context(), resellers.Request{Key: "back", ResellerID: seller}, resellers.Range{BatchID: held[0].BatchID, First: held[0].Last, Last: held[0].Last}, vouchers.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return g.ID
}

// TestAResellerBringsPaperBack: said on her page, counted at the desk, in her float.
func TestAResellerBringsPaperBack(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { bringsBack(t, stageOn(t, dialect, 1)) })
	}
}

func bringsBack(t *testing.T, s *Stage) {
	id := s.seller(t)
	k := s.kiosk(t)
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	held, err := s.Main.Vouchers.HeldBy(t.Context(), vouchers.ResellerHolder(id))
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	before, err := s.Main.Resellers.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	batch, serial := number(held[0].BatchID), number(int64(held[0].Last))
	k.opens("/sell/stock?l=en", "Give back unsold paper")
	k.sends("/sell/return", "/sell/return", url.Values{"batch": {batch}, "first": {"99999"}, "last": {"99999"}}, "from 1 to", `value="99999"`)
	k.sends("/sell/return", "/sell/return", url.Values{"batch": {batch}, "sheet": {"900"}, "cards": {"24"}}, "from 1 to")
	form := url.Values{"batch": {batch}, "first": {serial}}
	k.sends("/sell/return", "/sell/return", form, "The office knows", "1 × ", "To be brought")
	k.again("/sell/return", form, "The office knows") // a double tap
	k.sends("/sell/return", "/sell/return", url.Values{"batch": {batch}, "sheet": {"1"}, "cards": {"24"}}, "The office knows")
	waiting, err := s.Main.Resellers.ReturnsAsked(t.Context())
	if err != nil || len(waiting) != 2 || waiting[1].First != 1 || waiting[1].Last != 24 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	k.sends("/sell/return", "/sell/return/"+number(waiting[1].ID)+"/withdraw", url.Values{}, "Kept")
	cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
	cashier.expect(cashier.ask(http.MethodGet, "/office/resellers", nil), http.StatusOK, "Returns to count")
	list := cashier.ask(http.MethodGet, "/office/returns", nil)
	cashier.expect(list, http.StatusOK, "Mama Njeri", serial)
	at := regexp.MustCompile(`href="(/office/returns/[0-9]+)"`).FindStringSubmatch(list.body)
	if at == nil {
		t.Fatal(list.body)
	}
	cashier.expect(cashier.ask(http.MethodGet, at[1], nil), http.StatusOK, "Take back one card of Mama Njeri", "I have counted them")
	away := s.hire(t, "ngong-cashier@demo.example", []int64{s.seeded.sites["ngong"].ID}, "cashier")
	away.expect(away.ask(http.MethodGet, at[1], nil), http.StatusNotFound)
	away.expect(away.send(at[1], url.Values{}), http.StatusNotFound)
	done := cashier.send(at[1], url.Values{})
	cashier.expect(done, http.StatusSeeOther)
	cashier.expect(cashier.send(at[1], url.Values{}), http.StatusConflict, "decided already")
	after, err := s.Main.Resellers.Get(t.Context(), id)
	if err != nil || after.Balance.Cents <= before.Balance.Cents {
		t.Errorf("the float was %v and is %v: %v", before.Balance, after.Balance, err)
	}
	if page := k.opens("/sell/return?l=sw", "Zimerudishwa"); strings.Contains(page, "Zinaletwa") {
		t.Error(page)
	}
	k.opens("/sell/day?l=en", "Returned")
	if answer, err := k.client.Get(k.base + "/sell/return/1/withdraw"); err != nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("%v, %v", answer, err)
	}
	verifyBooks(t, s.Main)
}
