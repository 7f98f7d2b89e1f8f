package app

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// invoiced makes a customer with an invoice that waits, one that is part paid and part credited, taxes, and steps against late payers.
func (s *Stage) invoiced(t *testing.T) (invoice, tax int64) {
	t.Helper()
	ctx, m := t.Context(), s.Main
	by := invoices.By{Actor: "test"}
	for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: clock.Date(2021, 1, 1), On: []taxes.Supply{taxes.Internet, taxes.Equipment, taxes.Labour}, Note: "VAT Act, Cap 476, s. 5(2)(b)"},
		{Kind: taxes.Excise, Share: 1500, From: clock.Date(2023, 7, 1), On: []taxes.Supply{taxes.Internet}, Note: "Excise Duty Act 2015, First Schedule, Part II"}} {
		saved, err := m.Taxes.Save(ctx, r, taxes.By{Actor: "test"})
		if err != nil {
			t.Fatal(err)
		}
		tax = saved.ID
	}
	var c customers.Customer
	err := m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		c, err = m.Customers.Create(tx, customers.Customer{Name: "Baraka Academy", Kind: customers.Business, PurchaseOrder: "LPO 2231"}, nil, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := []invoices.NewLine{{Name: "Office 50", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(13_340), Inclusive: true}, {Name: "Router hAP ax²", Supply: taxes.Equipment, Quantity: 2, Amount: money.Shillings(11_600), Inclusive: true}}
	var made []invoices.Document
	for n, review := range []bool{false, true} {
		d, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: []string{"one", "two"}[n], Kind: invoices.Invoice, CustomerID: c.ID, Lines: lines, Review: review}, by)
		if err == nil && !review {
			d, err = m.Invoices.IssueOne(ctx, d.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, d)
	}
	if _, err := m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: "cash", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(10_000)}, accounts.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	if err := m.Accounts.Spend(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Invoices.Credit(ctx, invoices.CreditNote{Request: "note", InvoiceID: made[0].ID, Amount: money.Shillings(1_000), Why: "two days without internet"}, by); err != nil {
		t.Fatal(err)
	}
	if err := m.Invoices.SaveSteps(ctx, "", []invoices.Step{{After: -3, Action: invoices.Remind}, {After: 7, Action: invoices.Garden}}, by); err != nil {
		t.Fatal(err)
	}
	return made[0].ID, tax
}

// TestInvoicesThroughTheConsole: a clerk looks at a draft, issues it, credits it, writes it off, and keeps taxes and steps; what is wrong is said, and what was typed stays.
func TestInvoicesThroughTheConsole(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { invoiceStory(t, stageOn(t, dialect, 1)) })
	}
}

func invoiceStory(t *testing.T, s *Stage) {
	id, tax := s.invoiced(t)
	owner := s.hire(t, "billing@demo.example", nil, "owner")
	at := "/office/invoices/" + strconv.FormatInt(id, 10)
	owner.expect(owner.ask("GET", at, nil), http.StatusOK, "Baraka Academy", "LPO 2231", "Office 50", "KES 13,340 each", "Part paid", "KES 25,540", "CN-", "two days without internet", "Pro forma")
	owner.expect(owner.ask("GET", "/office/invoices?state=review", nil), http.StatusOK, "Without a number", "To be looked at")
	waiting := regexp.MustCompile(`/office/invoices/([0-9]+)"`).FindStringSubmatch(owner.ask("GET", "/office/invoices?state=review", nil).body)
	if waiting == nil {
		t.Fatal("no draft waits")
	}
	draft := "/office/invoices/" + waiting[1]
	owner.expect(owner.send(draft+"/approve", url.Values{"order": {"LPO 9"}}), http.StatusSeeOther)
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "LPO 9", "Open", "<p>Nothing yet.</p>") // a sentence, not what a machine said
	owner.expect(owner.send(draft+"/drop", url.Values{"reason": {"late"}}), http.StatusConflict, "Somebody else has changed this")
	note := url.Values{"once": {"c1"}, "amount": {"99,000"}, "reason": {"wrong price"}}
	owner.expect(owner.send(draft+"/credit", note), http.StatusBadRequest, "at most KES 36,540", "wrong price")
	note.Set("amount", "500")
	owner.expect(owner.send(draft+"/credit", note), http.StatusSeeOther)
	owner.expect(owner.send(draft+"/credit", note), http.StatusSeeOther) // the same form again
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "KES 36,040")
	owner.expect(owner.send(draft+"/control", url.Values{"control": {" "}}), http.StatusBadRequest, "Write the control number")
	owner.expect(owner.send(draft+"/control", url.Values{"control": {"KRAMW0001"}, "qr": {"https://etims.example/q"}}), http.StatusSeeOther)
	if page := owner.ask("GET", draft, nil).body; !strings.Contains(page, "KRAMW0001") || strings.Contains(page, "Pro forma") {
		t.Error("a document with a control number is called a pro forma")
	}
	owner.expect(owner.send(draft+"/control", url.Values{"control": {"KRAMW0002"}}), http.StatusConflict, "has the control number KRAMW0001 already")
	owner.expect(owner.ask("GET", draft+"/control", nil), http.StatusOK, "Correct the control number", `name="seen" value="KRAMW0001"`, "Only where it was entered wrongly")
	owner.expect(owner.send(draft+"/control", url.Values{"control": {"KRAMW0002"}, "seen": {"KRAMW0001"}}), http.StatusBadRequest, "Write down why")
	owner.expect(owner.send(draft+"/control", url.Values{"control": {"KRAMW0002"}, "seen": {"KRAMW0001"}, "reason": {"a slip"}}), http.StatusSeeOther)
	owner.expect(owner.send(draft+"/control", url.Values{"control": {"KRAMW0003"}, "seen": {"KRAMW0001"}, "reason": {"a slip"}}), http.StatusConflict, "is KRAMW0002 by now")
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "KRAMW0002")
	owner.expect(owner.ask("GET", "/office/audit", nil), http.StatusOK, "control number corrected")
	owner.expect(owner.ask("GET", "/office/ageing", nil), http.StatusOK, "Everybody", "Baraka Academy", "KES 61,580")
	owner.expect(owner.send(draft+"/writeoff", url.Values{"reason": {""}}), http.StatusBadRequest, "Write down why")
	owner.expect(owner.send(draft+"/writeoff", url.Values{"reason": {"closed down"}}), http.StatusSeeOther)
	owner.expect(owner.ask("GET", draft, nil), http.StatusOK, "Written off", "closed down")
	taxStory(owner, tax)
	offersSteps(t, s, owner)
	if err := s.Main.Invoices.Audit(t.Context(), func(what string) { t.Error(what) }); err != nil {
		t.Error(err)
	}
	cashier := s.hire(t, "till@demo.example", nil, "cashier")
	cashier.expect(cashier.ask("GET", "/office/taxes", nil), http.StatusForbidden)
	cashier.expect(cashier.send(at+"/credit", note), http.StatusForbidden)
}

