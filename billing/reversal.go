package billing

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// ReversalState is what became of a reversal: found → taken, ours or nothing.
type ReversalState string

// The states of a reversal. One that is found waits for its receipt, which may come later.
const (
	ReversalFound   ReversalState = "found"
	ReversalTaken   ReversalState = "taken"   // the money is out of what it had done
	ReversalOurs    ReversalState = "ours"    // it is how a refund of ours was paid
	ReversalNothing ReversalState = "nothing" // the receipt's money had gone back before
)

// How a reversal is known.
const (
	ReversedOnStatement = "statement"
	ReversedByStatus    = "status" // the rail's word about a receipt (Transaction Status)
)

// EntryReversed is the kind of the entry by which reversed money left.
const EntryReversed = "money reversed"

// EntryCharge is the kind of the entry by which a charge of the rail's left (billing/railbook).
const EntryCharge = "rail charge"

// Reversal is money that a rail took back from a till. Code is its own number at the rail, Receipt that of the money.
type Reversal struct {
	ID, TillID           int64
	Code, Receipt        string
	Amount               money.Amount
	At                   time.Time
	CameBy               string
	State                ReversalState
	ReceiptID, RefundID  int64
	Placed               string // where its money was
	OrderID, GrantID     int64
	HolderID             int64        // the customer or reseller who has less now
	Account              string       // of the books that the service's money came out of
	Service              money.Amount // that was taken from what an order bought
	Lost                 money.Amount // that was spent by a guest and is nobody's
	By, From             string       // who brought the word
	Member               int64        // the same, when it was a member
	CreatedAt, SettledAt time.Time
}

// FactReversed is that money was taken back. Key is the reversal's id; the payload is a ReversalFact.
const FactReversed = "money reversed"

// FindReversal keeps a reversal once for its code, and has its money taken back by a job. False: it was known.
func (s *Service) FindReversal(tx *db.Tx, v Reversal) (Reversal, bool, error) {
	known, err := s.reversalByCode(tx, v.TillID, v.Code)
	if missing, err := notFoundIs(err); err != nil || !missing {
		return known, false, err
	}
	v.ID, v.State, v.CreatedAt = tx.ID(), ReversalFound, s.Clock.Now().UTC().Truncate(time.Millisecond)
	err = tx.Savepoint(func() error { return s.insertReversal(tx, v) })
	if db.IsDuplicate(err) { // found meanwhile on another connection
		v, err = s.reversalByCode(tx, v.TillID, v.Code)
		return v, false, err
	}
	if err != nil {
		return v, false, err
	}
	return v, true, s.Jobs.Emit(tx, factReversalFound, id(v.ID), ReversalFact{v.ID})
}

// takeBackFound handles "reversal found".
func (s *Service) takeBackFound(ctx context.Context, j jobs.Job) error {
	var f ReversalFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	_, err := s.TakeBack(ctx, f.ReversalID)
	return err
}

// TakeBackWaiting takes back what waits for a receipt that has come since; call it every minute on one node.
func (s *Service) TakeBackWaiting(ctx context.Context) error {
	ids, err := s.reversalsWaiting(ctx)
	for _, one := range ids {
		_, e := s.TakeBack(ctx, one)
		err = errors.Join(err, e)
	}
	return err
}

// hurryReversal has a reversal taken back that was known before its receipt.
func (s *Service) hurryReversal(tx *db.Tx, tillID int64, number string) error {
	ids, err := s.reversalsOfNumber(tx, tillID, number)
	for _, one := range ids {
		if err == nil {
			err = s.Jobs.Emit(tx, factReversalFound, id(one), ReversalFact{one})
		}
	}
	return err
}

// TakeBack takes the money of a reversal out of whatever it had done, once: what an order bought is suspended, a customer's invoices are open again,
// float and credit go down. Found before its receipt, it waits.
func (s *Service) TakeBack(ctx context.Context, reversalID int64) (v Reversal, err error) {
	for range settleAttempts {
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			v, err = s.takeBack(tx, reversalID)
			return err
		})
		if !errors.Is(err, errRaced) {
			break
		}
	}
	return v, err
}

var errForeseen = errors.New("foreseen")

// Foresee tells what a reversal would do, or did; nothing of it stays.
func (s *Service) Foresee(ctx context.Context, v Reversal) (Reversal, error) {
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		if v, _, err = s.FindReversal(tx, v); err != nil {
			return err
		}
		if v, err = s.takeBack(tx, v.ID); err == nil {
			err = errForeseen
		}
		return err
	})
	if errors.Is(err, errForeseen) {
		err = nil
	}
	return v, err
}

