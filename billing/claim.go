package billing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
)

// States of a typed receipt.
const (
	claimWaiting = "waiting" // not asked yet, or there is nobody to ask: a named queue
	claimAsked   = "asked"
	ClaimFound   = "found"
	claimRefused = "refused" // the rail knows no such money of ours
)

// ClaimHeld says of a receipt found by itself that its money waits as credit: it can pay another order.
const ClaimHeld = "held"

// claimHold is how long a typed receipt waits for the rail's answer before it is asked for again.
const claimHold = 2 * time.Minute

// lookAgain is when a receipt is asked about once more while there is no answer: the rail sends each only once.
var lookAgain = []time.Duration{claimHold + time.Second, 10 * time.Minute, time.Hour}

// Claimed tells what a typed receipt led to.
type Claimed struct {
	Token string // the order's pages to show: this one's, or the one that the receipt paid
	State string // found, waiting while the rail is asked, or ClaimHeld
}

// SpellReceipt brings a typed receipt to its stored form: ten letters and digits; fault.Invalid "receipt.invalid".
func SpellReceipt(typed string) (string, error) {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '.':
		default:
			return "", fault.New(fault.Invalid, "receipt.invalid")
		}
	}
	if b.Len() != 10 {
		return "", fault.New(fault.Invalid, "receipt.invalid")
	}
	return b.String(), nil
}

// EnterReceipt takes the M-Pesa code that a payer typed for an order. Whoever holds the receipt is its payer: money that
// waits as credit or in suspense serves this order now, a receipt that paid another order leads to that order, and one
// that nobody knows is looked up at the rail.
func (s *Service) EnterReceipt(ctx context.Context, token, typed string) (Claimed, error) {
	number, err := SpellReceipt(typed)
	if err != nil {
		return Claimed{}, err
	}
	o, err := s.orderByToken(ctx, token)
	if err != nil {
		return Claimed{}, err
	}
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return Claimed{}, err
	}
	known, err := s.receiptAnywhere(ctx, number)
	if missing, err := notFoundIs(err); err != nil {
		return Claimed{}, err
	} else if missing {
		return Claimed{Token: token, State: claimWaiting}, s.claimReceipt(ctx, o.ID, p.TillID, number)
	}
	return s.useKnown(ctx, o, p, known)
}

// FindByReceipt leads from a receipt alone to the order it paid; fault.NotFound "receipt.unknown".
func (s *Service) FindByReceipt(ctx context.Context, typed string) (Claimed, error) {
	number, err := SpellReceipt(typed)
	if err != nil {
		return Claimed{}, err
	}
	known, err := s.receiptAnywhere(ctx, number)
	if missing, err := notFoundIs(err); err != nil || missing || known.OrderID == 0 {
		if err == nil {
			err = fault.New(fault.NotFound, "receipt.unknown")
		}
		return Claimed{}, err
	}
	paid, err := s.order(ctx, known.OrderID)
	c := Claimed{Token: paid.Token, State: ClaimFound}
	if known.Placed == PlacedCredit {
		c.State = ClaimHeld
	}
	return c, err
}

// errNotServed undoes a transaction whose money did not serve the order after all.
var errNotServed = errors.New("the order was not served")

// useKnown serves an order by the receipt's own money, else by the credit of who paid it; else it leads to where the
// receipt's money is, or says that it is too little.
func (s *Service) useKnown(ctx context.Context, o Order, p Payment, known Receipt) (Claimed, error) {
	here := Claimed{Token: o.Token, State: ClaimFound}
	for _, pay := range []func(*db.Tx, Payment, Order, Receipt) error{s.payByReceipt, s.payByCredit} {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.payTyped(tx, p, known, pay) })
		if !errors.Is(err, errNotServed) {
			return here, err
		}
	}
	known, err := s.receiptAnywhere(ctx, known.Number)
	if err != nil {
		return Claimed{}, err
	}
	if known.Placed == PlacedOrder || known.Placed == placedMerged {
		paid, err := s.order(ctx, known.OrderID)
		return Claimed{Token: paid.Token, State: ClaimFound}, err
	}
	left, err := s.leftOf(ctx, known)
	if enough, e := left.Compare(o.Price); err == nil && (e != nil || enough < 0) {
		err = fault.New(fault.Conflict, "receipt.too_little", "Amount", left.String(), "Price", o.Price.String())
	}
	return here, err
}

func (s *Service) payTyped(tx *db.Tx, p Payment, known Receipt, pay func(*db.Tx, Payment, Order, Receipt) error) error {
	o, err := s.orderTx(tx, p.OrderID)
	if err != nil {
		return err
	}
	fresh, err := s.receiptByNumber(tx, known.TillID, known.Number)
	if err == nil && o.State == OrderPaid {
		err = errNotServed
	}
	if err != nil {
		return err
	}
	return pay(tx, p, o, fresh)
}

