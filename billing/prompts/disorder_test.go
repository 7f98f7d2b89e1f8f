package prompts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// mover moves credit when two are merged, of whom the one who goes has no line that runs.
type mover struct{ *provider }

func (mover) Held(context.Context, int64) ([]customers.Held, error) { return nil, nil }
func (mover) MayClose(*db.Tx, int64) error                          { return nil }
func (mover) MayForget(*db.Tx, int64) error                         { return nil }

func (m mover) Move(tx *db.Tx, from, to int64, by customers.By) error {
	has, err := m.Accounts.Credit(tx, from)
	if err == nil {
		err = m.Service.Merged(tx, from, to)
	}
	live, e := m.Lines.LiveIn(tx, from)
	if err == nil && e == nil && len(live) > 0 {
		e = fault.New(fault.Conflict, "customer.merge_service", "Count", len(live))
	}
	if err != nil || e != nil || !has.IsPositive() {
		return errors.Join(err, e)
	}
	cause := accounts.Cause{Kind: accounts.Moved, Request: fmt.Sprint("merge:", from), By: by.Actor}
	through := func(a money.Amount) ledger.Posting {
		return ledger.Posting{Account: ledger.Suspense, Party: fmt.Sprint("merge:", from), Amount: a}
	}
	if took, err := m.Accounts.Take(tx, from, has, cause, through(has.Neg())); err != nil || !took {
		return err
	}
	_, err = m.Accounts.Add(tx, to, has, cause, through(has))
	return err
}

// disorder is a payment whose messages come in any order while its customer and their line change.
type disorder struct {
	*provider
	random   *rand.Rand
	from, to customers.Customer
	line     subscriptions.Subscription
	push     int
	receipt  string
	code     string // of the order
	payer    string // as a confirmation names it
	reversed bool
	said     []string
}

const asked = 2500

// deeds are what happens to it, each in a story of its own once or twice, or not at all.
func (d *disorder) deeds() map[string]func() {
	ctx, by := context.Background(), subscriptions.By{Actor: "clerk"}
	amount := money.Shillings(asked)
	may := func(err error) { // what cannot be is refused, and is no failure of ours
		if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid {
			d.Errorf("%v: %v", d.said, err)
		}
	}
	line := func(f func(context.Context, int64, time.Time, subscriptions.By) (subscriptions.Subscription, error)) func() {
		return func() { _, err := f(ctx, d.line.ID, time.Time{}, by); may(err); d.idle() }
	}
	return map[string]func(){
		"callback":     func() { d.hears(d.callback(d.push, paid, d.receipt, amount)) },
		"confirmation": func() { d.hears(d.confirmation(d.receipt, d.code, d.payer, amount)) },
		"other amount": func() { d.hears(d.confirmation(d.receipt, d.code, d.payer, money.Shillings(9000))) },
		"query":        func() { d.rail.says(d.push, paid); d.clock.Advance(time.Hour); d.idle() },
		"reversal":     d.isReversed,
		"days": func() {
			d.clock.Advance(time.Duration(1+d.random.IntN(4)) * 24 * time.Hour)
			may(d.Lines.Tick(ctx))
			d.idle()
		},
		"pause": line(func(ctx context.Context, id int64, at time.Time, by subscriptions.By) (subscriptions.Subscription, error) {
			return d.Lines.Pause(ctx, id, at, "away", by)
		}),
		"resume": line(d.Lines.Resume),
		"plan": line(func(ctx context.Context, id int64, _ time.Time, by subscriptions.By) (subscriptions.Subscription, error) {
			return d.Lines.ChangePlan(ctx, id, subscriptions.Change{PlanKey: []string{"home", "flat"}[d.random.IntN(2)], KeepDate: d.random.IntN(2) == 0}, by)
		}),
		"end": func() {
			_, err := d.Lines.End(ctx, d.line.ID, subscriptions.Ending{Reason: "leaves", GiveBack: d.random.IntN(2) == 0}, by)
			may(err)
			d.idle()
		},
		"merge": func() { may(d.Customers.Merge(ctx, d.from.ID, d.to.ID, customers.By{Actor: "clerk"})); d.idle() },
	}
}

