package app

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/partners"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// moneyDeed is something that a member does with money by a form. Each of its stories has something new to do it to.
type moneyDeed struct {
	name string
	form func(d *desks) (page, ending string)
	said url.Values
	by   func(d *desks) *colleague
	told string // the action in the trail
}

// desks is a stage with who works there, and what the deeds are done to.
type desks struct {
	*Stage
	*testing.T
	asks, approves, pays *colleague
	seller, landlord     int64
	grant                string // of a guest who bought an hour
	n                    int
}

func whoAsks(d *desks) *colleague     { return d.asks }
func whoApproves(d *desks) *colleague { return d.approves }
func whoPays(d *desks) *colleague     { return d.pays }

var (
	tenBob  = url.Values{"amount": {"10"}, "reason": {"moves away"}}
	yes     = url.Values{"how": {"yes"}}
	no      = url.Values{"how": {"no"}}
	takes10 = url.Values{"amount": {"10"}, "how": {"cash"}, "do": {"take"}}
	byHand  = url.Values{"name0": {"Cabling"}, "quantity0": {"1"}, "price0": {"100"}, "supply0": {"labour"}, "inclusive": {"true"}, "kind": {"invoice"}, "do": {"issue"}}
	inCash  = url.Values{"how": {"cash"}, "reference": {""}}
	moneyOf = []moneyDeed{
		{"a payout is asked for", func(d *desks) (string, string) {
			return "/office/partners/" + number(d.landlord) + "/payout", "/payout"
		}, url.Values{"amount": {"1"}, "note": {"March"}}, whoAsks, "payout asked"},
		{"a payout is approved", func(d *desks) (string, string) { return d.payout(false) + "/decide", "/decide" }, yes, whoApproves, "payout approved"},
		{"a payout is refused", func(d *desks) (string, string) { return d.payout(true) + "/decide", "/decide" }, no, whoApproves, "payout refused"},
		{"a payout is paid", func(d *desks) (string, string) { return d.payout(true) + "/pay", "/pay" }, inCash, whoPays, "payout paid"},
		{"a reseller's float is paid out", func(d *desks) (string, string) { return d.floats() + "/do/payout", "/payout" }, url.Values{"amount": {"10"}}, whoAsks, "reseller paid_out"},
		{"a payback is asked for", func(d *desks) (string, string) { return d.payer(10) + "/payback", "/payback" }, tenBob, whoAsks, "payback asked"},
		{"a payback is approved", func(d *desks) (string, string) { return d.payback(false) + "/decide", "/decide" }, yes, whoApproves, "payback approved"},
		{"a payback is refused", func(d *desks) (string, string) { return d.payback(false) + "/decide", "/decide" }, no, whoApproves, "payback refused"},
		{"a payback is taken back", func(d *desks) (string, string) { return d.payback(false) + "/cancel", "/cancel" }, nil, whoAsks, "payback cancelled"},
		{"a payback is paid", func(d *desks) (string, string) { return d.payback(true) + "/pay", "/pay" }, inCash, whoPays, "payback paid"},
		{"money is taken", func(d *desks) (string, string) { return d.payer(0) + "/pay", "/pay" }, takes10, whoPays, "customer paid"},
		{"an invoice is written", func(d *desks) (string, string) { return d.payer(0) + "/invoice", "/invoice" }, byHand, whoPays, "invoice written"},
		{"an invoice is credited", func(d *desks) (string, string) { return d.bill(0) + "/credit", "/credit" }, tenBob, whoAsks, "invoice credited"},
		{"a paid invoice is credited", func(d *desks) (string, string) { return d.bill(100) + "/credit", "/credit" }, tenBob, whoAsks, "invoice credited"},
		{"an invoice is credited in full", func(d *desks) (string, string) { return d.bill(40) + "/credit", "/credit" }, url.Values{"amount": {""}, "reason": {"it never came"}}, whoAsks, "invoice credited"},
		{"an invoice is written off", func(d *desks) (string, string) { return d.bill(40) + "/writeoff", "/writeoff" }, url.Values{"reason": {"moved away"}}, whoAsks, "invoice written off"},
		{"a deposit is taken", func(d *desks) (string, string) { return d.line(false) + "/change/deposit", "/deposit" }, url.Values{"amount": {"10"}}, whoAsks, "subscription deposit"},
		{"a deposit is given back", func(d *desks) (string, string) { return d.line(true) + "/change/deposit_back", "/deposit_back" }, tenBob, whoAsks, "subscription deposit_back"},
		{"a deposit is kept", func(d *desks) (string, string) { return d.line(true) + "/change/deposit_back", "/deposit_back" }, url.Values{"amount": {"10"}, "kept": {"true"}, "reason": {"broke it"}}, whoAsks, "subscription deposit_lost"},
	}
)