func (s *Service) takeBack(tx *db.Tx, reversalID int64) (Reversal, error) {
	v, err := s.reversalTx(tx, reversalID)
	if err != nil || v.State != ReversalFound {
		return v, err
	}
	r, err := s.receiptByNumber(tx, v.TillID, v.Receipt)
	if missing, err := notFoundIs(err); err != nil || missing {
		return v, err
	}
	if won, err := s.claimReversal(tx, v.ID, r.ID); err != nil || !won {
		return v, raced(err)
	}
	if won, err := s.holdReceipt(tx, r); err != nil || !won {
		return v, raced(err)
	}
	if r, err = s.receiptTx(tx, r.ID); err != nil { // as it is now that nobody else moves it
		return v, err
	}
	v.ReceiptID, v.OrderID, v.Placed = r.ID, r.OrderID, r.Placed
	if ours, err := s.isRefund(tx, &v, r); err != nil || ours {
		return s.settledReversal(tx, v, ReversalOurs, err)
	}
	if v.Amount.Cents = min(v.Amount.Cents, r.Left().Cents); !v.Amount.IsPositive() {
		return s.settledReversal(tx, v, ReversalNothing, nil)
	}
	from, err := s.takeFrom(tx, &v, &r)
	if err != nil {
		return v, err
	}
	if won, err := s.reverseReceipt(tx, r, v.Amount); err != nil || !won {
		return v, raced(err)
	}
	if v, err = s.settledReversal(tx, v, ReversalTaken, nil); err != nil {
		return v, err
	}
	from = append(from, ledger.Posting{Account: ledger.TillClearing, Party: tillParty(r.TillID), Amount: v.Amount.Neg()})
	return v, s.post(tx, r.ID, ledger.Entry{Kind: EntryReversed, Source: v.Source(), At: v.SettledAt, Memo: v.Says(), Postings: from})
}

func raced(err error) error {
	if err == nil {
		err = errRaced
	}
	return err
}

// takeFrom takes reversed money out of where it is. The postings sum to it.
func (s *Service) takeFrom(tx *db.Tx, v *Reversal, r *Receipt) ([]ledger.Posting, error) {
	switch r.Placed {
	case PlacedOrder:
		return s.takeFromOrder(tx, v, *r)
	case PlacedCredit:
		return s.takeFromCredit(tx, v, *r, v.Amount)
	case PlacedAccount:
		v.HolderID = r.HolderID
		return s.accounts.GiveBack(tx, r.HolderID, v.Amount, r.ID, true)
	case PlacedFloat:
		holder, err := s.holderOfFloat(tx, *r)
		if err != nil {
			return nil, err
		}
		v.HolderID = holder
		return s.floats.TakeFloatBack(tx, holder, v.Amount, v.ID)
	case PlacedSuspense:
		if v.Amount == r.Left() {
			r.Placed = PlacedReversed
		}
		return []ledger.Posting{{Account: ledger.Suspense, Party: receiptParty(r.ID), Amount: v.Amount}}, nil
	}
	v.Lost = v.Amount // it was paid back to who paid it, and reversed besides
	return []ledger.Posting{{Account: ledger.BadDebts, Amount: v.Amount}}, nil
}

// holderOfFloat is whose float a receipt is.
func (s *Service) holderOfFloat(tx *db.Tx, r Receipt) (int64, error) {
	if r.OrderID != 0 {
		o, err := s.orderTx(tx, r.OrderID)
		return o.PlanID, err
	}
	holder, err := s.floats.FloatOf(tx.Context(), r.Reference)
	if err == nil && holder == 0 {
		err = fault.New(fault.Internal, "internal")
	}
	return holder, err
}

// takeFromOrder takes what was left over from credit first, and the rest from what the order bought, which is suspended then.
func (s *Service) takeFromOrder(tx *db.Tx, v *Reversal, r Receipt) (all []ledger.Posting, err error) {
	o, err := s.orderTx(tx, r.OrderID)
	if err != nil {
		return nil, err
	}
	before, err := s.servicesReversed(tx, r.ID)
	if err != nil {
		return nil, err
	}
	refunded, err := s.refundedOf(tx, r.ID)
	if err != nil {
		return nil, err
	}
	rest := max(0, r.Amount.Cents-o.Price.Cents-(r.Reversed.Cents-before)) // as credit, and not reversed yet
	need := v.Amount.Cents
	if spare := min(rest, need); spare > 0 {
		held, err := s.takeCreditUpTo(tx, r.payerHash, v.share(spare))
		if err != nil {
			return nil, err
		}
		if need -= held.Cents; held.IsPositive() {
			all = append(all, ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: held})
		}
	}
	if v.Service = v.share(max(0, min(need, o.Price.Cents-refunded.Cents-before))); v.Service.IsPositive() {
		from, err := s.takeReversedService(tx, v, o, before > 0)
		if err != nil {
			return nil, err
		}
		tax, err := o.taxBack(from, refunded.Cents+before)
		if err != nil {
			return nil, err
		}
		all = append(append(all, from), tax...)
	}
	lost, err := s.lose(tx, v, r, need-v.Service.Cents)
	return append(all, lost...), err
}

// share is a part of a reversal's money.
func (v Reversal) share(cents int64) money.Amount {
	return money.Amount{Cents: cents, Currency: v.Amount.Currency}
}

