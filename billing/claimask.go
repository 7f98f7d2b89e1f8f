package billing

import (
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
)

// claimHold is how long a typed receipt waits for the rail's answer before it is asked for again.
const claimHold = 2 * time.Minute

// lookAgain is when a receipt is asked about once more while there is no answer: the rail sends each only once.
var lookAgain = []time.Duration{claimHold + time.Second, 10 * time.Minute, time.Hour}

// whyOtherTill is the reason of a receipt that is real, and of money that these books do not know of.
const whyOtherTill = "other_till"

// claimReceipt stores a typed receipt once per order and has it looked up.
func (s *Service) claimReceipt(ctx context.Context, orderID, tillID int64, number string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c := claim{ID: tx.ID(), OrderID: orderID, TillID: tillID, Receipt: number, State: ClaimWaiting, secret: seal.RandomHex(16)}
		kept, err := s.keepClaim(tx, c)
		if err != nil {
			return err
		}
		return s.Jobs.Emit(tx, factReceiptTyped, id(kept.ID), claimFact{ClaimID: kept.ID})
	})
}

// lookForReceipt handles "receipt typed": it asks the rail about the receipt; the answer comes to our own address. Without
// one, or without an operator to ask as, the claim stays in its queue.
func (s *Service) lookForReceipt(ctx context.Context, j jobs.Job) error {
	var f claimFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	c, err := s.claim(ctx, f.ClaimID)
	if err != nil {
		return err
	}
	till, err := s.Till(ctx, c.TillID)
	if err != nil {
		return err
	}
	if s.PublicURL == "" || till.Initiator == "" || c.State == ClaimFound || c.State == ClaimRefused && j.Attempt > 1 {
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
		if e := s.setClaim(ctx, c.ID, ClaimWaiting, string(ReasonUnknown)); e != nil {
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
		if r.Verdict.Reason == ReasonReversed {
			return s.claimReversed(ctx, c, r, at)
		}
		if r.Verdict.State == VerdictFailed {
			return s.askElsewhere(ctx, c, string(r.Verdict.Reason))
		}
		return s.setClaim(ctx, c.ID, ClaimWaiting, string(r.Verdict.Reason))
	}
	number := r.Receipt
	if number == "" {
		number = c.Receipt
	}
	if !r.At.IsZero() {
		at = r.At
	}
	e := Evidence{Kind: ByStatus, TillID: c.TillID, Verdict: r.Verdict, Receipt: number, Amount: r.Amount, Payer: r.Payer, At: at}
	err := s.meantFor(ctx, c, &e)
	if err == nil {
		_, err = s.Settle(ctx, e)
	}
	if err != nil {
		return err
	}
	shown, err := s.serveClaim(ctx, c, number)
	if err != nil || !shown {
		return err
	}
	return s.setClaim(ctx, c.ID, ClaimFound, "")
}

// meantFor names the order that a receipt was typed for as the one that its money is meant for: when the order's prompt told of
// it, or its phone may be the one that paid. Else the money comes by itself, and who typed it is asked whose it is.
func (s *Service) meantFor(ctx context.Context, c claim, e *Evidence) error {
	p, err := s.paymentOfOrder(ctx, c.OrderID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		o, err := s.orderTx(tx, c.OrderID)
		if err != nil {
			return err
		}
		who, err := s.payersOf(tx, Receipt{Payer: e.Payer})
		if err == nil && (p.told(*e) || who.mayBe(o.Phone)) {
			e.OrderID = o.ID
		}
		return err
	})
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
	return s.setClaim(ctx, c.ID, ClaimRefused, why)
}

// serveClaim gives the order money that had come by another way while the rail was asked, and was not known to be meant; false
// when who typed it must show first that they paid.
func (s *Service) serveClaim(ctx context.Context, c claim, number string) (shown bool, err error) {
	o, err := s.order(ctx, c.OrderID)
	if err != nil || o.State == OrderPaid {
		return err == nil, err
	}
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return false, err
	}
	known, err := s.receiptAnywhere(ctx, number)
	if err != nil {
		return false, err
	}
	got, err := s.useKnown(ctx, o, p, known, "")
	_, unserved := errors.AsType[*serviceFault](err)
	switch key := fault.KeyOf(err); {
	case unserved, key == "receipt.too_little", key == "receipt.hidden":
		err = nil // it stays where it is, which the order's page tells
	}
	return got.State != ClaimWhose, err
}

// claimReversed: the money of a typed receipt came, and the rail took it back. What of it is in the books, or comes late, is taken back as well.
func (s *Service) claimReversed(ctx context.Context, c claim, r StatusResult, at time.Time) error {
	if !r.At.IsZero() {
		at = r.At
	}
	if r.Amount.IsPositive() {
		v := Reversal{TillID: c.TillID, Code: c.Receipt, Receipt: c.Receipt, Amount: r.Amount, At: at, CameBy: ReversedByStatus, By: "M-Pesa"}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, _, err := s.FindReversal(tx, v)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.setClaim(ctx, c.ID, ClaimRefused, string(ReasonReversed))
}
