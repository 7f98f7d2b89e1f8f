package papers

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &paperRow{}, &brandRow{}, &backRow{}) })
}

// TestAnInvoiceReachesItsCustomer: who is billed gets the PDF by e-mail and an SMS with amount, day, paybill, account and link, each once, in their
// language; the second invoice says what was owed before and what was paid since; both files say what the documents say.
func TestAnInvoiceReachesItsCustomer(t *testing.T) {
	each(t, func(w *world) {
		w.tax(taxes.Excise, 1500)
		w.tax(taxes.VAT, 1600)
		c := w.customer(words.English)
		first := w.issue("a", c.ID, 1000)
		w.idle()
		mails, texts := w.got(herMail), w.got(herPhone)
		if len(mails) != 1 || len(texts) != 1 {
			w.Fatalf("%d e-mails and %d SMS", len(mails), len(texts))
		}
		p, err := w.OfDocument(w.ctx, first.ID)
		if err != nil {
			w.Fatal(err)
		}
		if want := "Baraka Wi-Fi: invoice INV-2026-000001. Pay KES 1,334 by 10 Dec 2026: Pay Bill 247365, account " + c.Number + ". " + p.Address(); texts[0].Text != want || texts[0].From != "BARAKA" {
			w.Errorf("the SMS from %s says\n%s\nwant\n%s", texts[0].From, texts[0].Text, want)
		}
		if notify.Measure(texts[0].Text).Parts > 2 {
			w.Errorf("an SMS of %+v", notify.Measure(texts[0].Text))
		}
		if mails[0].Subject != "Baraka Wi-Fi: invoice INV-2026-000001, KES 1,334" || mails[0].Header["Reply-To"][0] != `"Baraka Wi-Fi" <help@baraka.co.ke>` || !strings.Contains(mails[0].HTML, "#0b6e4f") {
			w.Errorf("%q %v", mails[0].Subject, mails[0].Header)
		}
		for _, want := range []string{"KES 1,334", "10 Dec 2026", "247365", c.Number, p.Address()} {
			if !strings.Contains(mails[0].Text, want) || !strings.Contains(mails[0].HTML, want) {
				w.Errorf("the e-mail lacks %q:\n%s", want, mails[0].Text)
			}
		}
		w.reads(w.attached(mails[0]), "INV-2026-000001", "Baraka Networks Ltd", "KRA PIN P051234567X", "Wanjirũ Mũgo", "Your order PO-77", "Account number "+c.Number, "Excise duty 15% on 1,000.00 150.00",
			"VAT 16% on 1,150.00 184.00", "Total KES 1,334.00", "Owed before 0.00", "Amount due KES 1,334.00", "Business number 247365")

		w.clock.Advance(time.Hour)
		if _, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "cash", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(1000)}, accounts.By{Actor: "cashier"}); err != nil {
			w.Fatal(err)
		}
		w.idle()
		w.clock.Advance(time.Hour)
		second := w.issue("b", c.ID, 2000)
		w.idle()
		p, err = w.OfDocument(w.ctx, second.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.reads(w.file(p), "Total KES 2,668.00", "Owed before 1,334.00", "Paid 26 Nov 2026, Cash -1,000.00", "Amount due KES 3,002.00")
		if mails = w.got(herMail); len(mails) != 3 || mails[1].Subject != "Baraka Wi-Fi: receipt for KES 1,000" { // the receipt goes by e-mail alone
			w.Errorf("%d e-mails: %+v", len(mails), mails[1].Subject)
		}
		w.reads(w.attached(mails[1]), "Receipt", "RC-"+c.Number+"-1", "KES 1,000.00", "Paid by Cash", "Still owed KES 334.00")
		if _, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "rest", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(334)}, accounts.By{Actor: "cashier"}); err != nil {
			w.Fatal(err)
		}
		w.idle()
		if v, err := w.View(w.ctx, p); err != nil || !strings.Contains(v.Pay, "2,668") { // what was owed before is paid since
			w.Errorf("%q %v", v.Pay, err)
		}
		if sent, err := w.SentOf(w.ctx, first.ID); err != nil || len(sent) != 2 || sent[0].State == notify.Failed || sent[1].State == notify.Failed {
			w.Errorf("%+v %v", sent, err)
		}
	})
}

