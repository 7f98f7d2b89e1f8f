package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/pin"
)

// subscriber makes a customer and a browser that is signed in as them.
func (s *Stage) subscriber(t *testing.T, name, phone string) (customers.Customer, *kiosk) {
	t.Helper()
	var c customers.Customer
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		c, err = s.Main.Customers.Create(tx, customers.Customer{Name: name, SiteID: s.seeded.sites["kasarani"].ID}, []customers.Contact{{Kind: customers.ByPhone, Value: phone}}, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, s.signsIn(t, c)
}

// codeOf is a code for a customer, as it comes by SMS.
func (s *Stage) codeOf(t *testing.T, c customers.Customer) (code string) {
	t.Helper()
	err := s.Main.PINs.SendCode(t.Context(), pin.Owner{Kind: "customer", ID: c.ID}, c.Number, func(_ *db.Tx, made string) error { code = made; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// signsIn is a browser that is signed in as a customer.
func (s *Stage) signsIn(t *testing.T, c customers.Customer) *kiosk {
	t.Helper()
	k := s.kiosk(t)
	k.sends("/my/code?l=en", "/my/code", url.Values{"who": {c.Number}, "code": {s.codeOf(t, c)}}, "Hello, "+c.Name, customers.Grouped(c.Number))
	return k
}

// subscribed is one of the demo's homes, signed in.
func (s *Stage) subscribed(t *testing.T, phone string) (customers.Customer, subscriptions.Subscription, *kiosk) {
	t.Helper()
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Main.Customers.FindNow(t.Context(), phone)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Main.Lines.Of(t.Context(), c.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return c, all[0], s.signsIn(t, c)
}

// owes writes a customer a bill of 1,500 shillings.
func (s *Stage) owes(t *testing.T, c customers.Customer) invoices.Document {
	t.Helper()
	d, err := s.Main.Invoices.Write(t.Context(), invoices.NewDocument{Request: "visit" + number(s.Main.DB.ID()), Kind: invoices.Invoice, CustomerID: c.ID,
		Lines: []invoices.NewLine{{Name: "Visit", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(1500)}}}, invoices.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if d, err = s.Main.Invoices.IssueOne(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestACustomerLooksAfterHerself: she signs in and sees her bills, in both languages; a stranger's bill is answered like one that does not exist; the answer to
// who asks for a code is the same whether or not there is such a customer; a form without our stamp does nothing.
func TestACustomerLooksAfterHerself(t *testing.T) {
	s := openStage(t, 1)
	mine, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	_, other := s.subscriber(t, "Otieno", "0712345002")
	d := s.owes(t, mine)
	page := me.opens("/my", d.Text(), "to pay", "/my/bill/"+number(d.ID))
	if len(page) > 14<<10 || strings.Contains(page, "<script") {
		t.Errorf("a page of %d octets, or with a script", len(page))
	}
	me.opens("/my?l=sw", "Bili zangu", "Unadaiwa")
	spelled := func(d clock.Day) string {
		y, m, n := d.Date()
		return time.Date(y, m, n, 0, 0, 0, 0, time.UTC).Format("2 Jan 2006")
	}
	me.opens("/my/owe?l=en", "to be paid by "+spelled(d.DueDay))
	me.opens("/my/papers", spelled(d.Day))
	if page := other.opens("/my/bill/" + number(d.ID)); page != other.opens("/my/bill/1") || strings.Contains(page, d.Text()) {
		t.Error("another's bill:", page)
	}
	if page := other.opens("/my"); strings.Contains(page, d.Text()) {
		t.Error("another's bills")
	}
	stranger := s.kiosk(t)
	for _, path := range []string{"/my", "/my/bill/" + number(d.ID)} {
		stranger.opens(path, "/my/in", `name="who"`)
	}
	for _, who := range []string{"", "  ", strings.Repeat("7", 41)} {
		stranger.sends("/my/in?l=en", "/my/in", url.Values{"who": {who}}, "for example 0712 345 678")
	}
	stamp := regexp.MustCompile(`name="k" value="[^"]*"`)
	known := stranger.sends("/my/in?l=en", "/my/in", url.Values{"who": {mine.Number}}, "Type the code")
	unknown := stranger.sends("/my/in", "/my/in", url.Values{"who": {"9999999"}}, "Type the code")
	if stamp.ReplaceAllString(strings.ReplaceAll(known, mine.Number, "#"), "") != stamp.ReplaceAllString(strings.ReplaceAll(unknown, "9999999", "#"), "") {
		t.Error("the answer tells who is a customer")
	}
	answer, err := me.client.PostForm(me.base+"/my/out", url.Values{"k": {"00"}})
	if err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Error(answer, err)
	}
	_ = answer.Body.Close()
	me.opens("/my", d.Text())
	me.sends("/my", "/my/out", url.Values{}, `name="who"`)
	me.opens("/my", `name="who"`)
}
