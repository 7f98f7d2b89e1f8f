package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/internal/sim/safaricom"
)

// ending is what the rail knows and what the program keeps of one group.
type ending struct {
	wire     *wire
	orders   map[string]keptOrder   // by code
	byNumber map[string]keptReceipt // receipts that have a number
	byPay    map[int64][]keptReceipt
	byOrder  map[int64]keptReceipt // what bought it
	claims   []keptClaim
	tally    *tally
	shown    []string
}

func (e *ending) wrong(format string, args ...any) {
	e.shown = append(e.shown, fmt.Sprintf(format, args...))
}

// check compares each story's end with the rail's own record, and proves the whole world's books.
func (g *group) check(ctx context.Context, t *tally) ([]failure, error) {
	e, err := g.read(ctx, t)
	if err != nil {
		return nil, err
	}
	var failed []failure
	known := map[string]bool{}
	for _, s := range g.stories {
		moves, own := g.moves(s), g.homeMoves(s)
		for _, m := range slices.Concat(moves, own) {
			known[m.Receipt] = true
		}
		e.shown = nil
		e.holds(s, moves)
		if err := g.holdsHome(ctx, e, s, own); err != nil {
			return nil, err
		}
		if len(e.shown) > 0 {
			failed = append(failed, failure{first: s.seed, last: s.seed, problems: e.shown, log: s.log()})
		}
		t.orders.Add(int64(len(s.wishes)))
		t.moves.Add(int64(len(moves) + len(own)))
	}
	if len(failed) > 0 {
		return failed, nil
	}
	if problems, err := g.proveWorld(ctx, e, known); err != nil || len(problems) > 0 {
		last := g.stories[len(g.stories)-1].seed
		return []failure{{first: g.stories[0].seed, last: last, problems: problems, log: g.stories[0].log()}}, err
	}
	return nil, nil
}

func (g *group) read(ctx context.Context, t *tally) (*ending, error) {
	e := &ending{wire: g.world.wire, orders: map[string]keptOrder{}, byNumber: map[string]keptReceipt{}, byPay: map[int64][]keptReceipt{},
		byOrder: map[int64]keptReceipt{}, tally: t}
	orders, err := g.world.main.ordersSince(ctx, g.since)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		e.orders[o.Code] = o
	}
	receipts, err := g.world.main.receiptsSince(ctx, g.since)
	if err != nil {
		return nil, err
	}
	for _, r := range receipts {
		if r.Receipt != "" {
			e.byNumber[r.Receipt] = r
		}
		e.byPay[r.PaymentID] = append(e.byPay[r.PaymentID], r)
		if r.Placed == billing.PlacedOrder {
			e.byOrder[r.OrderID] = r
		}
	}
	e.claims, err = g.world.main.claimsSince(ctx, g.since)
	return e, err
}

// holds says what of a story did not end as it must.
func (e *ending) holds(s *story, moves []safaricom.Move) {
	for _, line := range s.lines {
		if strings.Contains(line, "WRONG") {
			e.wrong("%s", line)
		}
	}
	for _, m := range moves {
		e.holdsMove(m)
	}
	for i, w := range s.wishes {
		if w.placed {
			e.holdsOrder(s, i, moves)
		}
	}
}

// holdsMove: money that moved is in the books once. What nobody told us cannot be.
func (e *ending) holdsMove(m safaricom.Move) {
	r, kept := e.byNumber[m.Receipt]
	o, isPush := e.orders[m.Reference]
	isPush = isPush && m.Kind == safaricom.KindPush
	unnumbered := isPush && e.unnumbered(o.PaymentID)
	switch {
	case kept && r.AmountCents != m.Cents:
		e.wrong("receipt %s is of %d cents, and in the books with %d", m.Receipt, m.Cents, r.AmountCents)
	case kept && unnumbered:
		e.wrong("the money of receipt %s is in the books twice, once without a number", m.Receipt)
	case kept || unnumbered:
	case e.wire.told[m.Receipt]:
		e.wrong("receipt %s of %d cents moved, the rail told us, and it is not in the books", m.Receipt, m.Cents)
	case isPush && e.wire.queried[m.CheckoutID] == "0" && o.PaymentState != string(billing.PaymentPaid):
		e.wrong("a query said that the prompt of order %s was paid, and its payment is %s", o.Code, o.PaymentState)
	case isPush && o.PaymentState == string(billing.PaymentPaid):
		e.tally.shadowed.Add(1) // a payment by hand stands for it, and nobody asked any more
	default:
		e.tally.untold.Add(1)
	}
}

func (e *ending) unnumbered(paymentID int64) bool {
	for _, r := range e.byPay[paymentID] {
		if r.Receipt == "" {
			return true
		}
	}
	return false
}

