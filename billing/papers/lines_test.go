package papers

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/billrun"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/words"
	"mtandao/radius"
	"mtandao/radius/access"
)

// street is lines that are billed by the real run, and their papers.
type street struct {
	*world
	lines  *subscriptions.Service
	source *billrun.Source
}

// purse is customers' credit, as lines spend it.
type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, customerID, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, customerID, amount, accounts.Cause(c), from...)
	return err
}

func (w *world) street() *street {
	w.Helper()
	quiet := jobs.New(w.DB, w.clock, slog.New(slog.DiscardHandler)) // of what lines tell; nobody runs it
	sold := plans.New(w.DB, w.clock)
	s := &street{world: w, lines: subscriptions.New(subscriptions.Options{DB: w.DB, Clock: w.clock, Plans: sold, Access: access.New(w.DB, quiet, w.Keys, w.clock, w.sites), Ledger: ledger.New(w.DB, w.clock),
		Sites: w.sites, Settings: w.Settings, Customers: w.Customers, Credit: purse{w.Accounts}})}
	s.source = billrun.New(billrun.Options{DB: w.DB, Lines: s.lines, Plans: sold, Customers: w.Customers, Zone: w.sites.Location, Site: w.sites.Called, Usage: radius.Usage{DB: w.DB},
		Kept: func() (int, int) { return 12, 36 }, Jobs: quiet, Void: w.Invoices.VoidBills})
	limits, month := access.Limits{DownKbps: 20_000, UpKbps: 20_000}, plans.Terms{Mode: plans.Postpaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Inclusive: true}
	metered := month
	metered.Data = plans.Meter{Included: 100, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
	w.tx(func(tx *db.Tx) error {
		for key, terms := range map[string]plans.Terms{"home-20": month, "metered": metered} {
			p := plans.Plan{Key: key, NameEN: strings.ToUpper(key[:1]) + key[1:], Segment: plans.Home, Price: money.Shillings(2668), Limits: limits, Terms: terms}
			if _, err := sold.Save(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func (s *street) line(customerID int64, plan, login, place string) subscriptions.Subscription {
	s.Helper()
	sub, err := s.lines.Start(s.ctx, subscriptions.Opening{CustomerID: customerID, PlanKey: plan, Place: subscriptions.Place{SiteID: s.site.ID, RouterID: 5, Installed: place}, At: clock.Date(2026, 10, 1).Start(),
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: login}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	if err != nil {
		s.Fatal(err)
	}
	return sub
}

func (s *street) bills() {
	s.Helper()
	if done, err := s.Invoices.Run(s.ctx, clock.DayOf(s.clock.Now()), s.source, invoices.RunOptions{}); err != nil || done.Parked > 0 {
		s.Fatal(done, err)
	}
	if _, err := s.Invoices.Issue(s.ctx); err != nil {
		s.Fatal(err)
	}
	for range 10 {
		s.settle()
	}
}

// newest are a customer's newest documents of a line, each with its paper.
func (s *street) newest(customerID, subscriptionID int64) (invoices.Document, Paper) {
	s.Helper()
	all, err := s.Invoices.Newest(s.ctx, invoices.Filter{CustomerID: customerID}, 0, 100)
	if err != nil {
		s.Fatal(err)
	}
	for _, d := range all {
		if d.SubscriptionID == subscriptionID {
			p, err := s.OfDocument(s.ctx, d.ID)
			if err != nil {
				s.Fatal(err)
			}
			return d, p
		}
	}
	s.Fatal("there is none")
	return invoices.Document{}, Paper{}
}

// TestTheBillsOfSeveralLinesAreToldApart: whoever pays for two lines, one of a branch, reads on each paper, e-mail and SMS which it is for; who has one is not
// told in the messages. The PDF of a bill run's invoice has its totals, its use, what is included and until when to pay.
func TestTheBillsOfSeveralLinesAreToldApart(t *testing.T) {
	each(t, func(w *world) {
		w.tax(taxes.Excise, 1500)
		w.tax(taxes.VAT, 1600)
		s := w.street()
		house := w.customer(words.English)
		other := w.customer(words.English, customers.Contact{Kind: customers.ByPhone, Value: "254733000222", ForBills: true})
		var branch customers.Customer
		w.tx(func(tx *db.Tx) (err error) {
			branch, err = w.Customers.Create(tx, customers.Customer{Name: "Duka la Pili", SiteID: w.site.ID, ParentID: house.ID, ParentPays: true}, nil, customers.By{Actor: "clerk"})
			return err
		})
		one, two, alone := s.line(house.ID, "metered", "wanjiru", "House 14, Sunton"), s.line(branch.ID, "home-20", "duka-2", ""), s.line(other.ID, "home-20", "alone", "House 15")
		if _, err := w.DB.SQL().Exec("INSERT INTO usage_days (grant_id, day, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, 0, 0, ?)", one.GrantID, "2026-10-20", w.site.ID, 112_400_000_000); err != nil {
			t.Fatal(err)
		}
		s.bills()
		_, first := s.newest(house.ID, one.ID) // of November, and of what was used in October
		_, second := s.newest(house.ID, two.ID)
		w.reads(w.file(first), "Line House 14, Sunton, wanjiru", "Data in GB, 01.10.–31.10.2026 112.4 100", "Data in GB, 01.10.–31.10.2026 124.00 112.4 used, 100 included: 12.4 at KES 10 each", "Of which before tax 2,092.96",
			"Excise duty 15% on 2,092.96 313.94", "VAT 16% on 2,406.90 385.10", "Total KES 2,792.00", "Please pay within 14 days, by 10 Dec 2026.")
		label := "Duka la Pili, " + branch.Number + ": Kasarani, duka-2"
		w.reads(w.file(second), "Line "+label, "Total KES 2,668.00")
		told := func(to string, p Paper, want string, is bool) {
			w.Helper()
			found := false
			for _, m := range w.got(to) {
				found = found || strings.Contains(m.Text+m.Subject, p.Name+want)
			}
			if found != is {
				w.Errorf("%s: that %q is told is %v", to, p.Name+want, found)
			}
		}
		for _, to := range []string{herMail, herPhone} {
			told(to, first, " (House 14, Sunton, wanjiru)", true)
			told(to, second, " ("+label+")", true)
		}
		d, single := s.newest(other.ID, alone.ID)
		told("254733000222", single, " (", false)
		told("254733000222", single, ". Pay KES", true)
		if d.Line != "House 15, alone" {
			w.Errorf("%q", d.Line)
		}
		for _, m := range w.got(herPhone) {
			if notify.Measure(m.Text).Parts > 3 {
				w.Errorf("%d parts: %s", notify.Measure(m.Text).Parts, m.Text)
			}
		}
	})
}

// TestOneBillOfAFamilyOnPaper: the PDF of one bill for several accounts names each with its lines and what they come to, the taxes of all and the total; so does a credit note of it; and a
// statement says of which accounts it was. In both languages.
func TestOneBillOfAFamilyOnPaper(t *testing.T) {
	each(t, func(w *world) {
		w.tax(taxes.Excise, 1500)
		w.tax(taxes.VAT, 1600)
		s := w.street()
		by := invoices.By{Actor: "clerk"}
		var houses, shops []customers.Customer
		langs := []words.Lang{words.English, words.Swahili}
		for n, lang := range langs {
			house := w.customer(lang, customers.Contact{Kind: customers.ByPhone, Value: fmt.Sprint("25473300022", n), ForBills: true})
			shop := customers.Customer{Name: "Duka la Pili", SiteID: w.site.ID, ParentID: house.ID, ParentPays: true}
			w.tx(func(tx *db.Tx) (err error) {
				shop, err = w.Customers.Create(tx, shop, nil, customers.By{Actor: "clerk"})
				return err
			})
			houses, shops = append(houses, house), append(shops, shop)
			s.line(house.ID, "home-20", fmt.Sprint("wanjiru-", n), "House 14, Sunton")
			for _, login := range []string{"duka-a", "duka-b"} {
				s.line(shop.ID, "home-20", fmt.Sprint(login, n), "")
			}
			if _, err := w.Invoices.ChooseBills(w.ctx, house.ID, true, by); err != nil {
				t.Fatal(err)
			}
		}
		s.bills()
		w.clock.Set(clock.Date(2026, 12, 1).Start().Add(9 * time.Hour))
		s.bills()
		for n, lang := range langs {
			d, p := s.newest(houses[n].ID, 0)
			house, shop := houses[n].Name+", "+houses[n].Number, "Duka la Pili, "+shops[n].Number
			w.reads(w.file(p), map[words.Lang][]string{
				words.English: {house + " Home-20, 01.12.–31.12.2026", "House 14, Sunton, wanjiru-0.", "Subtotal, " + house + " 2,668.00", shop + " Home-20, 01.12.–31.12.2026", "Kasarani, duka-a0.", "Kasarani, duka-b0.", "Subtotal, " + shop + " 5,336.00",
					"Of which before tax 6,000.00", "Excise duty 15% on 6,000.00 900.00", "VAT 16% on 6,900.00 1,104.00", "Total KES 8,004.00"},
				words.Swahili: {house + " Home-20, 01.12.–31.12.2026", "House 14, Sunton, wanjiru-1.", "Jumla ndogo, " + house + " 2,668.00", shop + " Home-20, 01.12.–31.12.2026", "Kasarani, duka-a1.", "Jumla ndogo, " + shop + " 5,336.00",
					"VAT 16% ya 6,900.00 1,104.00", "Jumla KES 8,004.00"}}[lang]...)
			w.keeps(p, "family-"+string(lang))
			if d, err := w.Invoices.Get(w.ctx, d.ID); err != nil || d.Gross != 8_004_00 || len(d.Shares()) != 2 {
				t.Error(d.Gross, d.Shares(), err)
			}
			w.clock.Advance(time.Minute)
			note, err := w.Invoices.Credit(w.ctx, invoices.CreditNote{Request: fmt.Sprint("n", n), InvoiceID: d.ID, Amount: money.Shillings(4_002), Why: "x"}, by)
			if err != nil {
				t.Fatal(err)
			}
			w.settle()
			credit, err := w.OfDocument(w.ctx, note.ID)
			if err != nil {
				t.Fatal(err)
			}
			w.reads(w.file(credit), ", "+houses[n].Number+" 1,334.00", shop+" 2,668.00", "KES 4,002.00")
			today := clock.DayOf(w.clock.Now())
			st, err := w.MakeStatement(w.ctx, houses[n].ID, today-3, today)
			if err != nil {
				t.Fatal(err)
			}
			w.reads(w.file(st), d.Text(), house+": KES 2,668", shop, "KES 5,336")
			w.keeps(st, "family-statement-"+string(lang))
			w.certified(houses[n], shop, lang)
		}
	})
}

// certified: a certificate that is written down late has the taxes that are left of the family's bill credited, of 8,004 of which half was; the paper says whose they were.
func (w *world) certified(house customers.Customer, shop string, lang words.Lang) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		c, err := w.Customers.GetTx(tx, house.ID)
		if err == nil {
			c.TaxExempt, c.ExemptCertificate = true, "KRA/EX/9"
			_, err = w.Customers.Save(tx, c, customers.By{Actor: "clerk"})
		}
		return err
	})
	back, err := w.Invoices.TaxesBack(w.ctx, house.ID)
	if err != nil {
		w.Fatal(err)
	}
	sum := int64(0)
	for _, one := range back {
		sum += one.Taxes.Cents
	}
	w.clock.Advance(time.Minute)
	notes, err := w.Invoices.CreditTaxes(w.ctx, house.ID, money.KES(sum), invoices.By{Actor: "clerk"})
	if err != nil {
		w.Fatal(err)
	}
	w.settle()
	for _, note := range notes {
		if len(note.Parts) < 3 {
			continue
		}
		p, err := w.OfDocument(w.ctx, note.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.reads(w.file(p), ", "+house.Number+" 334.00", shop+" 668.00", "KRA/EX/9", "VAT 16%", "552.00", "450.00", "KES 1,002.00")
		w.keeps(p, "family-exempt-"+string(lang))
		return
	}
	w.Errorf("no note of the family's bill among %d", len(notes))
}

// keeps writes a paper's file where MTANDAO_PAPERS says, to be looked at.
func (w *world) keeps(p Paper, name string) {
	w.Helper()
	if to := os.Getenv("MTANDAO_PAPERS"); to != "" {
		if err := os.WriteFile(filepath.Join(to, name+".pdf"), w.file(p), 0o600); err != nil {
			w.Fatal(err)
		}
	}
}

// TestSwahiliPapersHaveTheirTotals: the credit note of a bill run's invoice and a statement with the age of what is owed, read back from their PDFs.
func TestSwahiliPapersHaveTheirTotals(t *testing.T) {
	each(t, func(w *world) {
		w.tax(taxes.VAT, 1600)
		s := w.street()
		c := w.customer(words.Swahili)
		sub := s.line(c.ID, "home-20", "wanjiru", "House 14, Sunton")
		s.bills()
		d, p := s.newest(c.ID, sub.ID)
		w.reads(w.file(p), "Jumla KES 2,668.00", "VAT 16% ya 2,300.00 368.00")
		w.clock.Advance(time.Minute)
		note, err := w.Invoices.Credit(w.ctx, invoices.CreditNote{Request: "n", InvoiceID: d.ID, Amount: money.Shillings(580), Why: "mtandao ulikatika"}, invoices.By{Actor: "clerk"})
		if err != nil {
			t.Fatal(err)
		}
		w.settle()
		credit, err := w.OfDocument(w.ctx, note.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.reads(w.file(credit), "Punguzo, pro forma", note.Text(), "Laini House 14, Sunton, wanjiru", d.Text(), "mtandao ulikatika", "KES 580.00", "VAT 16% ya 500.00 80.00", "Jumla KES 580.00", "Hati hii ya punguzo -580.00", "Kiasi cha kulipa KES 4,756.00")
		today := clock.DayOf(w.clock.Now())
		st, err := w.MakeStatement(w.ctx, c.ID, today-30, today)
		if err != nil {
			t.Fatal(err)
		}
		w.reads(w.file(st), "Taarifa", note.Text(), "580.00", "KES 4,756.00", "4,756.00 0.00 0.00 0.00 0.00")
		w.clock.Advance(20 * 24 * time.Hour) // both are late
		today = clock.DayOf(w.clock.Now())
		if st, err = w.MakeStatement(w.ctx, c.ID, today-60, today); err != nil {
			t.Fatal(err)
		}
		w.reads(w.file(st), "0.00 4,756.00 0.00 0.00 0.00")
		if past, err := w.MakeStatement(w.ctx, c.ID, today-60, today-10); err != nil || past.facts.Span.Age != nil {
			t.Error("the age of another day is told", err)
		}
	})
}
