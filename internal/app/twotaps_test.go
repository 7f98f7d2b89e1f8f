package app

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// tapped is a form about money, what is typed into it, and what comes of it in the trail. After `then` it asks once more, by a form that ends so.
type tapped struct {
	name string
	form func(d *desks) (page, ending string)
	said func(d *desks) url.Values
	then string
	by   func(d *desks) *colleague
	told string
}

// sent is a form that was sent, to be sent again later.
type sent struct {
	name, to string
	who      *colleague
	fields   url.Values
}

func says(values ...string) func(d *desks) url.Values {
	return func(d *desks) url.Values {
		form := url.Values{}
		for n := 0; n < len(values); n += 2 {
			form.Set(values[n], strings.ReplaceAll(values[n+1], "#", d.next()))
		}
		return form
	}
}

// moreForms are those about money that moneyOf has not.
func moreForms() []tapped {
	line := func(act string) func(d *desks) (string, string) {
		return func(d *desks) (string, string) { return d.line(false) + "/change/" + act, "/" + act }
	}
	owing := func(ending string) func(d *desks) (string, string) {
		return func(d *desks) (string, string) { return d.debtor() + ending, ending }
	}
	refund := func(ending string, decided bool) func(d *desks) (string, string) {
		return func(d *desks) (string, string) { return d.refund(decided) + ending, ending }
	}
	return []tapped{
		{"a cheque is taken", owing("/pay"), says("amount", "10", "how", accounts.ByCheque, "reference", "#", "bank", "Equity", "do", "take"), "", whoPays, "customer paid"},
		{"a transfer is taken", owing("/pay"), says("amount", "10", "how", accounts.ByBank, "reference", "#", "do", "take"), "", whoPays, "customer paid"},
		{"a certificate is taken", owing("/pay"), says("amount", "5", "how", accounts.ByWithholding, "reference", "#", "do", "take"), "", whoPays, "customer paid"},
		{"a cheque comes back", (*desks).cheque, says("reason", "no funds"), "", whoAsks, "customer payment returned"},
		{"a promise is noted", owing("/promise"), func(d *desks) url.Values {
			return url.Values{"amount": {"50"}, "who": {"her son"}, "until": {clock.DayOf(d.Main.Plan.Now().AddDate(0, 0, 7)).String()}}
		}, "", whoPays, "payment promised"},
		{"a phone is asked", owing("/ask"), says("amount", "10", "phone", "0799000441"), "", whoPays, ""},
		{"a refund is asked for", func(d *desks) (string, string) { return d.receipt() + "/refund", "/refund" }, says("amount", "10", "reason", "moves away"), "", whoAsks, "refund asked"},
		{"a refund is approved", refund("/decide", false), says("how", "yes"), "", whoApproves, "refund approved"},
		{"a refund is taken back", refund("/cancel", false), says(), "", whoAsks, "refund cancelled"},
		{"a refund is paid", refund("/pay", true), says("how", "cash", "reference", ""), "", whoPays, "refund paid"},
		{"a refund is sent", refund("/send", true), says(), "", whoPays, "refund sent"},
		{"money is placed by hand", (*desks).stray, says(), "", whoPays, "receipt matched"},
		{"a plan is changed", func(d *desks) (string, string) { return d.richLine() + "/change/plan", "/plan" }, says("plan", "home-30", "when", "now"), "/plan", whoAsks, "subscription plan"},
		{"a discount is given", line("discount"), says("amount", "100", "periods", "2", "reason", "slow"), "", whoAsks, "subscription discount"},
		{"days are given", func(*desks) (string, string) { return "/office/outages", "/office/outages" }, func(d *desks) url.Values {
			return url.Values{"site": {number(d.seeded.sites["kasarani"].ID)}, "days": {"2"}, "note": {d.next()}}
		}, "/days", whoAsks, "outage compensated"},
		{"a guest is given time", func(d *desks) (string, string) { return "/office/grants/" + d.guest() + "/extend", "/extend" }, says("minutes", "30", "reason", "the outage"), "", whoAsks, "access extended"},
	}
}

// TestEachMoneyFormIsDoneOnce: each form by which staff move money is sent by four hands at once, again at once, and again when all others were: it is done once, in the
// books and in the trail, and no answer is a failure of ours.
func TestEachMoneyFormIsDoneOnce(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			d := openDesks(t, dialect)
			d.guest()
			d.Safaricom.AutoAnswer(ignored)
			var all []sent
			for _, deed := range moneyOf {
				all = append(all, d.taps(t, tapped{deed.name, deed.form, func(*desks) url.Values { return deed.said }, "", deed.by, deed.told}))
			}
			for _, one := range moreForms() {
				all = append(all, d.taps(t, one))
			}
			d.settled()
			was := d.count()
			for _, form := range all {
				if got := form.who.ask(http.MethodPost, form.to, form.fields); got.status >= 500 {
					t.Errorf("%s, sent once more when all was done: %d", form.name, got.status)
				}
			}
			d.settled()
			if moved := d.count().less(was); len(moved) > 0 {
				t.Errorf("sent once more when all was done, they moved %v", moved)
			}
			d.proves()
		})
	}
}