func (e *ending) holdsOrder(s *story, i int, moves []safaricom.Move) {
	w := s.wishes[i]
	o := e.orders[w.order.Code]
	if n := e.wire.pushes[o.Code]; n > 1 {
		e.wrong("order %s was prompted for %d times", o.Code, n)
	}
	pending := 0
	for _, r := range e.byPay[o.PaymentID] {
		if r.Receipt == "" {
			pending++
		}
	}
	if pending > 1 || pending == 1 && e.wire.queried[o.CheckoutID] != "0" {
		e.wrong("order %s has %d receipts without a number, and the rail's query said %q", o.Code, pending, e.wire.queried[o.CheckoutID])
	}
	if o.State == string(billing.OrderPaid) && o.GrantID == 0 {
		e.wrong("order %s is paid and has no grant", o.Code)
	}
	for _, m := range moves {
		if r, kept := e.byNumber[m.Receipt]; m.Kind == safaricom.KindPush && m.Reference == o.Code && e.wire.verdict[m.CheckoutID] == "0" &&
			(!kept || r.PaymentID != o.PaymentID || r.CameBy != billing.ByPrompt) {
			e.wrong("the rail told that receipt %s is the money of order %s, and it is kept as that of payment %d (%s)", m.Receipt, o.Code, r.PaymentID, r.CameBy)
		}
	}
	own := e.ownMoney(o)
	if len(own) > 1 {
		e.wrong("the prompt of order %s has moved money once, and has %d receipts of its own", o.Code, len(own))
	}
	for _, r := range own {
		if r.OrderID == o.ID && o.State != string(billing.OrderPaid) && !e.boughtAgain(s, w) {
			e.wrong("order %s was paid for, and is %s", o.Code, o.State)
		}
	}
	e.holdsPayment(o, len(own) > 0 || e.served(o))
}

// ownMoney is what the prompt of an order moved, wherever it went.
func (e *ending) ownMoney(o keptOrder) (own []keptReceipt) {
	for _, r := range e.byPay[o.PaymentID] {
		if r.CameBy == billing.ByPrompt || r.CameBy == billing.ByQuery {
			own = append(own, r)
		}
	}
	return own
}

// served says that money has bought the order: any but credit, which asks no prompt.
func (e *ending) served(o keptOrder) bool {
	r, ok := e.byOrder[o.ID]
	return ok && o.State == string(billing.OrderPaid) && (r.CameBy == billing.ByConfirm || r.CameBy == billing.ByStatus || r.CameBy == billing.ByPrompt || r.CameBy == billing.ByQuery)
}

// boughtAgain: money for a wish that its owner had served by a later order is credit.
func (e *ending) boughtAgain(s *story, w *wish) bool {
	for _, other := range s.wishes {
		if other.order.ID > w.order.ID && other.phone == w.phone && other.mac == w.mac && other.site == w.site && other.plan == w.plan &&
			e.orders[other.order.Code].State == string(billing.OrderPaid) {
			return true
		}
	}
	return false
}

// holdsPayment: a payment is paid by its prompt's own money or by what bought the order, or final otherwise, or it waits in a
// named queue because the rail gave no verdict.
func (e *ending) holdsPayment(o keptOrder, byMoney bool) {
	state := billing.PaymentState(o.PaymentState)
	verdict := e.wire.verdict[o.CheckoutID]
	switch {
	case state.Final():
		if state == billing.PaymentPaid && !byMoney {
			e.wrong("the payment of order %s is paid by nothing", o.Code)
		}
	case state != billing.PaymentUnknown || o.Attention == "":
		e.wrong("the payment of order %s is %s (%q) after %v", o.Code, state, o.Attention, steps[len(steps)-1])
	case verdict != "":
		e.wrong("the payment of order %s is %s, and the rail told %s", o.Code, state, verdict)
	case e.wire.queried[o.CheckoutID] != "":
		e.wrong("the payment of order %s is %s, and the rail answered %s", o.Code, state, e.wire.queried[o.CheckoutID])
	}
}

// proveWorld: nothing in the books that did not move, the books true, nothing stuck.
func (g *group) proveWorld(ctx context.Context, e *ending, known map[string]bool) (problems []string, err error) {
	e.shown = nil
	for number := range e.byNumber {
		if !known[number] {
			e.wrong("receipt %s is in the books, and no such money moved", number)
		}
	}
	for _, c := range e.claims {
		if r, kept := e.byNumber[c.Receipt]; c.State == billing.ClaimFound && !kept {
			e.wrong("receipt %s was found for order %d and is not in the books: %+v", c.Receipt, c.OrderID, r)
		}
	}
	if err := g.proveBooks(ctx, e); err != nil {
		return nil, err
	}
	unread, err := g.world.main.unreadMessages(ctx)
	if err == nil && unread > 0 {
		e.wrong("%d messages of the rail were never judged", unread)
	}
	queue, err2 := g.world.main.Jobs.Stats(ctx)
	if queue.Parked > 0 {
		e.wrong("%d jobs are parked", queue.Parked)
	}
	if err == nil {
		err = err2
	}
	return e.shown, err
}

func (g *group) proveBooks(ctx context.Context, e *ending) error {
	m := g.world.main
	for try := 0; ; try++ { // the program chains by itself too: who comes second finds the other still at it
		if err := m.Ledger.Chain(ctx); err != nil {
			return err
		}
		books, err := m.Ledger.Verify(ctx)
		if err != nil {
			return err
		}
		if books.OK() {
			break
		}
		if try == 20 {
			e.wrong("books: %v", books.Problems)
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	disagreements, err := m.proofs().Prove(ctx)
	for _, p := range disagreements {
		e.wrong("proof: %s", p.What)
	}
	if err != nil {
		return err
	}
	held, owed, err := m.credits(ctx)
	if held != owed {
		e.wrong("credit of %d cents is held, %d are owed", held, owed)
	}
	return err
}
