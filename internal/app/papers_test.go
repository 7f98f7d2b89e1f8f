package app

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// fetched is what an address answers to somebody who is not signed in.
func fetched(t *testing.T, method, address string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// billed makes a customer of the first site with a phone and a mailbox, and an invoice of theirs that is on its way to them.
func (s *Stage) billed(t *testing.T, l words.Lang) (customers.Customer, invoices.Document) {
	t.Helper()
	ctx, m := t.Context(), s.Main
	for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: clock.Date(2021, 1, 1), On: []taxes.Supply{taxes.Internet}, Note: "VAT Act"}, {Kind: taxes.Excise, Share: 1500, From: clock.Date(2023, 7, 1), On: []taxes.Supply{taxes.Internet}, Note: "Excise Duty Act"}} {
		if _, err := m.Taxes.Save(ctx, r, taxes.By{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	var c customers.Customer
	if err := m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		c, err = m.Customers.Create(tx, customers.Customer{Name: "Mwangaza Hardware Ltd", Kind: customers.Business, PIN: "P051384490M", SiteID: s.seeded.sites["kasarani"].ID, Lang: l},
			[]customers.Contact{{Kind: customers.ByPhone, Value: "0722 600 100", ForBills: true}, {Kind: customers.ByEmail, Value: "accounts@mwangaza.example", ForBills: true}}, customers.By{Actor: "test"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: "one", Kind: invoices.Invoice, CustomerID: c.ID, Lines: []invoices.NewLine{{Name: "Business 50 Mbps", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(10_000)}}}, invoices.By{Actor: "test"})
	if err == nil {
		d, err = m.Invoices.IssueOne(ctx, d.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

var linkShape = regexp.MustCompile(`http://\S+/d/[A-Za-z0-9_-]{22}`)

// TestAnInvoiceIsFetchedByItsLink is "must be shown" 4 of issue 6, to the customer's end: the link that came by SMS is opened by somebody who is not signed
// in, and the PDF behind it says the totals; it is the file that came by e-mail, that the console shows and that the command writes.
func TestAnInvoiceIsFetchedByItsLink(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { linkStory(t, stageOn(t, dialect, 1)) })
	}
}

func linkStory(t *testing.T, s *Stage) {
	s.atAnyHour(t)
	if err := s.seedPost(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, d := s.billed(t, words.English)
	until(t, 30*time.Second, "the invoice arrives by SMS and e-mail", func() bool {
		return len(s.Messages.Inbox("254722600100")) == 1 && len(s.Messages.Inbox("accounts@mwangaza.example")) == 1
	})
	link := linkShape.FindString(s.Messages.Inbox("254722600100")[0].Text)
	answer, page := fetched(t, "GET", link)
	for _, want := range []string{d.Text(), "KES 13,340", "174379", c.Number, "Business 50 Mbps", "Baraka"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if answer.StatusCode != http.StatusOK || len(page) > 14<<10 || bytes.Contains(page, []byte("<script")) || len(answer.Cookies()) > 0 || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %d octets, %v", answer.StatusCode, len(page), answer.Header)
	}
	answer, file := fetched(t, "GET", link+"/pdf")
	if answer.Header.Get("Content-Type") != "application/pdf" || answer.Header.Get("Content-Disposition") != `inline; filename="`+d.Text()+`.pdf"` {
		t.Error(answer.Header)
	}
	for _, want := range []string{d.Text(), "Mwangaza Hardware Ltd", "KRA PIN P051384490M", "KRA PIN P051234567X", "Excise duty 15% on 10,000.00 1,500.00", "VAT 16% on 11,500.00 1,840.00", "Total KES 13,340.00", "Amount due KES 13,340.00", "Account number " + c.Number} {
		if !strings.Contains(pdfText(t, file), want) {
			t.Errorf("the PDF lacks %q:\n%s", want, pdfText(t, file))
		}
	}
	mailed := s.Messages.Inbox("accounts@mwangaza.example")[0].Files
	if n := len(mailed) - 1; n < 0 || !bytes.Equal(mailed[n].Bytes, file) {
		t.Error("another file came by e-mail")
	}
	owner := s.hire(t, "papers@demo.example", nil, "owner")
	at := "/office/invoices/" + number(d.ID)
	if shown := owner.ask("GET", at+"/pdf", nil); shown.body != string(file) {
		t.Error("the console shows another file")
	}
	owner.expect(owner.ask("GET", at, nil), http.StatusOK, "a•••@mwangaza.example", "0722 ••• 100", "Sent", "Send again")
	owner.expect(owner.ask("GET", at+"/send", nil), http.StatusOK, "Send "+d.Text()+" again", "Mwangaza Hardware Ltd")
	owner.expect(owner.send(at+"/send", nil), http.StatusSeeOther)
	record := "/office/customers/" + number(c.ID)
	statement := owner.ask("GET", record+"/statement/pdf", nil)
	if text := pdfText(t, []byte(statement.body)); !strings.Contains(text, "Statement") || !strings.Contains(text, "Invoice · "+d.Text()+" 13,340.00 13,340.00") {
		t.Error(text)
	}
	owner.expect(owner.ask("GET", record+"/statement/pdf?from=nonsense", nil), http.StatusBadRequest)
	owner.expect(owner.send(record+"/statement/send", url.Values{"from": {"2026-01-02"}, "until": {"2025-01-01"}}), http.StatusBadRequest)
	owner.expect(owner.ask("GET", record+"/statement", nil), http.StatusOK, record+"/statement/pdf?from=", record+"/statement/send?from=")
	owner.expect(owner.send(record+"/statement/send", nil), http.StatusSeeOther)
	until(t, 30*time.Second, "the second sending and the statement arrive", func() bool { return len(s.Messages.Inbox("accounts@mwangaza.example")) == 3 })
	owner.expect(owner.ask("GET", record+"?tab=messages", nil), http.StatusOK, "Sent", "a•••@mwangaza.example")
	writtenByCommand(t, s, d.Text(), file)
	wrongLinks(t, s, link)
}

func writtenByCommand(t *testing.T, s *Stage, number string, file []byte) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "invoice.pdf")
	console := &console{Context: t.Context(), stdout: io.Discard}
	if err := (&billPDFCommand{Number: strings.ToLower(number), Out: out}).write(console, s.Main); err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile(out); err != nil || !bytes.Equal(written, file) {
		t.Errorf("the command writes another file: %v", err)
	}
	for _, none := range []string{"INV-1999-000001", "x", "RC-1-1", "INV-"} {
		if err := (&billPDFCommand{Number: none, Out: out}).write(console, s.Main); err == nil {
			t.Errorf("%s has a paper", none)
		}
	}
}

// wrongLinks get one answer, whatever is wrong with them, and slow their caller down; HEAD, which previews ask with, works as GET does.
func wrongLinks(t *testing.T, s *Stage, link string) {
	t.Helper()
	if answer, _ := fetched(t, "HEAD", link); answer.StatusCode != http.StatusOK {
		t.Errorf("HEAD answers %d", answer.StatusCode)
	}
	base := "http://" + s.Main.HTTPAddress() + "/d/"
	first := ""
	for _, bad := range []string{"AAAAAAAAAAAAAAAAAAAAAA", "x", strings.Repeat("A", 400), "AAAAAAAAAAAAAAAAAAAAAA/pdf", "%2e%2e%2f", link[len(link)-22:len(link)-1] + "-"} {
		answer, body := fetched(t, "GET", base+bad)
		if first == "" {
			first = string(body)
		}
		if answer.StatusCode != http.StatusNotFound || string(body) != first || !strings.Contains(first, "This link no longer opens anything") {
			t.Errorf("%s answers %d:\n%s", bad, answer.StatusCode, body)
		}
	}
	slowed := false
	for range 60 {
		answer, body := fetched(t, "GET", base+"AAAAAAAAAAAAAAAAAAAAAA")
		slowed = slowed || answer.StatusCode == http.StatusTooManyRequests && strings.Contains(string(body), "too often")
	}
	if !slowed {
		t.Error("sixty wrong links were all tried")
	}
}

var manyGaps = regexp.MustCompile(`\s+`)

func pdfText(t *testing.T, file []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %.100q", err, file)
	}
	return manyGaps.ReplaceAllString(string(said), " ")
}