// takeReversedService suspends what an order bought, and takes its money from where it is: held while the grant lives, earned after.
func (s *Service) takeReversedService(tx *db.Tx, v *Reversal, o Order, again bool) (from ledger.Posting, err error) {
	v.GrantID = o.GrantID
	lived := false
	if again { // a part was reversed before
		grant, _, _, err := s.Grants.View(tx.Context(), o.GrantID)
		if err != nil {
			return from, err
		}
		lived = grant.State != access.Ended
	} else if lived, err = s.Grants.Impound(tx, o.source(), access.Source{Kind: access.SourceReversal, Key: id(v.ID)}); err != nil {
		return from, err
	}
	from = ledger.Posting{Account: ledger.PrepaidService, Party: grantParty(o.GrantID), Amount: v.Service}
	if !lived {
		from.Party = ""
		if from.Account, err = s.earn(tx, o.GrantID, "reversed"); err != nil {
			return from, err
		}
	}
	v.Account = from.Account
	return from, nil
}

// takeFromCredit takes reversed money out of a guest's credit, as far as it is there.
func (s *Service) takeFromCredit(tx *db.Tx, v *Reversal, r Receipt, amount money.Amount) (all []ledger.Posting, err error) {
	held, err := s.takeCreditUpTo(tx, r.payerHash, amount)
	if err != nil {
		return nil, err
	}
	if held.IsPositive() {
		all = append(all, ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: held})
	}
	lost, err := s.lose(tx, v, r, amount.Cents-held.Cents)
	return append(all, lost...), err
}

// mostSeized bounds the grants that are looked at for one reversal.
const mostSeized = 20

// lose books what a guest's credit has bought already as lost, and suspends what it bought since the money came, the newest first.
func (s *Service) lose(tx *db.Tx, v *Reversal, r Receipt, cents int64) ([]ledger.Posting, error) {
	if cents <= 0 {
		return nil, nil
	}
	v.Lost = v.share(cents)
	bought, err := s.boughtByCredit(tx, r.payerHash, r.ArrivedAt)
	for left := cents; err == nil && left > 0 && len(bought) > 0; bought = bought[1:] {
		var o Order
		if o, err = s.orderTx(tx, bought[0]); err == nil {
			left -= o.Price.Cents
			_, err = s.Grants.Seize(tx, o.GrantID)
		}
	}
	return []ledger.Posting{{Account: ledger.BadDebts, Amount: v.Lost}}, err
}

// isRefund recognises how a refund was paid: the one with this code, else one of the same money and amount. One that is owed still is paid by it.
func (s *Service) isRefund(tx *db.Tx, v *Reversal, r Receipt) (bool, error) {
	all, err := s.refundsMatching(tx, r.ID)
	if err != nil {
		return false, err
	}
	var same *Refund
	for _, f := range all {
		taken, err := s.refundReversed(tx, f.ID)
		if err != nil {
			return false, err
		}
		if taken {
			continue
		}
		if f.State == RefundPaid && f.Reference == v.Code {
			v.RefundID = f.ID
			return true, nil
		}
		if same == nil && f.Amount == v.Amount {
			same = &f
		}
	}
	if same == nil {
		return false, nil
	}
	if v.RefundID = same.ID; same.State == RefundApproved {
		err = s.refundReversedBy(tx, *same, v.Member, v.Code)
	}
	return true, err
}

// settledReversal writes what became of a reversal, and has it told.
func (s *Service) settledReversal(tx *db.Tx, v Reversal, to ReversalState, err error) (Reversal, error) {
	if err != nil {
		return v, err
	}
	v.State, v.SettledAt = to, s.Clock.Now().UTC().Truncate(time.Millisecond)
	if err := s.keepReversal(tx, v); err != nil {
		return v, err
	}
	said, err := audit.Text(map[string]any{"code": v.Code, "receipt": v.Receipt, "amount": v.Amount.String(), "state": string(v.State), "lost": v.Lost.String()})
	if err != nil {
		return v, err
	}
	err = audit.Record(tx, v.SettledAt, audit.Event{Actor: v.By, From: v.From, Action: "money reversed", Object: "receipt", ObjectID: id(v.ReceiptID), After: said})
	if err != nil || to != ReversalTaken {
		return v, err
	}
	return v, s.Jobs.Emit(tx, FactReversed, id(v.ID), ReversalFact{v.ID})
}

// Says is what the books say of a reversal that moved money.
func (v Reversal) Says() string {
	return "reversed " + digestOf(v.ID, v.TillID, v.Code, v.Receipt, v.Amount.Cents, v.Amount.Currency, v.At, v.CameBy, v.ReceiptID, v.Placed, v.RefundID, v.OrderID, v.GrantID, v.HolderID,
		v.Account, v.Service.Cents, v.Lost.Cents, v.By, v.From, v.Member, v.CreatedAt, v.SettledAt)
}

// Source is the source of the entry by which its money left.
func (v Reversal) Source() string { return receiptParty(v.ReceiptID) + ":" + id(v.ID) }
