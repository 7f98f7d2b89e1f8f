package app

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/partners"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// badForm is a form about money, all of whose fields are right but for one that is tried.
type badForm struct {
	at, field string
	rest      url.Values
	wrong     []string
}

var (
	badMoney = []string{"-5", "abc", "1e3", "0x10", "1.005", "99999999999999999999", "92233720368547758.08", "１００", "5; DROP TABLE refunds", "NaN"}
	badWhole = append([]string{"0", "", "1.5"}, badMoney...)
	badDays  = []string{"", "yesterday", "2026-02-30", "0000-00-00", "9999-12-31", "2020-01-01", "-1"}
	badTexts = []string{"", "   ", "moves \xff away"}
)

// TestWhatNobodyMeansToType: amounts, dates and reasons that are none are refused on each page by which money goes out, with what was typed, and nothing moves.
func TestWhatNobodyMeansToType(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			owner := s.hire(t, "owner-two@demo.example", nil, "owner")
			order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
			for _, f := range s.badForms(t, "/office/receipts/"+s.receiptOf(t, order)) {
				for _, typed := range f.wrong {
					form := url.Values{f.field: {typed}}
					for name, values := range f.rest {
						form[name] = values
					}
					got := owner.send(f.at, form)
					if got.status != http.StatusBadRequest && got.status != http.StatusConflict {
						t.Errorf("%s %s %q: %d to %q", f.at, f.field, typed, got.status, got.location)
						continue
					}
					if !strings.Contains(html.UnescapeString(got.body), `value="`+typed+`"`) {
						t.Errorf("%s %s %q is not kept: %s", f.at, f.field, typed, mainOf(got.body))
					}
					for name, values := range f.rest {
						if values[0] != "" && !strings.Contains(html.UnescapeString(got.body), values[0]) {
							t.Errorf("%s: with %s %q what was typed as %s is lost", f.at, f.field, typed, name)
						}
					}
				}
			}
			for _, table := range []string{"refunds", "paybacks", "partner_payouts", "payment_promises"} {
				var n int
				if err := s.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil || n != 0 {
					t.Errorf("%s: %d, %v", table, n, err)
				}
			}
			verifyBooks(t, s.Main)
		})
	}
}

// badForms are the forms, for a customer with credit and an invoice, and a partner.
func (s *Stage) badForms(t *testing.T, receipt string) []badForm {
	t.Helper()
	who, another := s.withCredit(t), s.named(t, demoCustomers[1].phone)
	d, err := s.Main.Invoices.Write(t.Context(), invoices.NewDocument{Request: "one", Kind: invoices.Invoice, CustomerID: another.ID,
		Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.Shillings(300), Inclusive: true}}}, invoices.By{Actor: "test"})
	if err == nil {
		d, err = s.Main.Invoices.IssueOne(t.Context(), d.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	mzee, err := s.Main.Partners.Save(t.Context(), partners.Partner{Name: "Mzee Otis", Phone: "254722555009", Share: 1000, Sites: []int64{s.seeded.sites["kasarani"].ID}}, partners.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	customer, invoice, partner := "/office/customers/"+number(who.ID), "/office/invoices/"+number(d.ID), "/office/partners/"+number(mzee.ID)
	return []badForm{
		{receipt + "/refund", "amount", url.Values{"reason": {"slow line"}}, badWhole},
		{receipt + "/refund", "reason", url.Values{"amount": {"10"}}, badTexts},
		{customer + "/payback", "amount", url.Values{"reason": {"moves away"}}, append([]string{"0", ""}, badMoney...)},
		{customer + "/payback", "reason", url.Values{"amount": {"10"}}, badTexts},
		{customer + "/pay", "amount", url.Values{"how": {"cash"}, "note": {"by her son"}, "once": {"x1"}}, append([]string{"0", ""}, badMoney...)},
		{customer + "/pay", "note", url.Values{"how": {"cash"}, "amount": {"10"}, "once": {"x5"}}, badTexts[2:]},
		{customer + "/pay", "reference", url.Values{"how": {"bank"}, "amount": {"10"}, "once": {"x6"}}, badTexts[2:]},
		{customer + "/promise", "amount", url.Values{"until": {clock.DayOf(s.Main.Plan.Now().AddDate(0, 0, 7)).String()}, "who": {"her son"}}, badMoney},
		{customer + "/promise", "until", url.Values{"amount": {"100"}, "who": {"her son"}}, badDays},
		{invoice + "/credit", "amount", url.Values{"reason": {"our fault"}, "once": {"x2"}}, append([]string{"0", "300.01"}, badMoney...)},
		{invoice + "/credit", "reason", url.Values{"amount": {"10"}, "once": {"x3"}}, badTexts},
		{invoice + "/writeoff", "reason", url.Values{"once": {"x4"}}, badTexts},
		{partner + "/payout", "amount", url.Values{"note": {"for March"}}, append([]string{"0", "", "1"}, badMoney...)},
	}
}

// withCredit is a customer who has credit.
func (s *Stage) withCredit(t *testing.T) customers.Customer {
	t.Helper()
	who := s.customer(t)
	taking := counter.Taking{Taking: accounts.Taking{Request: "credit", CustomerID: who.ID, How: accounts.ByCash, Amount: money.Shillings(100)}}
	if _, err := s.Main.Counter.Take(t.Context(), taking, counter.By{Member: 1, Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	return who
}
