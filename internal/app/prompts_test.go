package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/prompts"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// asker is a customer who pays by prompts, and the phones that ring.
type asker struct {
	*Stage
	t       *testing.T
	who     customers.Customer
	record  string // address of their page
	day     *clock.Manual
	lock    sync.Mutex
	rung    []safaricom.Prompt
	act     safaricom.Act
	cashier *colleague
}

const theirPhone = "254722600100"

// TestMoneyByPrompt through the front door: consent on the customer's page, the prompt of the due day with what Safaricom does wrong, the button of staff, and the page
// of a link.
func TestMoneyByPrompt(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			s.atAnyHour(t)
			s.elsewhere(t, "money by prompt")
			if err := s.seedPost(t.Context()); err != nil {
				t.Fatal(err)
			}
			a := &asker{Stage: s, t: t, act: safaricom.Approve, day: clock.NewManual(clock.DayOf(s.Main.Plan.Now()).Start().Add(9 * time.Hour))}
			s.Main.Prompts.Clock = a.day // nine in the morning of the day that it is
			s.Safaricom.AutoAnswer(func(p safaricom.Prompt) safaricom.Answer {
				a.lock.Lock()
				defer a.lock.Unlock()
				a.rung = append(a.rung, p)
				return safaricom.Answer{Act: a.act}
			})
			for _, phone := range []string{theirPhone, "254799000333"} {
				s.Safaricom.SetBalance(phone, 100_000_00)
			}
			var d invoices.Document
			a.who, d = s.billed(t, words.English)
			a.record = "/office/customers/" + number(a.who.ID)
			a.cashier = s.hire(t, "till@demo.example", nil, "cashier")
			a.link(d)
			a.consents()
			a.dueDay()
			a.button()
			a.asksNow()
			a.proves()
		})
	}
}

func (a *asker) proves() {
	a.t.Helper()
	idle(a.t, a.Stage)
	if problems, err := a.Main.proofs().Prove(a.t.Context()); err != nil || len(problems) > 0 {
		a.t.Error(problems, err)
	}
}

func (a *asker) does(act safaricom.Act) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.act = act
}

// rings fails unless so many prompts rang since the last look, and gives the last.
func (a *asker) rings(what string, n int) (last safaricom.Prompt) {
	a.t.Helper()
	a.lock.Lock()
	defer a.lock.Unlock()
	if len(a.rung) != n {
		a.t.Errorf("%s: %d prompts, want %d", what, len(a.rung), n)
	}
	if len(a.rung) > 0 {
		last = a.rung[len(a.rung)-1]
	}
	a.rung = nil
	return last
}

// owes issues an invoice that is due today.
func (a *asker) owes(bob int64) invoices.Document {
	a.t.Helper()
	ctx, m := a.t.Context(), a.Main
	if err := m.DB.InTx(ctx, func(tx *db.Tx) error { return m.Settings.Set(tx, settings.InvoiceDueDays, "0") }); err != nil {
		a.t.Fatal(err)
	}
	if err := m.Settings.Refresh(ctx); err != nil {
		a.t.Fatal(err)
	}
	d, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: fmt.Sprint("due:", m.DB.ID()), Kind: invoices.Invoice, CustomerID: a.who.ID,
		Lines: []invoices.NewLine{{Name: "Office 50", Supply: taxes.Levy, Quantity: 1, Amount: money.Shillings(bob), Inclusive: true}}}, invoices.By{Actor: "test"})
	if err == nil {
		d, err = m.Invoices.IssueOne(ctx, d.ID)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	idle(a.t, a.Stage)
	return d
}

func (a *asker) paid(d invoices.Document) {
	a.t.Helper()
	until(a.t, 45*time.Second, d.Text()+" is paid", func() bool {
		now, err := a.Main.Invoices.Get(context.Background(), d.ID)
		return err == nil && now.State == invoices.Paid
	})
	held, err := a.Main.Accounts.Balances(a.t.Context(), []int64{a.who.ID})
	if err != nil || held[a.who.ID].Cents != 0 {
		a.t.Errorf("%s is paid, and %v are credit: %v", d.Text(), held, err)
	}
}

// verdict waits until the last prompt has one.
func (a *asker) verdict(what string, cause prompts.Cause) {
	a.t.Helper()
	until(a.t, 20*time.Second, what, func() bool {
		seen, err := a.Main.Prompts.Asks(context.Background(), a.who.ID, 1)
		return err == nil && len(seen) == 1 && seen[0].Cause == cause && !seen[0].Open()
	})
}

