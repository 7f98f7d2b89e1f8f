package app

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// TestResellersKeepToTheirOwn: a sub-reseller who knows the addresses of another's sales, prompts, returns, paper and sub-resellers sees and changes none of
// them, nor does a form sent from elsewhere, or one made for somebody else's sign-in.
func TestResellersKeepToTheirOwn(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			mama := s.seller(t)
			ctx, by := context.Background(), vouchers.By{Actor: "test"}
			kevo, boy := s.kiosk(t), int64(0)
			below, err := s.Main.Resellers.Below(ctx, mama)
			if err != nil || len(below) != 1 {
				t.Fatal(below, err)
			}
			boy = below[0].ID
			held, err := s.Main.Vouchers.HeldBy(ctx, vouchers.ResellerHolder(mama))
			if err != nil || len(held) == 0 {
				t.Fatal(held, err)
			}
			paper := held[0]
			asked, err := s.Main.Resellers.AskReturn(ctx, resellers.Request{Key: "hers", ResellerID: mama}, resellers.Range{BatchID: paper.BatchID, First: paper.First, Last: paper.Last}, by)
			if err != nil {
				t.Fatal(err)
			}
			float, err := s.Main.Billing.AskForMoney(ctx, billing.MoneyRequest{For: billing.Payee{Segment: billing.SegmentFloat, ID: mama, Number: "R1001"}, Amount: money.Shillings(50), Phone: "0722100001", Once: "hers"})
			if err != nil {
				t.Fatal(err)
			}
			sale := int64(0)
			events, err := s.Main.Resellers.Events(ctx, mama, 0, 50)
			for _, e := range events {
				if e.Kind == resellers.SoldOne {
					sale = e.ID
				}
			}
			if err != nil || sale == 0 {
				t.Fatal(events, err)
			}
			kevo.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100002"}, "pin": {demoPIN}}, "Kevo")
			for _, path := range []string{"/sell/sold/" + number(sale), "/sell/sold/" + number(sale) + "/slip?paper=slip58", "/sell/float/" + number(float.ID)} {
				kevo.refused(t, http.MethodGet, path, nil, nil, http.StatusNotFound)
			}
			money := func() [2]int64 {
				t.Helper()
				a, err := s.Main.Resellers.Get(ctx, mama)
				if err != nil {
					t.Fatal(err)
				}
				b, err := s.Main.Resellers.Get(ctx, boy)
				if err != nil {
					t.Fatal(err)
				}
				return [2]int64{a.Balance.Cents, b.Balance.Cents}
			}
			before := money()
			form := func(more url.Values) url.Values {
				shown := kevo.opens("/sell/stock")
				more.Set("k", stampField.FindStringSubmatch(shown)[1])
				more.Set("once", "theirs")
				return more
			}
			batch := number(paper.BatchID)
			first, last := number(int64(paper.First)), number(int64(paper.Last))
			kevo.refused(t, http.MethodPost, "/sell/return/"+number(asked.ID)+"/withdraw", form(url.Values{}), nil, http.StatusNotFound)
			kevo.refused(t, http.MethodPost, "/sell/below/"+number(boy), form(url.Values{"amount": {"5"}}), nil, http.StatusNotFound)
			kevo.refused(t, http.MethodPost, "/sell/below/"+number(mama), form(url.Values{"amount": {"5"}}), nil, http.StatusNotFound)
			kevo.refused(t, http.MethodPost, "/sell/stock", form(url.Values{"batch": {batch}, "first": {first}, "last": {last}}), nil, http.StatusConflict)
			kevo.refused(t, http.MethodPost, "/sell/return", form(url.Values{"batch": {batch}, "first": {first}, "last": {last}}), nil, http.StatusConflict)
			kevo.refused(t, http.MethodPost, "/sell/stock", form(url.Values{"batch": {batch}, "first": {"77-000001"}, "last": {""}}), nil, http.StatusBadRequest)

			plan := s.idOf(t, kindPlan, "hour")
			one := url.Values{"plan": {plan}, "site": {"kasarani"}}
			kevo.refused(t, http.MethodPost, "/sell/one", form(one), http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusBadRequest)
			stranger := s.kiosk(t)
			stranger.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
			stranger.refused(t, http.MethodPost, "/sell/one", form(one), nil, http.StatusBadRequest) // a form made for Kevo
			one.Del("k")
			kevo.refused(t, http.MethodPost, "/sell/one", one, nil, http.StatusBadRequest)
			if after := money(); after != before {
				t.Errorf("the balances went from %v to %v", before, after)
			}
			if now, err := s.Main.Resellers.ReturnOf(ctx, asked.ID); err != nil || now.State != resellers.ReturnAsked {
				t.Errorf("%+v, %v", now, err)
			}
			verifyBooks(t, s.Main)
		})
	}
}

// refused sends a request that must be answered with a status, and with no code.
func (k *kiosk) refused(t *testing.T, method, path string, form url.Values, header http.Header, status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, k.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := k.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status || strings.Contains(string(body), `class="code"`) {
		t.Errorf("%s %s: %d, want %d, %v\n%s", method, path, answer.StatusCode, status, err, body)
	}
}