// TestDeathAtEachWriteOfMoneyFromTheOffice: whichever write of a deed about money is the last of a dying process, whoever pressed presses the same form again and it
// is done: once, as it is without a death, in the books, in the numbers of documents and in the trail; and pressed once more when only the answer was lost, it moves nothing.
// What runs beside the office is spared.
func TestDeathAtEachWriteOfMoneyFromTheOffice(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			d := openDesks(t, dialect)
			killer := testdb.NewKiller(t, d.Main.DB, testdb.Within("mtandao/portal/backoffice."))
			for _, deed := range moneyOf {
				t.Run(deed.name, func(t *testing.T) {
					defer func(whole *testing.T) { d.T = whole }(d.T)
					d.T = t
					d.dies(deed, killer)
				})
			}
			d.proves()
		})
	}
}

// dies tells a deed without a death, and then with one at each of its writes.
func (d *desks) dies(deed moneyDeed, killer *testdb.Killer) {
	d.Helper()
	_, whole := d.tell(deed, killer, -1)
	if whole["audit "+deed.told].n != 1 {
		d.Fatalf("the trail has no %q: %v", deed.told, whole)
	}
	kills, died := 0, true
	for ; died; kills++ {
		var moved census
		if died, moved = d.tell(deed, killer, kills); !maps.Equal(moved, whole) {
			d.Errorf("dead at write %d: moved %v, and without a death %v", kills, moved, whole)
		}
	}
	if d.Logf("%d deaths", kills-1); kills < 3 {
		d.Errorf("died only %d times", kills-1)
	}
}

// proves that the books are right. What the demo sold last week was written just now: it is chained first.
func (d *desks) proves() {
	d.Helper()
	d.must(d.Main.Ledger.Chain(d.Context()))
	verifyBooks(d.T, d.Main)
}

func openDesks(t *testing.T, dialect string) *desks {
	d := &desks{Stage: stageOn(t, dialect, 1), T: t}
	if err := errors.Join(d.seedWeek(t.Context()), d.seedLines(t.Context())); err != nil {
		t.Fatal(err)
	}
	d.seller = d.Stage.seller(t)
	d.landlord = d.Stage.landlord(t)
	d.asks, d.approves, d.pays = d.hire(t, "asks@demo.example", nil, "owner"), d.hire(t, "approves@demo.example", nil, "owner"), d.hire(t, "pays@demo.example", nil, "owner")
	return d
}

// tell does a deed with a death at one write, or none, presses until it is done and once more, and says what it moved.
func (d *desks) tell(deed moneyDeed, killer *testdb.Killer, write int) (died bool, moved census) {
	d.Helper()
	page, ending := deed.form(d)
	who := deed.by(d)
	to, fields := who.shown(page, ending, deed.said)
	was, before := d.count(), killer.Deaths()
	killer.Once(write)
	got := who.ask(http.MethodPost, to, fields)
	killer.Spare()
	if died = killer.Deaths() > before; died && got.status != http.StatusSeeOther { // else it was done without the write that died
		got = who.ask(http.MethodPost, to, fields)
	}
	if got.status != http.StatusSeeOther {
		d.Errorf("%s, dead at write %d, and again: %d\n%s", deed.name, write, got.status, mainOf(got.body))
	}
	moved = d.count().less(was)
	if got = who.ask(http.MethodPost, to, fields); got.status >= 500 { // the answer was lost
		d.Errorf("%s, done and pressed again: %d", deed.name, got.status)
	}
	if again := d.count().less(was); !maps.Equal(again, moved) {
		d.Errorf("%s, done and pressed again: moved %v, and before %v", deed.name, again, moved)
	}
	d.after()
	return died, moved
}

// tickShape is what is not sent while it is not ticked.
var tickShape = regexp.MustCompile(`<input type="(?:checkbox|radio)" name="[^"]*" value="[^"]*"(?: required)?(?: aria-[a-z]+="[^"]*")*>`)