// looks has the program look whom to ask, by several nodes at once.
func (a *asker) looks() {
	a.t.Helper()
	var nodes sync.WaitGroup
	for range 4 {
		nodes.Go(func() {
			if err := a.Main.Prompts.Tick(context.Background()); err != nil {
				a.t.Error(err)
			}
		})
	}
	nodes.Wait()
}

var payOnce = regexp.MustCompile(`name="once" value="([0-9a-f]+)"`)

// link pays an invoice on the page of its link: a wrong number, a cancelled prompt, and the PIN.
func (a *asker) link(d invoices.Document) {
	t := a.t
	t.Helper()
	until(t, 30*time.Second, "the invoice arrives by SMS", func() bool { return len(a.Messages.Inbox(theirPhone)) == 1 })
	at := linkShape.FindString(a.Messages.Inbox(theirPhone)[0].Text)
	reads := func(want ...string) string {
		t.Helper()
		answer, page := fetched(t, http.MethodGet, at)
		for _, w := range want {
			if answer.StatusCode != http.StatusOK || !strings.Contains(string(page), w) {
				t.Errorf("the page answers %d and lacks %q:\n%s", answer.StatusCode, w, page)
			}
		}
		return string(page)
	}
	pays := func(phone, once string) (status int, page string) {
		t.Helper()
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).PostForm(at+"/pay", url.Values{"phone": {phone}, "once": {once}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	once := payOnce.FindStringSubmatch(reads("Pay KES 13,340 with M-Pesa", "M-Pesa number that pays"))[1]
	if status, page := pays("0722 60", once); status != http.StatusBadRequest || !strings.Contains(page, `value="0722 60"`) || !strings.Contains(page, `role="alert"`) {
		t.Errorf("a wrong number answers %d:\n%s", status, page)
	}
	a.rings("a wrong number", 0)
	a.does(safaricom.Cancel)
	for range 3 {
		if status, page := pays("0722 600 100", once); status != http.StatusSeeOther {
			t.Errorf("answers %d:\n%s", status, page)
		}
	}
	a.verdict("it is cancelled", prompts.Link)
	a.rings("three taps", 1)
	a.does(safaricom.Approve)
	once = payOnce.FindStringSubmatch(reads("You cancelled. No money was taken.", "Pay KES 13,340 with M-Pesa"))[1]
	if status, page := pays("0799 000 333", once); status != http.StatusSeeOther { // a friend's
		t.Errorf("answers %d:\n%s", status, page)
	}
	a.paid(d)
	reads("Paid. Thank you.", "KES 13,340 has come")
	if p := a.rings("a friend pays", 1); p.Phone != "254799000333" {
		t.Errorf("%+v", p)
	}
	if status, _ := pays("0722 600 100", "again"); status != http.StatusSeeOther {
		t.Error("paid, and it answers", status)
	}
	idle(t, a.Stage)
	a.rings("after it was paid", 0)
	a.proves()
}

// consents writes down, changes and takes back consent on the customer's page.
func (a *asker) consents() {
	t := a.t
	t.Helper()
	support := a.hire(t, "support@demo.example", nil, "support")
	a.owes(40)
	a.looks()
	idle(t, a.Stage)
	a.rings("nobody agreed", 0)
	support.expect(support.ask(http.MethodGet, a.record+"/prompts", nil), http.StatusOK, "Ask Mwangaza Hardware Ltd automatically", "0722 600 100")
	support.expect(support.send(a.record+"/prompts", url.Values{"phone": {"12"}, "who": {"Anne"}}), http.StatusBadRequest, `value="12"`)
	support.expect(support.send(a.record+"/prompts", url.Values{"phone": {"0722 600 100"}, "who": {" "}}), http.StatusBadRequest, "Say who agreed")
	support.expect(support.send(a.record+"/prompts", url.Values{"phone": {"0722 600 100"}, "who": {"Anne Wanjiru"}}), http.StatusSeeOther)
	a.cashier.expect(a.cashier.ask(http.MethodGet, a.record+"?tab=money", nil), http.StatusOK, "Asked automatically", "Anne Wanjiru", "0722 600 100", "support@demo.example", "Asked automatically", "From the link of a bill")
	support.expect(support.send(a.record+"/prompts/stop", nil), http.StatusSeeOther)
	a.looks()
	idle(t, a.Stage)
	a.rings("it was taken back", 0)
	a.cashier.expect(a.cashier.ask(http.MethodGet, a.record+"?tab=money", nil), http.StatusOK, "Not asked automatically")
	support.expect(support.send(a.record+"/prompts", url.Values{"phone": {"0722 600 100"}, "who": {"Anne Wanjiru"}}), http.StatusSeeOther)
	support.expect(support.ask(http.MethodGet, a.record+"?tab=history", nil), http.StatusOK, "stopped asking a phone automatically", "wrote down that a phone may be asked automatically")
	if page := a.cashier.ask(http.MethodGet, a.record+"?tab=history", nil).body; strings.Contains(page, theirPhone) {
		t.Error("the history tells the whole number")
	}
}

// dueDay asks for what is due today, whatever Safaricom does with it.
func (a *asker) dueDay() {
	t := a.t
	t.Helper()
	for n, f := range []safaricom.Faults{{}, {DoubleCallback: true, ConfirmPushes: true}, {ConfirmPushes: true, Reorder: true}, {FailThenSucceed: true}, {CallbackFirst: true}, {LoseCallback: true, ConfirmPushes: true}, {LoseCallback: true}} {
		a.Safaricom.SetFaults(f)
		d := a.owes(int64(600 + 10*n))
		a.looks()
		a.paid(d)
		p := a.rings(fmt.Sprintf("%+v", f), 1)
		if want := map[bool]int64{true: 640_00, false: int64(600+10*n) * 100}[n == 0]; p.Cents != want || p.Phone != theirPhone { // the first is for the bill of before, too
			t.Errorf("%+v: asked %+v, want %d", f, p, want)
		}
		a.proves()
	}
	a.Safaricom.SetFaults(safaricom.Faults{})
	a.does(safaricom.Cancel)
	d := a.owes(900)
	a.looks()
	a.verdict("it is cancelled", prompts.DueDay)
	a.day.Advance(90 * time.Minute)
	a.looks()
	idle(t, a.Stage)
	a.rings("cancelled", 1)
	a.day.Advance(time.Hour)
	a.looks()
	idle(t, a.Stage)
	a.verdict("it is cancelled again", prompts.DueDay)
	a.rings("once more", 1)
	a.day.Advance(3 * time.Hour)
	a.looks()
	idle(t, a.Stage)
	a.rings("and never again", 0)
	a.payByHand(t, "254799000111", a.who.Number, 900) // as they would without
	a.paid(d)
}

// button is what staff press on the customer's page.
func (a *asker) button() {
	t := a.t
	t.Helper()
	a.does(safaricom.Approve)
	d := a.owes(1510)
	page := a.cashier.ask(http.MethodGet, a.record+"/ask", nil)
	a.cashier.expect(page, http.StatusOK, "Ask Mwangaza Hardware Ltd for the money now", `value="1,510"`, `value="0722 600 100"`)
	form := url.Values{"once": {payOnce.FindStringSubmatch(page.body)[1]}, "amount": {"1,510"}, "phone": {"0722 600 100"}}
	wrong := func(name, value, says string) {
		t.Helper()
		typed := url.Values{"once": form["once"], "amount": form["amount"], "phone": form["phone"]}
		typed.Set(name, value)
		a.cashier.expect(a.cashier.send(a.record+"/ask", typed), http.StatusBadRequest, says, `value="`+value+`"`)
	}
	wrong("amount", "12.50", "Write whole shillings from KES 1 to KES 250,000.")
	wrong("amount", "lots", "amount")
	wrong("amount", "250001", "Write whole shillings")
	wrong("phone", "0722", "number")
	var taps sync.WaitGroup
	for range 4 {
		taps.Go(func() { a.cashier.expect(a.cashier.send(a.record+"/ask", form), http.StatusSeeOther) })
	}
	taps.Wait()
	a.paid(d)
	a.rings("four taps", 1)
	a.cashier.expect(a.cashier.ask(http.MethodGet, a.record+"?tab=money", nil), http.StatusOK, "KES 1,510", "Asked by staff", "till@demo.example", "Paid", "0722 ••• 100")
	a.Safaricom.SetFaults(safaricom.Faults{Busy: true})
	form.Set("once", "another1")
	a.cashier.expect(a.cashier.send(a.record+"/ask", form), http.StatusSeeOther)
	until(t, 20*time.Second, "doubt", func() bool {
		return strings.Contains(a.cashier.ask(http.MethodGet, a.record+"?tab=money", nil).body, "No verdict")
	})
	a.Safaricom.SetFaults(safaricom.Faults{})
	technician := a.hire(t, "pole@demo.example", nil, "technician")
	for _, path := range []string{"/ask", "/prompts", "/prompts/stop"} {
		technician.expect(technician.ask(http.MethodGet, a.record+path, nil), http.StatusForbidden)
	}
	local := a.hire(t, "ngong-till@demo.example", []int64{a.seeded.sites["ngong"].ID}, "cashier")
	local.expect(local.ask(http.MethodGet, a.record+"/ask", nil), http.StatusNotFound)
	local.expect(local.send(a.record+"/ask", form), http.StatusNotFound)
}
