package app

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
)

// debtor is a business that is billed, whose line is up.
type debtor struct {
	*gate
	who  customers.Customer
	line subscriptions.Subscription
	home router.Home
}

const (
	debtorMAC    = "0A:00:27:00:00:05"
	debtorName   = "baobab"
	debtorSecret = "pppoe-baobab"
)

func openDebtor(t *testing.T, dialect string) *debtor {
	t.Helper()
	d := &debtor{gate: &gate{Stage: stageOn(t, dialect, 1), log: &lines{}}}
	if err := d.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.build(t) // after the plans: it cannot do all that they promise
	lines, err := d.Main.Lines.List(t.Context(), subscriptions.Which{Login: debtorName}, 0, 1)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	d.line = lines[0]
	if d.who, err = d.Main.Customers.Get(t.Context(), d.line.CustomerID); err != nil {
		t.Fatal(err)
	}
	if d.home, err = d.Routers["kasarani-1"].Connect(debtorMAC, debtorName, debtorSecret); err != nil {
		t.Fatal(err)
	}
	return d
}

// owes issues an invoice that is due in so many days.
func (d *debtor) owes(t *testing.T, bob int64, days int) invoices.Document {
	t.Helper()
	if err := d.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return d.Main.Settings.Set(tx, settings.InvoiceDueDays, fmt.Sprint(days)) }); err != nil {
		t.Fatal(err)
	}
	if err := d.Main.Settings.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	by := invoices.By{Actor: "test"}
	made, err := d.Main.Invoices.Write(t.Context(), invoices.NewDocument{Request: fmt.Sprint("test:", d.Main.DB.ID()), Kind: invoices.Invoice, CustomerID: d.who.ID,
		Lines: []invoices.NewLine{{Name: "Office 50", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(bob), Inclusive: true}}}, by)
	if err == nil {
		made, err = d.Main.Invoices.IssueOne(t.Context(), made.ID)
	}
	if err != nil || made.DueDay != made.Day+clock.Day(days) {
		t.Fatal(made, err)
	}
	return made
}

// step makes an action the table's for the due day, and takes it.
func (d *debtor) step(t *testing.T, a invoices.Action) {
	t.Helper()
	if err := d.Main.Invoices.SaveSteps(t.Context(), string(d.who.Segment), []invoices.Step{{Action: a}}, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	did, err := d.Main.Invoices.Dun(t.Context())
	if err != nil || did != 1 {
		t.Fatal(did, err)
	}
}

// dials asks as a home's router does, by MS-CHAPv2, and tells the answer and the keys that must be in it.
func (d *debtor) dials(t *testing.T) (out string, keys []string) {
	t.Helper()
	p := peer{challenge: seal.Random(16), own: seal.Random(16), user: debtorName, password: debtorSecret}
	send, receive := p.keys()
	out = radclient(t, false, d.auth, "auth", gateSecret, append([]string{signed, fmt.Sprintf("Calling-Station-Id = %q", debtorMAC), "Service-Type = Framed-User", "Framed-Protocol = PPP", "NAS-Port-Type = Ethernet",
		`Called-Station-Id = "pppoe1"`}, p.attributes()...)...)
	return out, []string{letIn, "MS-CHAP2-Success = 0x07" + hex.EncodeToString([]byte(p.success())), "MS-MPPE-Send-Key = 0x" + hex.EncodeToString(send), "MS-MPPE-Recv-Key = 0x" + hex.EncodeToString(receive)}
}

func (d *debtor) isOnline(down int64, garden bool) func() bool {
	return func() bool {
		s, up := d.home.Session()
		return up && s.DownBps == down && slices.Contains(s.Lists, "mtandao-arrears") == garden
	}
}

// TestArrearsGardenRestored is "must be shown" 7, its last part, from dunning itself: slow, in the walled garden, closed; and by a paybill confirmation with
// the customer's account number, without a human, back within three seconds.
func TestArrearsGardenRestored(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			d := openDebtor(t, dialect)
			until(t, 20*time.Second, "the line is up", d.isOnline(50_000_000, false))
			d.payByHand(t, "254799000111", d.who.Number, 10) // the till's address is registered, and the way is warm
			d.owes(t, 1510, 0)
			out, keys := d.dials(t)
			wantOutput(t, out, append(keys, `Mikrotik-Rate-Limit = "50M/50M"`)...)

			first, _ := d.home.Session()
			d.step(t, invoices.Throttle)
			until(t, 10*time.Second, "slow", d.isOnline(512_000, false))
			if s, _ := d.home.Session(); s.ID != first.ID {
				t.Error("it was put out to be made slow")
			}
			out, keys = d.dials(t)
			wantOutput(t, out, append(keys, `Mikrotik-Rate-Limit = "512k/512k"`)...)

			d.step(t, invoices.Garden)
			until(t, 10*time.Second, "in the garden", d.isOnline(256_000, true))
			out, keys = d.dials(t)
			wantOutput(t, out, append(keys, `Mikrotik-Address-List = "mtandao-arrears"`, "Session-Timeout = 600")...)

			owner := d.hire(t, "owner-arrears@demo.example", nil, "owner")
			owner.expect(owner.ask("GET", lineAddress(d.line.ID), nil), http.StatusOK, "Only pages where one pays", "Kept from service by what the customer owes")
			d.returns(t, 1000, d.isOnline(256_000, true), "") // not all of it: nothing
			d.returns(t, 500, d.isOnline(50_000_000, false), "the walled garden")
			out, keys = d.dials(t)
			wantOutput(t, out, append(keys, `Mikrotik-Rate-Limit = "50M/50M"`)...)
			if strings.Contains(out, "mtandao-arrears") {
				t.Errorf("on the list of those in arrears:\n%s", out)
			}

			d.owes(t, 1000, 0)
			d.step(t, invoices.SuspendService)
			until(t, 10*time.Second, "closed", func() bool { _, up := d.home.Session(); return !up && d.home.Refusal() != "" })
			out, _ = d.dials(t)
			wantOutput(t, out, refused)
			d.returns(t, 1000, d.isOnline(50_000_000, false), "suspension")
			var told int
			if err := d.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM messages WHERE message_key LIKE 'dunning %'").Scan(&told); err != nil || told != 3 {
				t.Errorf("told of %d steps, %v", told, err)
			}
			verifyBooks(t, d.Main)
		})
	}
}

