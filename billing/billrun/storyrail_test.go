package billrun

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// byPaybill is money that its payer sends to the till under an account number.
const byPaybill = "paybill"

// rail is the till of the story, and what went through it by the story's own count.
type rail struct {
	billing *billing.Service
	till    billing.Till
	numbers map[int64]string // of customers
	counter map[string]int64 // what is there by each way of paying at the counter
	moved   map[int64]int64  // today, by customers
	before  map[int64]bool   // customers who paid for something beforehand: what they hold is worth more than money
	begun   int64            // what everybody held when the story began
	inTill  int64            // what the till holds
	nobodys int64            // of it, whose it is nobody knows
	n       int
	seen    railed
}

// railed counts what came by the rail: in all, under a mistyped account, placed by hand, taken back, taken back before it was placed, told twice; and days of
// customers of whom the money was held against what moved.
type railed struct{ came, slips, placed, back, gone, again, held int }

func (r railed) few() bool {
	return min(r.came, r.slips, r.placed, r.back, r.gone, r.again, r.held) == 0
}

// opensTill has customers pay by a paybill, and money that goes back undo what it had paid beforehand.
func (s *story) opensTill() {
	s.Helper()
	r := &s.rail
	*r = rail{numbers: map[int64]string{}, counter: map[string]int64{}, moved: map[int64]int64{}, before: map[int64]bool{}}
	r.billing = billing.New(billing.Options{DB: s.DB, Jobs: s.jobs, Keys: s.keys, Clock: s.clock, Log: slog.New(slog.DiscardHandler), Ledger: s.ledger, Plans: s.Plans, Sites: s.Lines.Sites,
		Grants: s.Lines.Access, Settings: s.Lines.Settings, Messages: silence{}, Taxes: s.taxes})
	r.billing.AskAccounts(s.accounts)
	for _, kind := range subscriptions.Spendings {
		s.accounts.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
			return s.Lines.Undo(tx, spent.Request, missing)
		})
	}
	s.in(func(tx *db.Tx) (err error) {
		r.till, err = r.billing.SaveTill(tx, billing.Till{Key: "main", Type: billing.TillPaybill, ShortCode: "600100", ConsumerKey: "ck", ConsumerSecret: "cs", Passkey: "pk", BaseURL: "http://rail.invalid"})
		return err
	})
	for _, sub := range s.lines {
		c, err := s.Customers.Get(context.Background(), sub.CustomerID)
		if err != nil {
			s.Fatal(err)
		}
		r.numbers[c.ID] = c.Number
	}
	begun, err := s.ledger.Balance(context.Background(), ledger.Cash, "")
	if err != nil {
		s.Fatal(err)
	}
	r.begun = begun.Cents
}

// types is an account number as people type it: as it is, in groups, behind a word; or with one wrong digit.
func (s *story) types(number string, slip bool) string {
	if slip {
		wrong := []byte(number)
		at := s.r.IntN(len(wrong))
		wrong[at] = '0' + (wrong[at]-'0'+byte(1+s.r.IntN(9)))%10
		return string(wrong)
	}
	return []string{number, customers.Grouped(number), "ACC-" + number, " " + number[:2] + " " + number[2:]}[s.r.IntN(4)]
}

// byPaybill does what a payment by the rail does on a day: it comes, is placed by hand, or goes back.
func (s *story) byPaybill(p payment, today clock.Day) {
	s.Helper()
	switch {
	case p.receipt == "":
		s.confirms(p, today)
	case p.back != 0 && p.why == placing:
		s.placesByHand(p)
	default:
		s.reverses(p, today)
	}
}

// placing is why a payment in suspense is looked at again.
const placing = "placed by hand"

// confirms has the rail tell of money, now and then twice: under the right account it is its customer's, under a mistyped one nobody's until somebody has found
// whose it is.
func (s *story) confirms(p payment, today clock.Day) {
	s.Helper()
	ctx, r := context.Background(), &s.rail
	r.n++
	p.receipt = fmt.Sprintf("S%09d", r.n)
	told := billing.Evidence{Kind: billing.ByConfirm, TillID: r.till.ID, Verdict: billing.Verdict{State: billing.VerdictPaid}, Receipt: p.receipt, Amount: money.KES(p.cents),
		Reference: s.types(r.numbers[p.customerID], p.slip != 0), At: s.clock.Now()}
	out, err := r.billing.Settle(ctx, told)
	want := billing.PlacedAccount
	if p.slip != 0 {
		want = billing.PlacedSuspense
	}
	if err != nil || out.Placed != want || out.Again {
		s.Fatalf("money under %q for %s is %+v, want %s: %v", told.Reference, r.numbers[p.customerID], out, want, err)
	}
	if s.r.IntN(5) == 0 {
		if again, err := r.billing.Settle(ctx, told); err != nil || !again.Again || again.ReceiptID != out.ReceiptID {
			s.Fatal("told twice: ", again, err)
		}
		r.seen.again++
	}
	r.seen.came++
	r.inTill += p.cents
	p.back = out.ReceiptID
	if p.bounces != 0 {
		back := p
		back.why = "the rail took it back"
		s.paying[today+p.bounces] = append(s.paying[today+p.bounces], back)
	}
	if p.slip == 0 {
		r.moved[p.customerID] += p.cents
		return
	}
	r.seen.slips++
	r.nobodys += p.cents
	p.why = placing
	s.paying[today+p.slip] = append(s.paying[today+p.slip], p)
}

