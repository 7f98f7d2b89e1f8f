package app

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestALateCertificateInTheConsole: the taxes of what was billed are shown, an invoice a row, and credited once by who looked; not when something else was seen,
// and not by a cashier. The trail says who did it, and the page is in both languages.
func TestALateCertificateInTheConsole(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { certificateStory(t, stageOn(t, dialect, 1)) })
	}
}

func certificateStory(t *testing.T, s *Stage) {
	id, _ := s.invoiced(t)
	d, err := s.Main.Invoices.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	customer := "/office/customers/" + strconv.FormatInt(d.CustomerID, 10)
	owner, cashier := s.hire(t, "billing@demo.example", nil, "owner"), s.hire(t, "till@demo.example", nil, "cashier")
	owner.expect(owner.ask("GET", customer+"/exemption", nil), http.StatusSeeOther)
	err = s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		c, err := s.Main.Customers.GetTx(tx, d.CustomerID)
		if err != nil {
			return err
		}
		c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EXM/1", d.Day.String()
		_, err = s.Main.Customers.Save(tx, c, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	back, err := s.Main.Invoices.TaxesBack(t.Context(), d.CustomerID)
	if err != nil || len(back) != 1 {
		t.Fatal(back, err)
	}
	sum := back[0].Taxes.String()
	owner.expect(owner.ask("GET", customer, nil), http.StatusOK, customer+"/exemption", "Credit taxes of exempt days")
	owner.expect(owner.ask("GET", customer+"/exemption", nil), http.StatusOK, "KRA/EXM/1", d.Text(), sum, "Credit the taxes")
	cashier.expect(cashier.ask("GET", customer+"/exemption", nil), http.StatusForbidden)
	owner.expect(owner.send(customer+"/exemption", url.Values{"seen": {"1"}}), http.StatusSeeOther)
	if now, err := s.Main.Invoices.TaxesBack(t.Context(), d.CustomerID); err != nil || len(now) != 1 {
		t.Error("credited unseen:", now, err)
	}
	owner.expect(owner.press(customer+"/exemption", "/exemption", nil), http.StatusSeeOther)
	owner.expect(owner.send(customer+"/exemption", url.Values{"seen": {strconv.FormatInt(back[0].Taxes.Cents, 10)}}), http.StatusSeeOther) // the same form again
	if after, err := s.Main.Invoices.Get(t.Context(), id); err != nil || after.Credited != d.Credited+back[0].Taxes.Cents {
		t.Errorf("%d credited, of %d before: %v", after.Credited, d.Credited, err)
	}
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "customer", ObjectID: strconv.FormatInt(d.CustomerID, 10)})
	if err != nil || len(events) == 0 || events[0].Action != "taxes credited" || events[0].Actor != "billing@demo.example" {
		t.Errorf("%+v %v", events, err)
	}
	s.paidAheadWithTaxes(t, owner)
	s.creditedByHalf(t, owner)
	if err := s.Main.Invoices.Audit(t.Context(), func(what string) { t.Error(what) }); err != nil {
		t.Error(err)
	}
	verifyBooks(t, s.Main)
}

