package billing

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// RefundState is how far a refund got: asked → approved, refused or cancelled; approved → paid.
type RefundState string

// The states of a refund.
const (
	RefundAsked     RefundState = "asked"
	RefundApproved  RefundState = "approved" // owed: out of what it had bought, and not paid back yet
	RefundRefused   RefundState = "refused"
	RefundCancelled RefundState = "cancelled" // by who had asked, before anybody decided
	RefundPaid      RefundState = "paid"
)

// How a refund was paid back.
const (
	RefundByMPesa  = "mpesa" // reversed by the rail, or by hand at the till's own portal
	RefundByPayout = "payout"
	RefundByCash   = "cash"
)

// Kinds of a refund's ledger entries.
const (
	EntryRefundOwed = "refund owed"
	EntryRefundPaid = "refund paid"
	EntryRefundCode = "refund code" // no money: the code of one that was paid was put right
)

// PlacedRefunded is money of nobody that goes back to who paid it.
const PlacedRefunded = "refunded"

// Refund is money to be paid back. One member asks for it, another approves, and whoever pays it says how.
type Refund struct {
	ID, ReceiptID, OrderID, GrantID int64
	Account                         string // of the books that it came out of; empty while asked
	Amount                          money.Amount
	Reason                          string
	State                           RefundState
	AskedBy, DecidedBy, PaidBy      int64 // members
	How, Reference                  string
	Typed                           string // the code as a member first wrote it down; empty: the rail told it, or it is none
	Codes                           int64  // how often the code was put right since, by CodeBy at CodeAt the last time
	CodeBy                          int64
	Sending                         int64 // the try of the rail that is under way; 0 for none
	Alone                           bool  // decided by who asked: nobody else could
	AskedAt, DecidedAt, PaidAt      time.Time
	CodeAt                          time.Time
}

// AskRefund asks for a receipt's money, or a part of it, to be paid back. fault.Invalid "refund.amount" or "refund.reason",
// fault.Conflict "refund.open" (another is under way) or "refund.placed" (there is nothing of it here any more).
func (s *Service) AskRefund(tx *db.Tx, f Refund) (Refund, error) {
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return f, err
	}
	if f.Reason = strings.TrimSpace(f.Reason); f.Reason == "" || !utf8.ValidString(f.Reason) {
		return f, fault.New(fault.Invalid, "refund.reason")
	}
	most, err := s.refundable(tx, r)
	if err != nil {
		return f, err
	}
	if over, err := f.Amount.Compare(most); err != nil || over > 0 || !f.Amount.IsPositive() || r.Placed == PlacedSuspense && over != 0 {
		return f, fault.New(fault.Invalid, "refund.amount", "Most", most.String())
	}
	f.ID, f.OrderID, f.State, f.AskedAt, f.Reason = tx.ID(), r.OrderID, RefundAsked, s.Clock.Now(), cut(f.Reason)
	err = s.insertRefund(tx, f)
	if db.IsDuplicate(err) {
		err = fault.New(fault.Conflict, "refund.open")
	}
	return f, err
}

// refundable is the most that may be paid back of a receipt.
func (s *Service) refundable(tx *db.Tx, r Receipt) (money.Amount, error) {
	most := r.Left()
	if !most.IsPositive() {
		return most, fault.New(fault.Conflict, "refund.placed")
	}
	switch r.Placed {
	case PlacedOrder:
		if r.Reversed.IsPositive() { // its service was taken away
			return most, fault.New(fault.Conflict, "refund.placed")
		}
		o, err := s.orderTx(tx, r.OrderID)
		if err != nil {
			return most, err
		}
		most = o.Price
	case PlacedCredit, PlacedSuspense, PlacedAccount:
	default:
		return most, fault.New(fault.Conflict, "refund.placed")
	}
	given, err := s.refundedOf(tx, r.ID)
	if err == nil && r.Placed == PlacedOrder && given.IsPositive() { // its service was taken away with the first
		err = fault.New(fault.Conflict, "refund.placed")
	}
	if err != nil {
		return most, err
	}
	return most.Sub(given)
}

// ApproveRefund is the second person's word: the money leaves what it had bought and is owed, and the service ends or is made
// smaller. Proven says that the member proved just now that it is they. fault.Denied as of internal/approval; fault.Conflict "refund.decided", "refund.spent"
// or "refund.placed".
func (s *Service) ApproveRefund(tx *db.Tx, refundID, member int64, proven bool) (Refund, error) {
	r, err := s.refundStands(tx, refundID)
	if err != nil {
		return Refund{}, err
	}
	f, err := s.judgeRefund(tx, r, refundID, member, proven, RefundApproved)
	if err != nil {
		return f, err
	}
	from, err := s.takeForRefund(tx, &f, r)
	if err != nil {
		return f, err
	}
	if err := s.keepRefund(tx, f); err != nil {
		return f, err
	}
	postings := []ledger.Posting{from, {Account: ledger.RefundsPayable, Party: refundParty(f.ID), Amount: f.Amount.Neg()}}
	if f.OrderID != 0 && r.Placed == PlacedOrder { // the only refund of it, and before any reversal: see refundable
		o, err := s.orderTx(tx, f.OrderID)
		if err != nil {
			return f, err
		}
		tax, err := o.taxBack(from, 0)
		if err != nil {
			return f, err
		}
		postings = append(postings, tax...)
	}
	return f, s.post(tx, r.ID, ledger.Entry{Kind: EntryRefundOwed, Source: f.OwedSource(), At: s.Clock.Now(), Memo: f.owedDigest(), Postings: postings})
}