func (d *disorder) isReversed() {
	d.reversed = true
	d.tx(func(tx *db.Tx) error {
		_, _, err := d.Billing.FindReversal(tx, billing.Reversal{TillID: d.till.ID, Code: "RV" + d.receipt[2:], Receipt: d.receipt, Amount: money.Shillings(asked), At: d.clock.Now(), CameBy: billing.ReversedOnStatement, By: "statement"})
		return err
	})
	d.idle()
}

// TestMessagesInAnyOrderWhileItsCustomerChanges: callback, confirmation, answer and reversal of one payment come doubled, days late and in any order, one with another amount, while the line is paused,
// changed and ended and its customer merged. The money is in the books once and, reversed, not at all; what was given for it is accounted for.
func TestMessagesInAnyOrderWhileItsCustomerChanges(t *testing.T) {
	each(t, func(p *provider) {
		p.Customers.AskKeeper(mover{p})
		for _, kind := range subscriptions.Spendings {
			p.Accounts.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
				return p.Lines.Undo(tx, spent.Request, missing)
			})
		}
		came := int64(0)
		for _, seed := range []uint64{1, 2, 3, 4, 5, 6, 7, 8, 128} {
			d := disorder{provider: p, random: rand.New(rand.NewPCG(seed, 7)), from: p.customer(), to: p.customer(), push: len(p.rail.sent())}
			d.tells(seed)
			if !d.reversed {
				came += asked * 100
			}
			if got, err := p.books.Balance(context.Background(), ledger.TillClearing, fmt.Sprint("till:", p.till.ID)); err != nil || got.Cents != came {
				p.Fatalf("seed %d, %v: the till has %v, want %d cents: %v", seed, d.said, got, came, err)
			}
			if p.Failed() {
				p.Fatalf("seed %d, %v", seed, d.said)
			}
		}
		p.prove()
	})
}

// tells is one story. Every message comes in the end.
func (d *disorder) tells(seed uint64) {
	d.Helper()
	d.line = d.unpaidLine(d.from)
	d.receipt = fmt.Sprintf("QDS%07d", seed)
	if _, err := d.Ask(context.Background(), Request{CustomerID: d.from.ID, Cause: Staff, Phone: fmt.Sprintf("2547990%05d", seed), Amount: money.Shillings(asked), Once: d.receipt}, clerk); err != nil {
		d.Fatal(err)
	}
	d.idle()
	phone := string(d.rail.sent()[d.push].Phone)
	d.payer = []string{"2547 ***** " + phone[len(phone)-3:], phone, fmt.Sprintf("%x", sha256.Sum256([]byte(phone))), "0722***000"}[d.random.IntN(4)] // the last is nothing that is known
	d.code = d.rail.sent()[d.push].Reference
	d.clock.Advance(10 * time.Second)
	deeds := d.deeds()
	todo := []string{"callback", "callback", "confirmation", "confirmation", "days", "days", "pause", "resume", "plan", "plan", "end", "merge"}
	for _, more := range []string{"query", "reversal", "other amount"} {
		if d.random.IntN(2) == 0 {
			todo = append(todo, more)
		}
	}
	d.random.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	for _, one := range todo {
		if one == "other amount" && !d.known() { // the first message of a receipt is what its money is
			continue
		}
		d.said = append(d.said, one)
		deeds[one]()
	}
	if err := d.Billing.TakeBackWaiting(context.Background()); err != nil {
		d.Fatal(err)
	}
	d.idle()
}

// known says that the receipt is in the books.
func (d *disorder) known() bool {
	for _, one := range d.said {
		if one == "callback" || one == "confirmation" {
			return true
		}
	}
	return false
}

// unpaidLine starts a line that is paid beforehand, and is not paid yet.
func (p *provider) unpaidLine(c customers.Customer) subscriptions.Subscription {
	p.Helper()
	p.n++
	sub, err := p.Lines.Start(context.Background(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home", Place: subscriptions.Place{SiteID: p.site, RouterID: 5},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", p.n)}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	return sub
}