// TestAPaperStaysAsItWas: a new name, brand, colour and address change no paper that was made; the authority's control number does.
func TestAPaperStaysAsItWas(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.Swahili)
		d := w.issue("a", c.ID, 1000)
		w.idle()
		p, err := w.OfDocument(w.ctx, d.ID)
		if err != nil {
			w.Fatal(err)
		}
		before := w.file(p)
		w.reads(before, "Ankara pro forma", "Jumla KES 1,000.00")
		w.tx(func(tx *db.Tx) error {
			b := w.brand
			b.Name, b.Accent = "Another", "#aa0000"
			if _, err := w.sites.SaveBrand(tx, b); err != nil {
				return err
			}
			c.Name = "Somebody Else"
			_, err := w.Customers.KeepTx(tx, customers.Profile{Customer: c, Contacts: []customers.Contact{{Kind: customers.ByEmail, Value: "other@example.com", ForBills: true}}}, customers.By{Actor: "clerk"})
			return err
		})
		w.setting(settings.PaperPIN, "P000000000Z")
		w.setting(settings.InvoiceProForma, settings.LabelInvoice)
		w.clock.Advance(24 * time.Hour)
		again, err := w.OfDocument(w.ctx, d.ID)
		if err != nil || again.ID != p.ID || !bytes.Equal(w.file(again), before) || !bytes.Equal(w.attached(w.got(herMail)[0]), before) {
			w.Errorf("the paper changed: %v %v", again, err)
		}
		if err := w.Invoices.SetControl(w.ctx, d.ID, "KRACU01/218", "https://etims.example/x", invoices.By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
		w.reads(w.file(again), "KRACU01/218", "Ankara ya kodi")
		named := w.issue("b", c.ID, 500)
		other, err := w.OfDocument(w.ctx, named.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.reads(w.file(other), "Ankara", "Si ankara ya kodi", "P000000000Z", "Somebody Else", "Another")
	})
}

// TestEachKindOfPaper: credit note, pro forma, receipts of the rail and of the portal, statement, and how each goes.
func TestEachKindOfPaper(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.English)
		d := w.issue("a", c.ID, 1000)
		w.settle()
		note, err := w.Invoices.Credit(w.ctx, invoices.CreditNote{Request: "n", InvoiceID: d.ID, Amount: money.Shillings(300), Why: "outage of 3 November"}, invoices.By{Actor: "clerk"})
		if err != nil {
			w.Fatal(err)
		}
		w.settle()
		w.write("pf", invoices.ProForma, c.ID, 5000)
		w.settle()
		w.tills.receipts[77] = billing.Receipt{ID: 77, Number: "UKQ8P1Z7RT", Payer: herPhone}
		w.tx(func(tx *db.Tx) error {
			_, _, err := w.Accounts.TakeMoney(tx, c.ID, money.Shillings(700), 77)
			return err
		})
		w.tills.orders[5] = billing.Order{ID: 5, SiteID: w.site.ID, Code: "7KD2M9QXA", PlanNameEN: "1 day", Price: money.Shillings(50), Phone: herPhone, PaidAt: w.clock.Now()}
		w.tills.orders[6] = billing.Order{ID: 6, SiteID: w.site.ID, Code: "7KD2M9QXB", PlanNameEN: "1 day", Price: money.Shillings(50), Phone: "254799999999", PaidAt: w.clock.Now()}
		w.tx(func(tx *db.Tx) error {
			for id := range w.tills.orders {
				if err := w.Jobs.Emit(tx, billing.FactServed, idText(id), billing.OrderFact{OrderID: id}); err != nil {
					return err
				}
			}
			return nil
		})
		w.settle()
		bySubject := map[string][]byte{}
		for _, m := range w.got(herMail) {
			bySubject[m.Subject] = w.attached(m)
		}
		if len(bySubject) != 5 {
			w.Errorf("%d kinds of e-mail", len(bySubject))
		}
		w.reads(bySubject["Baraka Wi-Fi: credit note "+note.Text()+", KES 300"], "Credit note, pro forma", note.Text(), "Corrects invoice "+d.Text(), "outage of 3 November", "Amount credited KES 300.00", "Amount due KES 700.00")
		w.reads(bySubject["Baraka Wi-Fi: pro forma PF-2026-000001, KES 5,000"], "Pro forma invoice", "KES 5,000.00")
		w.reads(bySubject["Baraka Wi-Fi: receipt for KES 700"], "UKQ8P1Z7RT", "M-Pesa", "KES 700.00")
		w.reads(bySubject["Baraka Wi-Fi: receipt for KES 50"], "RC-7KD2M9QXA", "1 day", "SAB1C2D3E4", "KES 50.00")
		today := clock.DayOf(w.clock.Now())
		p, err := w.MakeStatement(w.ctx, c.ID, today-30, today)
		if err != nil {
			w.Fatal(err)
		}
		again, err := w.MakeStatement(w.ctx, c.ID, today-30, today)
		if err != nil || again.ID != p.ID || again.Address() != p.Address() {
			w.Errorf("asked for twice, it is made twice: %d and %d %v", p.ID, again.ID, err)
		}
		if other, err := w.MakeStatement(w.ctx, c.ID, today-29, today); err != nil || other.ID == p.ID {
			w.Error("other days are the same statement", err)
		}
		w.reads(w.file(p), "Statement", "Invoice · "+d.Text()+" 1,000.00 1,000.00", "Credit note · "+note.Text()+" 300.00 700.00", "Balance on 26 Nov 2026")
		_, loose, err := w.StatementFile(w.ctx, c.ID, today-30, today)
		if err != nil || len(loose) == 0 {
			w.Error(err)
		}
		if _, err := w.MakeStatement(w.ctx, c.ID, today, today-1); fault.KeyOf(err) != "invoice.days" {
			w.Error(err)
		}
	})
}