// refundStands holds a refund's receipt where it is, and sees that what was asked for is there still: the money may have been
// matched, or taken back, meanwhile.
func (s *Service) refundStands(tx *db.Tx, refundID int64) (Receipt, error) {
	f, err := s.refundTx(tx, refundID)
	if err != nil {
		return Receipt{}, err
	}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil || f.State != RefundAsked { // deciding tells
		return r, err
	}
	held, err := s.holdReceipt(tx, r)
	if err != nil {
		return r, err
	}
	if f, err = s.refundTx(tx, refundID); err != nil || f.State != RefundAsked { // decided while this one waited for the receipt
		return r, err
	}
	if !held {
		return r, spent(nil)
	}
	most, err := s.refundable(tx, r)
	if err != nil {
		return r, err
	}
	over, err := f.Amount.Compare(most)
	if err == nil && (over > 0 || r.Placed == PlacedSuspense && over != 0) {
		err = fault.New(fault.Conflict, "refund.spent")
	}
	return r, err
}

// takeForRefund takes the money out of where it is.
func (s *Service) takeForRefund(tx *db.Tx, f *Refund, r Receipt) (ledger.Posting, error) {
	from := ledger.Posting{Amount: f.Amount}
	switch r.Placed {
	case PlacedOrder:
		account, party, err := s.takeService(tx, f, r)
		from.Account, from.Party = account, party
		f.Account = account
		return from, err
	case PlacedCredit:
		from.Account, from.Party = ledger.GuestCredit, r.payerHash
		if had, err := s.takeCredit(tx, r.payerHash, f.Amount); err != nil || !had {
			return from, spent(err)
		}
	case PlacedAccount:
		back, err := s.accounts.GiveBack(tx, r.HolderID, f.Amount, r.ID, false)
		if fault.KeyOf(err) == "unmatch.spent" {
			return from, spent(nil)
		}
		if err != nil {
			return from, err
		}
		from = back[0] // of credit alone, for it was there
	case PlacedSuspense:
		from.Account, from.Party = ledger.Suspense, receiptParty(r.ID)
		if won, err := s.unplace(tx, r); err != nil || !won {
			return from, spent(err)
		}
		r.Placed = PlacedRefunded
		if err := s.moveReceipt(tx, r); err != nil {
			return from, err
		}
	default:
		return from, fault.New(fault.Conflict, "refund.placed")
	}
	f.Account = from.Account
	return from, nil
}

func spent(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "refund.spent")
	}
	return err
}

// takeService ends or shortens what an order bought. While its grant lives the money is held for it; after, it is earned, and
// what was earned is given back.
func (s *Service) takeService(tx *db.Tx, f *Refund, r Receipt) (account, party string, err error) {
	o, err := s.orderTx(tx, r.OrderID)
	if err != nil {
		return "", "", err
	}
	f.OrderID, f.GrantID = o.ID, o.GrantID
	lived, err := s.Grants.Revoke(tx, o.source(), access.Source{Kind: access.SourceRefund, Key: id(f.ID)})
	if err != nil || lived {
		return ledger.PrepaidService, grantParty(o.GrantID), err
	}
	earned, err := s.earn(tx, o.GrantID, "refunded")
	return earned, "", err
}

// RefusePayback says no to a refund; nothing moves. Faults as of ApproveRefund.
func (s *Service) RefusePayback(tx *db.Tx, refundID, member int64, proven bool) (Refund, error) {
	f, err := s.refundTx(tx, refundID)
	if err != nil {
		return f, err
	}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return f, err
	}
	return s.judgeRefund(tx, r, refundID, member, proven, RefundRefused)
}

// judgeRefund decides a refund of a receipt, when the member may.
func (s *Service) judgeRefund(tx *db.Tx, r Receipt, refundID, member int64, proven bool, to RefundState) (Refund, error) {
	f, err := s.refundTx(tx, refundID)
	if err != nil {
		return f, err
	}
	if f.State != RefundAsked {
		return f, fault.New(fault.Conflict, "refund.decided")
	}
	sites, err := s.sitesOf(tx, r)
	if err != nil {
		return f, err
	}
	alone, err := s.Approvals.MayDecide(tx, sites, f.AskedBy, member, proven)
	if err != nil {
		return f, err
	}
	return s.decideRefund(tx, refundID, member, to, alone)
}