// taps sends a form by four hands at once, and once more.
func (d *desks) taps(whole *testing.T, one tapped) (form sent) {
	whole.Run(one.name, func(t *testing.T) {
		d.T = t
		defer func() { d.T = whole }()
		page, ending := one.form(d)
		form = sent{name: one.name, who: one.by(d)}
		form.to, form.fields = form.who.shown(page, ending, one.said(d))
		if one.then != "" {
			form.to, form.fields = formIn(t, form.who.ask(http.MethodPost, form.to, form.fields), one.then)
		}
		was := d.count()
		var hands sync.WaitGroup
		answers := make([]officeAnswer, 4)
		for n := range answers {
			hands.Go(func() { answers[n] = form.who.ask(http.MethodPost, form.to, form.fields) })
		}
		hands.Wait()
		done := 0
		for _, got := range answers {
			if got.status == http.StatusSeeOther {
				done++
			} else if got.status >= 500 {
				t.Errorf("answered %d: %s", got.status, mainOf(got.body))
			}
		}
		if done == 0 {
			t.Errorf("nobody did it: %d\n%s", answers[0].status, mainOf(answers[0].body))
		}
		moved := d.count().less(was)
		if n := moved["audit "+one.told].n; one.told != "" && n != 1 {
			t.Errorf("%d times in the trail: %v", n, moved)
		}
		for what, sum := range moved {
			if kind, _, _ := strings.Cut(what, " "); (kind == "told" || kind == "asked" || kind == "given") && sum.n != 1 {
				t.Errorf("%s: %d times", what, sum.n)
			}
		}
		form.who.ask(http.MethodPost, form.to, form.fields)
		if again := d.count().less(was); again["audit "+one.told] != moved["audit "+one.told] {
			t.Errorf("pressed once more: moved %v, and before %v", again, moved)
		}
		d.after()
	})
	return form
}

// formIn is the form of an answer whose address ends so.
func formIn(t *testing.T, got officeAnswer, ending string) (to string, fields url.Values) {
	t.Helper()
	for _, form := range formShape.FindAllStringSubmatch(got.body, -1) {
		if strings.HasSuffix(form[1], ending) {
			fields = url.Values{}
			for _, f := range fieldShape.FindAllStringSubmatch(form[2], -1) {
				fields.Set(f[1], html.UnescapeString(f[2]))
			}
			return html.UnescapeString(form[1]), fields
		}
	}
	t.Fatalf("%d has no form that ends in %s: %s", got.status, ending, mainOf(got.body))
	return "", nil
}

// settled waits until nothing moves any more, and the job that gives lines their days has given them all.
func (d *desks) settled() {
	d.Helper()
	last := census{}
	until(d.T, 60*time.Second, "nothing moves", func() bool {
		now := d.count()
		still := len(now.less(last)) == 0 && d.counted(d.T, "SELECT COUNT(*) FROM outage_work WHERE outage_id > 0") == 0
		last = now
		time.Sleep(300 * time.Millisecond)
		return still
	})
}

// debtor is who owes a bill of KES 100.
func (d *desks) debtor() string {
	d.Helper()
	doc, err := d.Main.Invoices.Get(d.Context(), idOf(d.T, strings.TrimPrefix(d.bill(0), "/office/invoices/")))
	d.must(err)
	return "/office/customers/" + number(doc.CustomerID)
}

// cheque is one that may come back.
func (d *desks) cheque() (page, ending string) {
	d.Helper()
	who := d.someone(0)
	e, err := d.Main.Counter.Take(d.Context(), counter.Taking{Taking: accounts.Taking{Request: d.next(), CustomerID: who.ID, How: accounts.ByCheque, Reference: d.next(), Amount: money.Shillings(10)}}, counter.By{Member: 1, Actor: "test"})
	d.must(err)
	return "/office/customers/" + number(who.ID) + "/slips/" + number(e.ID) + "/return", "/return"
}

// arrives is the receipt of ten shillings that somebody pays under an account number.
func (d *desks) arrives(account string) string {
	d.Helper()
	d.payByHand(d.T, "254799000777", account, 10)
	id := int64(0)
	until(d.T, 20*time.Second, "the money is there", func() bool {
		return d.Main.DB.SQL().QueryRow("SELECT id FROM receipts WHERE reference = ? ORDER BY id DESC LIMIT 1", account).Scan(&id) == nil
	})
	return number(id)
}

// receipt is of money that is a customer's credit.
func (d *desks) receipt() string { return "/office/receipts/" + d.arrives(d.someone(0).Number) }

// stray is the page of money that is nobody's, with a customer to whom it may be given.
func (d *desks) stray() (page, ending string) {
	return "/office/receipts/" + d.arrives("nobody "+d.next()) + "?order=" + d.someone(0).Number, "/match"
}

// refund is one that was asked for, and approved.
func (d *desks) refund(approved bool) string {
	d.Helper()
	at := d.receipt()
	done(d.T, d.asks.press(at+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"moves away"}}))
	all, err := d.Main.Billing.RefundsOf(d.Context(), idOf(d.T, strings.TrimPrefix(at, "/office/receipts/")))
	d.must(err)
	at = "/office/refunds/" + number(all[0].ID)
	if approved {
		done(d.T, d.approves.press(at+"/decide", "/decide", yes))
	}
	return at
}

// richLine is one whose customer has credit for more.
func (d *desks) richLine() string {
	d.Helper()
	who := d.someone(9000)
	line, err := d.Main.Lines.Start(d.Context(), subscriptions.Opening{CustomerID: who.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: who.SiteID},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: d.next()}, Secret: "s3cret"}, subscriptions.By{Actor: "test"})
	d.must(err)
	d.must(d.Main.DB.InTx(d.Context(), func(tx *db.Tx) error { return d.Main.Lines.Renew(tx, who.ID) })) // as far as credit is spent: later it moves no more
	return "/office/subscriptions/" + number(line.ID)
}

// guest is the grant of somebody who bought an hour.
func (d *desks) guest() string {
	d.Helper()
	if d.grant == "" {
		_, d.grant = d.bought(d.T, "kasarani-1", "02a1b2c3d4aa")
	}
	return d.grant
}