// payByReceipt serves the order with the whole of a receipt. Money that came after the order was placed is what its prompt
// asked for; older money is not, and the prompt may still bring its own.
func (s *Service) payByReceipt(tx *db.Tx, p Payment, o Order, r Receipt) error {
	if enough, err := r.Amount.Compare(o.Price); err != nil || enough < 0 || (r.Placed != PlacedCredit && r.Placed != PlacedSuspense) {
		return errNotServed
	}
	if !r.ArrivedAt.Before(p.CreatedAt) {
		now := s.Clock.Now()
		if _, err := s.movePayment(tx, p.ID, before(PaymentPaid), paymentChange{State: PaymentPaid, SettledAt: &now, ClearReason: true}); err != nil {
			return err
		}
	}
	out, err := s.takeOver(tx, p, o, r, true)
	if err == nil && (out.Again || out.Placed != PlacedOrder) {
		err = errNotServed
	}
	return err
}

// claimReceipt stores a typed receipt once per order and has it looked up.
func (s *Service) claimReceipt(ctx context.Context, orderID, tillID int64, number string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c := claim{ID: tx.ID(), OrderID: orderID, TillID: tillID, Receipt: number, State: claimWaiting, secret: seal.RandomHex(16)}
		kept, err := s.keepClaim(tx, c)
		if err != nil {
			return err
		}
		return s.Jobs.Emit(tx, factReceiptTyped, id(kept.ID), paymentFact{PaymentID: kept.ID, Receipt: number})
	})
}

// lookForReceipt handles "receipt typed": it asks the rail about the receipt; the answer comes to our own address. Without
// one, or without an operator to ask as, the claim stays in its queue.
func (s *Service) lookForReceipt(ctx context.Context, j jobs.Job) error {
	var f paymentFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	c, err := s.claim(ctx, f.PaymentID)
	if err != nil {
		return err
	}
	till, err := s.Till(ctx, c.TillID)
	if err != nil {
		return err
	}
	if s.PublicURL == "" || till.Initiator == "" || c.State == ClaimFound || c.State == claimRefused && j.Attempt > 1 {
		return nil
	}
	if s.paused() {
		return s.waitPaused()
	}
	won, err := s.askClaim(ctx, c, s.Clock.Now().Add(-claimHold))
	if err != nil || !won {
		return err
	}
	conversation, err := s.Gateway.AskStatus(ctx, till, c.Receipt, s.callback("/in/t/"+c.secret), s.callback("/in/e/"+c.secret))
	if err != nil {
		if e := s.setClaim(ctx, c.ID, claimWaiting, string(ReasonUnknown)); e != nil {
			return e
		}
		return err
	}
	if err := s.setConversation(ctx, c.ID, conversation); err != nil || j.Attempt > len(lookAgain) {
		return err
	}
	return jobs.Again(lookAgain[j.Attempt-1], errors.New("no answer yet"))
}

// settleClaim brings the rail's word about a typed receipt to the one door.
func (s *Service) settleClaim(ctx context.Context, c claim, r StatusResult, at time.Time) error {
	if r.Verdict.State != VerdictPaid {
		if r.Verdict.State == VerdictFailed {
			return s.askElsewhere(ctx, c, string(r.Verdict.Reason))
		}
		return s.setClaim(ctx, c.ID, claimWaiting, string(r.Verdict.Reason))
	}
	number := r.Receipt
	if number == "" {
		number = c.Receipt
	}
	if !r.At.IsZero() {
		at = r.At
	}
	_, err := s.Settle(ctx, Evidence{Kind: ByStatus, TillID: c.TillID, OrderID: c.OrderID, Verdict: r.Verdict,
		Receipt: number, Amount: r.Amount, Payer: r.Payer, At: at})
	if err != nil {
		return err
	}
	if err := s.serveClaim(ctx, c, number); err != nil {
		return err
	}
	return s.setClaim(ctx, c.ID, ClaimFound, "")
}

// askElsewhere has a receipt that is no money of one till looked up at the next: the rail tells each till of its own money only,
// and the payer may have paid to any of ours. It is refused when all have been asked.
func (s *Service) askElsewhere(ctx context.Context, c claim, why string) error {
	p, err := s.paymentOfOrder(ctx, c.OrderID)
	if err != nil {
		return err
	}
	tills, err := s.Tills(ctx)
	if err != nil {
		return err
	}
	next := slices.IndexFunc(tills, func(t Till) bool { return t.ID == c.TillID }) + 1
	for n := range tills {
		t := tills[(next+n)%len(tills)]
		if t.ID == p.TillID || t.ID == c.TillID {
			break
		}
		if t.Initiator != "" {
			return s.moveClaim(ctx, c, t.ID)
		}
	}
	return s.setClaim(ctx, c.ID, claimRefused, why)
}

// serveClaim gives the order money that had come by another way while the rail was asked, and was not known to be meant.
func (s *Service) serveClaim(ctx context.Context, c claim, number string) error {
	o, err := s.order(ctx, c.OrderID)
	if err != nil || o.State == OrderPaid {
		return err
	}
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return err
	}
	known, err := s.receiptAnywhere(ctx, number)
	if err == nil {
		_, err = s.useKnown(ctx, o, p, known)
	}
	if _, unserved := errors.AsType[*serviceFault](err); unserved || fault.KeyOf(err) == "receipt.too_little" {
		return nil // it stays credit, which the order's page tells
	}
	return err
}