// offersSteps: who has no steps is offered the usual ones, with what they do; one press saves them, and nothing is done before.
func offersSteps(t *testing.T, s *Stage, owner *colleague) {
	t.Helper()
	if err := s.Main.Invoices.SaveSteps(t.Context(), "", nil, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	owner.expect(owner.ask("GET", "/office/dunning", nil), http.StatusOK, "Use the usual steps", "Nothing happens until you agree", "3 days before the due day", "30 days after it", "Write your own steps")
	owner.expect(owner.ask("GET", "/office/dunning?own=1", nil), http.StatusOK, "Step 1")
	if steps, err := s.Main.Invoices.Steps(t.Context()); err != nil || slices.ContainsFunc(steps, func(st invoices.Step) bool { return st.Segment == "" }) {
		t.Errorf("looking saved %v: %v", steps, err)
	}
	owner.expect(owner.press("/office/dunning", "/office/dunning", nil), http.StatusSeeOther)
	steps, err := s.Main.Invoices.Steps(t.Context())
	if steps = slices.DeleteFunc(steps, func(st invoices.Step) bool { return st.Segment != "" }); err != nil || !slices.Equal(steps, invoices.UsualSteps) {
		t.Errorf("one press saved %v: %v", steps, err)
	}
	owner.expect(owner.ask("GET", "/office/dunning", nil), http.StatusOK, "Step 6", `value="30"`)
}

func taxStory(owner *colleague, tax int64) {
	owner.t.Helper()
	owner.expect(owner.ask("GET", "/office/taxes", nil), http.StatusOK, "16 %", "15 %", "In force", "Equipment")
	fields := url.Values{"kind": {"vat"}, "share": {"14"}, "from": {"2027-01-01"}, "until": {""}, "on": {"internet"}, "note": {"Finance Act 2026"}}
	owner.expect(owner.send("/office/taxes/new", fields), http.StatusConflict, "Another rate of this tax", "Finance Act 2026")
	fields.Set("kind", "excise")
	fields.Set("share", "lots")
	owner.expect(owner.send("/office/taxes/new", fields), http.StatusBadRequest, "A rate is a per cent")
	at := "/office/taxes/" + strconv.FormatInt(tax, 10)
	owner.expect(owner.send(at+"/edit", url.Values{"kind": {"excise"}, "share": {"15"}, "from": {"2023-07-01"}, "until": {"2026-12-31"}, "on": {"internet"}, "note": {"Finance Act 2023"}}), http.StatusSeeOther)
	fields.Set("share", "12.5")
	owner.expect(owner.send("/office/taxes/new", fields), http.StatusSeeOther)
	owner.expect(owner.ask("GET", "/office/taxes", nil), http.StatusOK, "12.5 %", "31.12.2026", "01.01.2027", "Finance Act 2026")
	owner.expect(owner.send(at+"/remove", nil), http.StatusSeeOther)
	owner.expect(owner.send("/office/dunning", url.Values{"rows": {"2"}, "action0": {"fee"}, "day0": {"five"}, "fee0": {"200"}}), http.StatusBadRequest, "Days are a number", "five")
	owner.expect(owner.send("/office/dunning?segment=business", url.Values{"rows": {"2"}, "action0": {"fee"}, "day0": {"5"}, "fee0": {"200"}, "action1": {"suspend"}, "day1": {"30"}}), http.StatusSeeOther)
	owner.expect(owner.ask("GET", "/office/dunning?segment=business", nil), http.StatusOK, "Late payers: Businesses", `value="200"`, `value="30"`)
}