// shown is a form of a page whose address ends so, as a browser would send it.
func (c *colleague) shown(page, ending string, typed url.Values) (to string, fields url.Values) {
	c.t.Helper()
	got := c.ask(http.MethodGet, page, nil)
	for _, form := range formShape.FindAllStringSubmatch(got.body, -1) {
		if !strings.HasSuffix(form[1], ending) {
			continue
		}
		fields := url.Values{}
		for _, f := range fieldShape.FindAllStringSubmatch(tickShape.ReplaceAllString(form[2], ""), -1) {
			fields.Set(f[1], html.UnescapeString(f[2]))
		}
		maps.Copy(fields, typed)
		return html.UnescapeString(form[1]), fields
	}
	c.t.Fatalf("%s (%d) has no form that ends in %s: %s", page, got.status, ending, mainOf(got.body))
	return "", nil
}

// sum is how many there are of something, and what they come to.
type sum struct{ n, cents int64 }

// census is what there is of money.
type census map[string]sum

func (c census) less(was census) census {
	moved := census{}
	for what, now := range c {
		if now != was[what] {
			moved[what] = sum{now.n - was[what].n, now.cents - was[what].cents}
		}
	}
	return moved
}

// count reads all that deeds about money write.
func (d *desks) count() census {
	d.Helper()
	all := census{}
	for what, query := range map[string]string{
		"audit":         "SELECT action, COUNT(*), 0 FROM audit_events GROUP BY action",
		"entry":         "SELECT kind, COUNT(*), 0 FROM ledger_entries GROUP BY kind",
		"account":       "SELECT account, COUNT(*), SUM(cents) FROM ledger_postings GROUP BY account",
		"payback":       "SELECT state, COUNT(*), SUM(cents) FROM paybacks GROUP BY state",
		"payout":        "SELECT state, COUNT(*), SUM(cents) FROM partner_payouts GROUP BY state",
		"document":      "SELECT kind, COUNT(*), SUM(gross_cents) FROM invoices GROUP BY kind",
		"invoice":       "SELECT state, COUNT(*), SUM(open_cents) FROM invoices GROUP BY state",
		"paid":          "SELECT 'by credit', COUNT(*), COALESCE(SUM(cents - back_cents), 0) FROM invoice_allocations",
		"line":          "SELECT kind, COUNT(*), 0 FROM subscription_events GROUP BY kind",
		"customer":      "SELECT kind, COUNT(*), SUM(delta_cents) FROM customer_events GROUP BY kind",
		"partner":       "SELECT kind, COUNT(*), SUM(delta_cents) FROM partner_events GROUP BY kind",
		"reseller":      "SELECT kind, COUNT(*), SUM(delta_cents) FROM reseller_events GROUP BY kind",
		"told":          "SELECT 'promise', COUNT(*), COALESCE(SUM(cents), 0) FROM payment_promises",
		"asked":         "SELECT 'phone', COUNT(*), 0 FROM prompt_asks",
		"given":         "SELECT 'days', COUNT(*), COALESCE(SUM(days), 0) FROM outage_credits",
		"fed":           "SELECT kind, COUNT(*), COALESCE(SUM(added_seconds), 0) FROM grant_sources GROUP BY kind",
		"refund":        "SELECT state, COUNT(*), SUM(amount_cents) FROM refunds GROUP BY state",
		"sent back":     "SELECT state, COUNT(*), 0 FROM send_backs GROUP BY state",
		"second person": "SELECT state, COUNT(*), 0 FROM approvals GROUP BY state",
	} {
		rows, err := d.Main.DB.SQL().Query(query)
		if err != nil {
			d.Fatal(query, err)
		}
		for rows.Next() {
			var name string
			var s sum
			if err := rows.Scan(&name, &s.n, &s.cents); err != nil {
				d.Fatal(query, err)
			}
			all[what+" "+name] = s
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			d.Fatal(query, err)
		}
	}
	return all
}

func (d *desks) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// next names what was not there before.
func (d *desks) next() string {
	d.n++
	return fmt.Sprint("dead", d.n)
}

// member is who asked.
func (d *desks) member(email string) int64 {
	d.Helper()
	m, err := d.Main.Staff.MemberByEmail(d.Context(), email)
	d.must(err)
	return m.ID
}