// paidAheadWithTaxes: the taxes of what was paid beforehand are shown and credited on the same page, once.
func (s *Stage) paidAheadWithTaxes(t *testing.T, owner *colleague) {
	t.Helper()
	ctx := t.Context()
	if err := s.seedLines(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.seedLine(ctx, "Pays Ahead", "0711 200 097", "home-10", "paysahead", customers.Person, 1, 0, 2_500); err != nil {
		t.Fatal(err)
	}
	c := s.exemptAt(t, "0711 200 097", "KRA/EXM/2")
	paid, err := s.Main.Lines.TaxesPaid(ctx, c.ID)
	if err != nil || len(paid) != 1 || paid[0].ByHand {
		t.Fatal(paid, err)
	}
	page := "/office/customers/" + number(c.ID) + "/exemption"
	before, err := s.Main.Accounts.Balances(ctx, []int64{c.ID})
	if err != nil {
		t.Fatal(err)
	}
	owner.expect(owner.ask("GET", page, nil), http.StatusOK, "KRA/EXM/2", "Paid beforehand", paid[0].Taxes.String(), "Credit the taxes")
	owner.expect(owner.press(page, "/exemption", nil), http.StatusSeeOther)
	owner.expect(owner.send(page, url.Values{"seen": {"0"}, "seen_paid": {strconv.FormatInt(paid[0].Taxes.Cents, 10)}}), http.StatusSeeOther) // the same form again
	after, err := s.Main.Accounts.Balances(ctx, []int64{c.ID})
	if left, e := s.Main.Lines.TaxesPaid(ctx, c.ID); err != nil || e != nil || len(left) != 0 || after[c.ID].Cents != before[c.ID].Cents+paid[0].Taxes.Cents {
		t.Error(before, after, left, err, e)
	}
}

// exemptAt is the customer of a phone, who pays for their lines and has a certificate then.
func (s *Stage) exemptAt(t *testing.T, phone, certificate string) customers.Customer {
	t.Helper()
	c := s.named(t, phone)
	if err := s.Main.Accounts.Spend(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		c, err := s.Main.Customers.GetTx(tx, c.ID)
		if err != nil {
			return err
		}
		c.TaxExempt, c.ExemptCertificate = true, certificate
		_, err = s.Main.Customers.Save(tx, c, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// creditedByHalf: who presses again, because the program died when the bills were credited and what was paid beforehand was not, is shown the rest, and credits it once.
func (s *Stage) creditedByHalf(t *testing.T, owner *colleague) {
	t.Helper()
	ctx := t.Context()
	if err := s.seedLine(ctx, "Pays Both", "0711 200 098", "home-10", "paysboth", customers.Person, 1, 0, 2_500); err != nil {
		t.Fatal(err)
	}
	c := s.named(t, "0711 200 098")
	if err := s.Main.Accounts.Spend(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	d, err := s.Main.Invoices.Write(ctx, invoices.NewDocument{Request: "half", Kind: invoices.Invoice, CustomerID: c.ID, Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.Shillings(1_160), Inclusive: true}}}, invoices.By{Actor: "test"})
	if err == nil {
		_, err = s.Main.Invoices.IssueOne(ctx, d.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.exemptAt(t, "0711 200 098", "KRA/EXM/3")
	back, e1 := s.Main.Invoices.TaxesBack(ctx, c.ID)
	paid, e2 := s.Main.Lines.TaxesPaid(ctx, c.ID)
	if e1 != nil || e2 != nil || len(back) != 1 || len(paid) != 1 {
		t.Fatal(back, paid, e1, e2)
	}
	if _, err := s.Main.Invoices.CreditTaxes(ctx, c.ID, back[0].Taxes, invoices.By{Actor: "test"}); err != nil { // and there it died
		t.Fatal(err)
	}
	page := "/office/customers/" + number(c.ID) + "/exemption"
	form := url.Values{"seen": {strconv.FormatInt(back[0].Taxes.Cents, 10)}, "seen_paid": {strconv.FormatInt(paid[0].Taxes.Cents, 10)}}
	if again := owner.send(page, form); again.status != http.StatusSeeOther || again.location != page {
		t.Errorf("%d, led to %s", again.status, again.location)
	}
	owner.expect(owner.ask("GET", page, nil), http.StatusOK, paid[0].Taxes.String(), "Credit the taxes")
	owner.expect(owner.press(page, "/exemption", nil), http.StatusSeeOther)
	owner.expect(owner.send(page, form), http.StatusSeeOther)
	back, e1 = s.Main.Invoices.TaxesBack(ctx, c.ID)
	paid, e2 = s.Main.Lines.TaxesPaid(ctx, c.ID)
	if e1 != nil || e2 != nil || len(back)+len(paid) != 0 {
		t.Error(back, paid, e1, e2)
	}
}