// sitesOf are the sites that a receipt is about: its order's, or those of its till; none are all.
func (s *Service) sitesOf(tx *db.Tx, r Receipt) ([]int64, error) {
	if r.OrderID == 0 {
		return s.sitesOfTill(tx, r.TillID)
	}
	o, err := s.orderTx(tx, r.OrderID)
	return []int64{o.SiteID}, err
}

// CancelRefund takes a refund back that waits for the second person, by who asked for it: nothing has moved, and it may be asked for again. fault.Denied
// "refund.not_yours", fault.Conflict "refund.decided".
func (s *Service) CancelRefund(tx *db.Tx, refundID, member int64) (Refund, error) {
	return s.cancelRefund(tx, refundID, member)
}

// PayRefund says how a refund was paid back by hand: the money leaves the till or the cash box. Of one that a rail was to bring back and never told about, the
// code says that it did. fault.Invalid "refund.how" or "refund.reference" (a reversal has a code), fault.Conflict "refund.not_owed", or "refund.sending" while
// a rail may be bringing it back.
func (s *Service) PayRefund(tx *db.Tx, refundID, member int64, how, reference string) (Refund, error) {
	reference = strings.TrimSpace(reference)
	var err error
	switch how {
	case RefundByMPesa:
		if reference, err = SpellReceipt(reference); err != nil {
			return Refund{}, fault.Wrap(fault.Invalid, "refund.reference", err)
		}
	case RefundByCash:
		if reference = cutTo(reference, 60); !utf8.ValidString(reference) {
			return Refund{}, fault.New(fault.Invalid, "refund.reference")
		}
	default:
		return Refund{}, fault.New(fault.Invalid, "refund.how")
	}
	f, err := s.refundTx(tx, refundID)
	if err != nil {
		return f, err
	}
	if f.Sending != 0 && how == RefundByMPesa {
		b, err := s.holdSendBack(tx, f.Sending)
		if err != nil {
			return f, err
		}
		if b.State == SendBackLost {
			b.By, b.Code, b.Says = member, codeTold, ""
			if err := s.sendBackDone(tx, b, reference); err != nil {
				return f, err
			}
			return s.refundTx(tx, refundID)
		}
	}
	paid := Refund{ID: refundID, PaidBy: member, How: how, Reference: reference}
	if how == RefundByMPesa {
		paid.Typed = reference
	}
	return s.refundPaid(tx, paid)
}

// refundPaid moves the money of a refund that is owed out of where it is paid from.
func (s *Service) refundPaid(tx *db.Tx, paid Refund) (Refund, error) {
	f, err := s.payRefund(tx, paid)
	if err != nil {
		return f, err
	}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return f, err
	}
	to := ledger.Posting{Account: ledger.Cash, Amount: f.Amount.Neg()}
	switch f.How {
	case RefundByMPesa:
		to.Account, to.Party = ledger.TillClearing, tillParty(r.TillID)
	case RefundByPayout:
		to.Account, to.Party = ledger.PayoutCodes, tillParty(r.TillID)
	}
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: EntryRefundPaid, Source: f.PaidSource(), At: s.Clock.Now(), Memo: f.paidDigest(),
		Postings: []ledger.Posting{{Account: ledger.RefundsPayable, Party: refundParty(f.ID), Amount: f.Amount}, to}})
	if err != nil {
		return f, err
	}
	return f, s.Jobs.Emit(tx, FactRefunded, id(f.ID), RefundFact{f.ID})
}

func refundParty(n int64) string { return "refund:" + id(n) }

func cutTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// Says is what the books say of a refund that was approved, and of one that was paid.
func (f Refund) Says() (owed, paid string) { return f.owedDigest(), f.paidDigest() }

// OwedSource is the source of the entry by which a refund became owed.
func (f Refund) OwedSource() string { return receiptParty(f.ReceiptID) + ":" + id(f.ID) }

// PaidSource is the source of the entry by which it was paid.
func (f Refund) PaidSource() string { return refundParty(f.ID) }

// owedDigest is what the books say of a refund when it was approved; paidDigest of how it was paid.
func (f Refund) owedDigest() string {
	return "refund " + digestOf(f.ID, f.ReceiptID, f.OrderID, f.GrantID, f.Account, f.Amount.Cents, f.Amount.Currency, f.Reason, f.AskedBy, f.DecidedBy, f.Alone,
		f.AskedAt, f.DecidedAt)
}

func (f Refund) paidDigest() string {
	return "paid back " + digestOf(f.ID, f.How, cmp.Or(f.Typed, f.Reference), f.PaidBy, f.PaidAt)
}