// TestWhoGetsWhat: contacts that are not for bills get nothing, settings choose the ways, and a channel that nobody carries is left out.
func TestWhoGetsWhat(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	const otherMail, otherPhone = "accounts@example.co.ke", "254733000222"
	c := w.customer(words.English, customers.Contact{Kind: customers.ByPhone, Value: herPhone, ForAlerts: true}, customers.Contact{Kind: customers.ByEmail, Value: herMail},
		customers.Contact{Kind: customers.ByEmail, Value: otherMail, ForBills: true, Person: "Accounts"}, customers.Contact{Kind: customers.ByPhone, Value: otherPhone, ForBills: true})
	phoneOnly := w.customer(words.English, customers.Contact{Kind: customers.ByPhone, Value: "254733000333", ForBills: true})
	n := int64(0)
	want := func(ways string, mails, texts, others int) {
		w.Helper()
		w.setting(settings.PaperInvoice, ways)
		n++
		w.issue("a"+idText(n), c.ID, 100)
		w.issue("b"+idText(n), phoneOnly.ID, 100)
		w.clock.Advance(time.Second)
		w.idle()
		if m, s, o := len(w.got(otherMail)), len(w.got(otherPhone)), len(w.got("254733000333")); m != mails || s != texts || o != others {
			w.Errorf("%s: %d e-mails, %d and %d SMS, want %d, %d and %d", ways, m, s, o, mails, texts, others)
		}
	}
	want(settings.ByNone, 0, 0, 0)
	want(settings.ByBoth, 1, 1, 1)
	want(settings.ByEmail, 2, 1, 1)
	want(settings.BySMS, 2, 2, 2)
	want(settings.ByEither, 3, 2, 3)
	if len(w.got(herMail))+len(w.got(herPhone)) != 0 {
		w.Error("a contact that is not for bills got one")
	}
	w.tx(func(tx *db.Tx) error {
		return tx.Gorm().Exec("DELETE FROM message_carriers WHERE channel = 'email'").Error
	})
	want(settings.ByEither, 3, 3, 4)
	nobody := w.customer(words.English, customers.Contact{Kind: customers.ByPhone, Value: "254733000444"})
	d := w.issue("nobody", nobody.ID, 100)
	p, err := w.OfDocument(w.ctx, d.ID)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.SendAgain(w.ctx, p, By{Actor: "clerk"}); fault.KeyOf(err) != "paper.nobody" {
		w.Error(err)
	}
}

// TestTheSameInvoiceIsToldOnce: its job is run by eight at once and again after, as after a crash at any step; there is one paper and one message an address.
// Who asks for another sending gets one more.
func TestTheSameInvoiceIsToldOnce(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.English)
		d := w.issue("a", c.ID, 1000)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				payload := fmt.Appendf(nil, `{"InvoiceID":%d,"CustomerID":%d}`, d.ID, c.ID)
				if err := w.issued(w.ctx, jobs.Job{Fact: invoices.FactIssued, Key: idText(d.ID), Payload: payload}); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.idle()
		var papers int64
		if err := w.DB.Read(w.ctx).Model(&paperRow{}).Count(&papers).Error; err != nil || papers != 1 || len(w.got(herMail)) != 1 || len(w.got(herPhone)) != 1 {
			w.Errorf("%d papers, %d e-mails, %d SMS: %v", papers, len(w.got(herMail)), len(w.got(herPhone)), err)
		}
		p, err := w.OfDocument(w.ctx, d.ID)
		if err != nil {
			w.Fatal(err)
		}
		for range 2 { // a double tap
			if n, err := w.SendAgain(w.ctx, p, By{Actor: "clerk"}); n != 2 || err != nil {
				w.Error(n, err)
			}
		}
		w.idle()
		if sent, err := w.Sent(w.ctx, p); err != nil || len(sent) != 4 || len(w.got(herMail)) != 2 || w.got(herMail)[0].ID == w.got(herMail)[1].ID {
			w.Errorf("%+v %v", sent, err)
		}
	})
}