// someone is a new customer, who has brought so much.
func (d *desks) someone(shillings int64) (c customers.Customer) {
	d.Helper()
	d.must(d.Main.DB.InTx(d.Context(), func(tx *db.Tx) (err error) {
		c, err = d.Main.Customers.Create(tx, customers.Customer{Name: "Asha", SiteID: d.seeded.sites["kasarani"].ID}, nil, customers.By{Actor: "test"})
		return err
	}))
	d.brings(c.ID, shillings)
	return c
}

func (d *desks) brings(customerID, shillings int64) {
	d.Helper()
	if shillings > 0 {
		_, err := d.Main.Accounts.TakeAtCounter(d.Context(), accounts.Taking{Request: d.next(), CustomerID: customerID, How: accounts.ByCash, Amount: money.Shillings(shillings)}, accounts.By{Actor: "test"})
		d.must(err)
	}
}

func (d *desks) payer(shillings int64) string {
	return "/office/customers/" + number(d.someone(shillings).ID)
}

// payback is one that was asked for, and approved.
func (d *desks) payback(approved bool) string {
	d.Helper()
	p, err := d.Main.Counter.AskPayback(d.Context(), counter.Payback{CustomerID: d.someone(10).ID, Amount: money.Shillings(10), Reason: "moves away"}, counter.By{Member: d.member("asks@demo.example"), Actor: "test"})
	if err == nil && approved {
		_, err = d.Main.Counter.DecidePayback(d.Context(), p.ID, true, counter.By{Member: d.member("approves@demo.example"), Actor: "test", Proven: true})
	}
	d.must(err)
	return "/office/paybacks/" + number(p.ID)
}

// payout is one that was asked for, and approved.
func (d *desks) payout(approved bool) string {
	d.Helper()
	p, err := d.Main.Partners.AskPayout(d.Context(), partners.Payout{PartnerID: d.landlord, Amount: money.Shillings(1), Note: "March"}, partners.By{Member: d.member("asks@demo.example"), Actor: "test"})
	if err == nil && approved {
		_, err = d.Main.Partners.DecidePayout(d.Context(), p.ID, true, partners.By{Member: d.member("approves@demo.example"), Actor: "test", Proven: true})
	}
	d.must(err)
	return "/office/payouts/" + number(p.ID)
}

// after has no payout wait: a partner has one at a time.
func (d *desks) after() {
	d.Helper()
	for _, state := range []counter.PaybackState{counter.Asked, counter.Approved} {
		all, err := d.Main.Partners.OpenPayouts(d.Context(), state)
		for _, p := range all {
			_, e := d.Main.Partners.DecidePayout(d.Context(), p.ID, false, partners.By{Member: d.member("pays@demo.example"), Actor: "test", Proven: true})
			err = errors.Join(err, e)
		}
		d.must(err)
	}
}

// floats is the reseller, who has float to be paid out.
func (d *desks) floats() string {
	d.Helper()
	_, err := d.Main.Resellers.PayIn(d.Context(), resellers.Request{Key: d.next(), ResellerID: d.seller}, money.Shillings(10), vouchers.By{Actor: "test"})
	d.must(err)
	return "/office/resellers/" + number(d.seller)
}

// bill is an invoice of KES 100, of which so much is paid.
func (d *desks) bill(paid int64) string {
	d.Helper()
	who := d.someone(paid)
	doc, err := d.Main.Invoices.Write(d.Context(), invoices.NewDocument{Request: d.next(), Kind: invoices.Invoice, CustomerID: who.ID,
		Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(100), Inclusive: true}}}, invoices.By{Actor: "test"})
	if err == nil {
		_, err = d.Main.Invoices.IssueOne(d.Context(), doc.ID)
	}
	d.must(err)
	d.must(d.Main.DB.InTx(d.Context(), func(tx *db.Tx) error { return d.Main.Invoices.Pay(tx, who.ID) }))
	return "/office/invoices/" + number(doc.ID)
}

// line is one of a new customer with credit, or of one who left a deposit.
func (d *desks) line(deposit bool) string {
	d.Helper()
	who, by := d.someone(10), subscriptions.By{Actor: "test"}
	line, err := d.Main.Lines.Start(d.Context(), subscriptions.Opening{CustomerID: who.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: who.SiteID},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: d.next()}, Secret: "s3cret"}, by)
	if err == nil && deposit {
		_, err = d.Main.Lines.TakeDeposit(d.Context(), line.ID, money.Shillings(10), by)
	}
	d.must(err)
	return "/office/subscriptions/" + number(line.ID)
}