// returns pays by paybill and waits until the line is as it is to be, within three seconds of the confirmation; from nowhere, it stays as it is.
func (d *debtor) returns(t *testing.T, bob int64, is func() bool, from string) {
	t.Helper()
	began := clock.System().Now()
	d.payByHand(t, "254799000111", "acc "+customers.Grouped(d.who.Number), bob)
	if from == "" {
		until(t, 10*time.Second, "the money is spent", func() bool {
			all, err := d.Main.Accounts.Balances(t.Context(), []int64{d.who.ID})
			return err == nil && all[d.who.ID].IsZero()
		})
		if !is() {
			t.Error("restored for less than what is late")
		}
		return
	}
	until(t, 20*time.Second, "back", is)
	took := clock.System().Now().Sub(began) - safaricom.Lifelike().Confirm // so long the rail takes to confirm
	t.Logf("%s: back %v after the confirmation", from, took.Round(time.Millisecond))
	if took > 3*time.Second {
		t.Errorf("back only after %v", took)
	}
}

// TestWhatDunningDidAndWillDo: the dry run says what it would do, the console what was done and what comes, a bounced cheque takes it back.
func TestWhatDunningDidAndWillDo(t *testing.T) {
	d := openDebtor(t, db.SQLite)
	made := d.owes(t, 4000, 10)
	by := invoices.By{Actor: "test"}
	if err := d.Main.Invoices.SaveSteps(t.Context(), "", []invoices.Step{{After: 3, Action: invoices.Throttle}, {After: 5, Action: invoices.Fee, Cents: 250_00}, {After: 7, Action: invoices.Garden}}, by); err != nil {
		t.Fatal(err)
	}
	today := clock.DayOf(d.Main.Plan.Now())
	var out bytes.Buffer
	c := &console{Context: t.Context(), stdout: &out}
	run := func(dry, asJSON bool, day clock.Day) error {
		out.Reset()
		return (&billDunCommand{AsOf: day.Start().Add(12 * time.Hour), DryRun: dry, JSON: asJSON}).dun(c, d.Main)
	}
	if err := run(true, false, today+15); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{made.Text() + " of Baobab School, KES 4,000 open, due on " + made.DueDay.String() + ", 5 days late: throttle (step of day 3)", ": fee (step of day 5)", "2 steps would be taken, 0 are held; nothing was changed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %s", want, &out)
		}
	}
	if err := d.Main.Invoices.Promise(t.Context(), invoices.Promised{CustomerID: d.who.ID, Until: today + 16, Who: "the bursar"}, by); err != nil {
		t.Fatal(err)
	}
	var found dunReport
	if err := run(true, true, today+15); err != nil {
		t.Fatal(err)
	}
	if fromJSON(t, out.String(), &found); found.Held != 2 || found.Done != 0 || found.Steps[0].Held != "promise" {
		t.Errorf("%+v", found)
	}
	if err := run(false, false, today+15); err == nil {
		t.Error("steps of another day were taken")
	}
	if err := run(false, false, today); err != nil || !strings.Contains(out.String(), ": 0 steps taken") {
		t.Error(err, &out)
	}
	owner := d.hire(t, "owner-dunning@demo.example", nil, "owner")
	invoice, record := fmt.Sprintf("/office/invoices/%d", made.ID), fmt.Sprintf("/office/customers/%d", d.who.ID)
	promised := (today + 16).Start().In(clock.Nairobi).Format("02.01.2006")
	owner.expect(owner.ask("GET", invoice, nil), http.StatusOK, "If it is not paid", "Promised to pay by "+promised, "Next, if nothing is paid: Charge a late fee on ")
	owner.expect(owner.ask("GET", record, nil), http.StatusOK, "Late payment", "Charge a late fee on ", "days after the due day", "Promised to pay by "+promised)
	if _, err := d.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: "cash", CustomerID: d.who.ID, How: accounts.ByCash, Amount: money.Shillings(4000)}, accounts.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	until(t, 10*time.Second, "paid", func() bool {
		paid, err := d.Main.Invoices.Get(t.Context(), made.ID)
		return err == nil && paid.State == invoices.Paid
	})
	if page := owner.ask("GET", invoice, nil).body; strings.Contains(page, "Next, if nothing is paid") {
		t.Error("there is a next step for what is paid")
	}
	verifyBooks(t, d.Main)
}