// placesByHand has somebody give money in suspense to whom it was meant for, who is among those whom the page names; unless the rail took it back meanwhile.
func (s *story) placesByHand(p payment) {
	s.Helper()
	r := &s.rail
	receipt, err := r.billing.ReceiptByID(context.Background(), p.back)
	if err != nil {
		s.Fatal(err)
	}
	near, err := r.billing.SuggestCustomers(context.Background(), receipt)
	if err != nil || !slices.ContainsFunc(near, func(c customers.Customer) bool { return c.ID == p.customerID }) {
		s.Fatalf("%q was meant for %s, and is said to be of %v: %v", receipt.Reference, r.numbers[p.customerID], near, err)
	}
	err = s.DB.InTx(context.Background(), func(tx *db.Tx) error {
		_, err := r.billing.MatchAccount(tx, p.back, p.customerID)
		return err
	})
	if p.bounces != 0 && p.bounces <= p.slip {
		if fault.KeyOf(err) != "match.taken" {
			s.Fatal("money that went back is placed: ", err)
		}
		r.seen.gone++
		return
	}
	if err != nil {
		s.Fatal(err)
	}
	r.seen.placed++
	r.nobodys -= p.cents
	r.moved[p.customerID] += p.cents
}

// reverses has the rail take money back, wherever it is: what it paid is open again, and service follows.
func (s *story) reverses(p payment, today clock.Day) {
	s.Helper()
	r := &s.rail
	v := billing.Reversal{TillID: r.till.ID, Code: "R" + p.receipt[1:], Receipt: p.receipt, Amount: money.KES(p.cents), At: s.clock.Now(), CameBy: billing.ReversedOnStatement}
	s.in(func(tx *db.Tx) error {
		_, _, err := r.billing.FindReversal(tx, v)
		return err
	})
	s.idle()
	r.inTill -= p.cents
	if p.slip == 0 || p.slip < p.bounces {
		s.returned++
		r.seen.back++
		r.moved[p.customerID] -= p.cents
	} else {
		r.nobodys -= p.cents
	}
	if p.again != 0 {
		s.paying[today+p.again] = append(s.paying[today+p.again], payment{customerID: p.customerID, cents: p.cents, how: accounts.ByCash})
	}
}

// settling is what is paid on a day, placed and taken back: what each customer has, less what they owe, has moved by that to the cent when all is done.
func (s *story) settling(today clock.Day) {
	s.Helper()
	s.idle()
	if len(s.paying[today]) == 0 {
		return
	}
	s.knowsBefore()
	was := s.worth()
	s.pay(today)
	s.idle()
	s.knowsBefore()
	for id, now := range s.worth() {
		switch {
		case s.rail.before[id]:
		case now-was[id] != s.rail.moved[id]:
			s.tellsOf(id)
			s.Fatalf("on %v customer %d has %d more than before, and paid %d", today, id, now-was[id], s.rail.moved[id])
		default:
			s.rail.seen.held++
		}
	}
	clear(s.rail.moved)
}

// knowsBefore notes who pays beforehand.
func (s *story) knowsBefore() {
	for _, sub := range s.linesNow() {
		if sub.State.Prepaid() || !sub.State.PaidTo.IsZero() {
			s.rail.before[sub.CustomerID] = true
		}
	}
}

// worth is what each customer holds, less what they owe.
func (s *story) worth() map[int64]int64 {
	s.Helper()
	all := map[int64]int64{}
	held, err := s.accounts.Balances(context.Background(), slices.Collect(maps.Keys(s.rail.numbers)))
	if err != nil {
		s.Fatal(err)
	}
	for id, amount := range held {
		all[id] = amount.Cents
	}
	rows, err := s.DB.SQL().Query("SELECT customer_id, SUM(open_cents) FROM invoices WHERE state = 'issued' GROUP BY customer_id")
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, open int64
		if err := rows.Scan(&id, &open); err != nil {
			s.Fatal(err)
		}
		all[id] -= open
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	return all
}

// banked holds what the books say of the till, the till's money of nobody, and the counter against the story's own count.
func (s *story) banked() {
	s.Helper()
	r := s.rail
	for account, want := range map[string]int64{ledger.TillClearing: r.inTill, ledger.Suspense: -r.nobodys, ledger.Cash: r.begun + r.counter[accounts.ByCash], ledger.Cheques: r.counter[accounts.ByCheque]} {
		if got, err := s.ledger.Balance(context.Background(), account, ""); err != nil || got.Cents != want {
			s.Fatal("account ", account, " holds ", got, ", and should ", strconv.FormatInt(want, 10), ": ", err)
		}
	}
}