// TestARunIsPaced: of forty invoices at sixty a minute one goes each second, and a receipt waits for none of them.
func TestARunIsPaced(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	w.setting(settings.PaperPerMinute, "60")
	w.setting(settings.PaperInvoice, settings.ByEmail)
	c := w.customer(words.English)
	for n := range 40 {
		if _, err := w.Invoices.Write(w.ctx, invoices.NewDocument{Request: idText(int64(n)), Kind: invoices.Invoice, CustomerID: c.ID,
			Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(10)}}}, invoices.By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
	}
	if done, err := w.Invoices.Issue(w.ctx); err != nil || done.Issued != 40 {
		w.Fatal(done, err)
	}
	if _, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "cash", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(5)}, accounts.By{Actor: "cashier"}); err != nil {
		w.Fatal(err)
	}
	w.idle()
	if n := len(w.got(herMail)); n != 2 { // the first invoice, and the receipt
		w.Errorf("%d e-mails at once", n)
	}
	w.clock.Advance(19 * time.Second)
	w.idle()
	if n := len(w.got(herMail)); n != 21 {
		w.Errorf("%d e-mails after 19 seconds", n)
	}
	w.clock.Advance(time.Minute)
	w.idle()
	if n := len(w.got(herMail)); n != 41 {
		w.Errorf("%d e-mails in all", n)
	}
}

// TestALinkOpensOnePaperForItsTime: a link opens its paper until its day, sending again gives it its time anew, and no other string opens anything.
func TestALinkOpensOnePaperForItsTime(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.English)
		d := w.issue("a", c.ID, 1000)
		w.idle()
		p, err := w.OfDocument(w.ctx, d.ID)
		if err != nil {
			w.Fatal(err)
		}
		secret := strings.TrimPrefix(p.Address(), "https://wifi.baraka.co.ke/d/")
		opens := func(secret string, want bool) {
			w.Helper()
			got, err := w.ByLink(w.ctx, secret)
			if want && (err != nil || got.ID != p.ID) || !want && fault.KeyOf(err) != "paper.link" {
				w.Errorf("%q: %v %v", secret, got.ID, err)
			}
		}
		opens(secret, true)
		for _, bad := range []string{"", "x", secret[:21], secret + "A", strings.ToUpper(secret), strings.Repeat("A", 22), "../../etc/passwd", p.linkHash, secret[:21] + "!"} {
			opens(bad, false)
		}
		v, err := w.View(w.ctx, p)
		if err != nil || v.Title != "Invoice INV-2026-000001" || !strings.Contains(v.Pay, "247365") || len(v.Lines) != 1 || v.Note != "" {
			w.Errorf("%+v %v", v, err)
		}
		if _, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "cash", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(1000)}, accounts.By{Actor: "cashier"}); err != nil {
			w.Fatal(err)
		}
		w.idle()
		if v, err = w.View(w.ctx, p); err != nil || v.Pay != "" || v.Note != "Paid. Thank you." {
			w.Errorf("a paid one asks for money: %+v %v", v, err)
		}
		w.clock.Advance(59 * 24 * time.Hour)
		opens(secret, true)
		if _, err := w.SendAgain(w.ctx, p, By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(59 * 24 * time.Hour)
		opens(secret, true)
		w.clock.Advance(24 * time.Hour)
		opens(secret, false)
	})
}

// TestRefusedMailIsSeen: what a mail server refuses for good stands with the document, with why.
func TestRefusedMailIsSeen(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	w.sim.SetFaults(messages.Faults{RefusedMail: true})
	c := w.customer(words.English)
	d := w.issue("a", c.ID, 1000)
	w.idle()
	sent, err := w.SentOf(w.ctx, d.ID)
	if err != nil || len(sent) != 2 {
		w.Fatal(sent, err)
	}
	for _, l := range sent {
		if l.Channel == notify.Email && (l.State != notify.Failed || l.Reason != "smtp_550") {
			w.Errorf("%+v", l)
		}
	}
}
