package counter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// PaybackState is how far a payback got: asked → approved, refused or cancelled; approved → paid.
type PaybackState string

// The states.
const (
	Asked     PaybackState = "asked"
	Approved  PaybackState = "approved" // out of the credit, and not paid yet
	Refused   PaybackState = "refused"
	Cancelled PaybackState = "cancelled" // by who had asked, before anybody decided
	Paidback  PaybackState = "paid"
)

// PaidBack is the kind of the event by which a payback leaves a customer's credit.
const PaidBack = "paid_back"

// outOf is where money that is paid back so comes from.
var outOf = map[string]string{accounts.ByCash: ledger.Cash, accounts.ByBank: ledger.Bank}

// Payback is credit that a customer gets back.
type Payback struct {
	ID, CustomerID             int64
	Amount                     money.Amount
	Reason                     string
	State                      PaybackState
	AskedBy, DecidedBy, PaidBy int64 // members
	Alone                      bool  // decided by who asked: nobody else could
	How, Reference             string
	Sending                    int64  // the try of the rail that is under way; 0 for none
	phoneHash                  string // of the phone that it may be paid out to, as it was when this was asked for
	AskedAt, DecidedAt, PaidAt time.Time
}

// Kinds of a payback's entries.
const (
	entryOwed = "payback owed"
	entryPaid = "payback paid"
)

func (p Payback) source() string { return "payback:" + idText(p.ID) }

// owedProof is the digest of a payback in the books when it was approved, paidProof of how it was paid.
func (p Payback) owedProof() string {
	return digest(p.ID, p.CustomerID, p.Amount.Cents, p.Reason, p.AskedBy, p.DecidedBy, p.Alone, p.phoneHash, p.AskedAt.UnixMilli(), p.DecidedAt.UnixMilli())
}

func (p Payback) paidProof() string {
	return digest(p.ID, p.How, p.Reference, p.PaidBy, p.PaidAt.UnixMilli())
}

func digest(parts ...any) string {
	sum := sha256.New()
	for _, p := range parts {
		text := fmt.Sprint(p)
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

func shortText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most
}

const (
	longestReason    = 200
	longestReference = 60
)

// AskPayback asks for credit to be paid back. fault.Invalid "payback.reason" or "payback.amount"; fault.Conflict "payback.open": another waits.
func (s *Service) AskPayback(ctx context.Context, p Payback, by By) (Payback, error) {
	if p.Reason = strings.TrimSpace(p.Reason); p.Reason == "" || !shortText(p.Reason, longestReason) {
		return p, fault.New(fault.Invalid, "payback.reason")
	}
	phone, err := s.phoneOf(ctx, p.CustomerID)
	if err != nil {
		return p, err
	}
	if phone != "" {
		p.phoneHash = s.Keys.Lookup(purposePhone, string(phone))
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		held, err := s.Accounts.Credit(tx, p.CustomerID)
		if err != nil {
			return err
		}
		if !p.Amount.IsPositive() || p.Amount.Cents > held.Cents {
			return fault.New(fault.Invalid, "payback.amount", "Most", money.KES(max(0, held.Cents)))
		}
		p.ID, p.State, p.AskedBy, p.AskedAt = tx.ID(), Asked, by.Member, s.now()
		if err := s.insertPayback(tx, p); err != nil {
			return err
		}
		return s.record(tx, by, "payback asked", "customer", idText(p.CustomerID), p.Amount.String()+" "+p.Reason)
	})
	if db.IsDuplicate(err) {
		err = fault.New(fault.Conflict, "payback.open")
	}
	return p, err
}

// DecidePayback is the second person's word. Approved, the money leaves the customer's credit at once. fault.Denied as of internal/approval, fault.Conflict
// "payback.decided" or "payback.spent".
func (s *Service) DecidePayback(ctx context.Context, id int64, approve bool, by By) (p Payback, err error) {
	to := Refused
	if approve {
		to = Approved
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = s.paybackTx(tx, id); err != nil {
			return err
		}
		if _, err := s.Accounts.Credit(tx, p.CustomerID); err != nil { // the account comes first
			return err
		}
		if p, err = s.judge(tx, id, to, by); err != nil {
			return err
		}
		if approve {
			if err := s.owe(tx, p, by); err != nil {
				return err
			}
		}
		action := "payback " + string(to)
		if p.Alone {
			action += " alone"
		}
		return s.record(tx, by, action, "customer", idText(p.CustomerID), p.Amount.String()+" "+p.Reason)
	})
	return p, err
}

// judge decides a payback that waits, when the member may.
func (s *Service) judge(tx *db.Tx, id int64, to PaybackState, by By) (Payback, error) {
	p, err := s.paybackTx(tx, id)
	if err != nil {
		return p, err
	}
	if p.State != Asked {
		return p, fault.New(fault.Conflict, "payback.decided")
	}
	site, err := s.siteOf(tx, p.CustomerID)
	if err != nil {
		return p, err
	}
	alone, err := s.Approvals.MayDecide(tx, site, p.AskedBy, by.Member, by.Proven)
	if err != nil {
		return p, err
	}
	return s.decide(tx, id, by.Member, to, alone)
}

// owe moves the money from credit to what is owed.
func (s *Service) owe(tx *db.Tx, p Payback, by By) error {
	due := ledger.Posting{Account: ledger.CreditPayable, Party: p.source(), Amount: p.Amount.Neg()}
	took, err := s.Accounts.Take(tx, p.CustomerID, p.Amount, accounts.Cause{Kind: PaidBack, Request: p.source(), Note: p.Reason, By: by.Actor}, due)
	if err == nil && !took {
		err = fault.New(fault.Conflict, "payback.spent")
	}
	if err != nil {
		return err
	}
	due.Amount = money.KES(0) // the event has booked it; this keeps the digest
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: entryOwed, Source: p.source(), At: p.DecidedAt, Memo: "owed to customer " + idText(p.CustomerID), Proof: p.owedProof(), Postings: []ledger.Posting{due, due}})
	return err
}

// CancelPayback takes back a payback that waits for the second person, by who asked for it: nothing has moved, and it may be asked for again. fault.Denied
// "payback.not_yours", fault.Conflict "payback.decided".
func (s *Service) CancelPayback(ctx context.Context, id int64, by By) (p Payback, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = s.cancel(tx, id, by.Member); err != nil {
			return err
		}
		return s.record(tx, by, "payback cancelled", "customer", idText(p.CustomerID), p.Amount.String()+" "+p.Reason)
	})
	return p, err
}

// PayPayback says how a payback was paid by hand. fault.Invalid "payback.how" or "payback.reference" (of a bank transfer), fault.Conflict "payback.not_owed", or
// "refund.sending" while a rail may be paying it out.
func (s *Service) PayPayback(ctx context.Context, id int64, how, reference string, by By) (p Payback, err error) {
	reference = strings.Join(strings.Fields(reference), " ")
	switch {
	case outOf[how] == "":
		return p, fault.New(fault.Invalid, "payback.how")
	case how == accounts.ByBank && reference == "" || !shortText(reference, longestReference):
		return p, fault.New(fault.Invalid, "payback.reference")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err = s.paid(tx, Payback{ID: id, PaidBy: by.Member, How: how, Reference: reference}, ledger.Posting{Account: outOf[how]}, by)
		return err
	})
	return p, err
}

// paid moves the money of a payback that is owed out of where it is paid from. fault.Conflict "payback.not_owed" or "refund.sending".
func (s *Service) paid(tx *db.Tx, said Payback, from ledger.Posting, by By) (Payback, error) {
	p, err := s.pay(tx, said)
	if err != nil {
		return p, err
	}
	from.Amount = p.Amount.Neg()
	e := ledger.Entry{Kind: entryPaid, Source: p.source(), At: p.PaidAt, Memo: "paid back to customer " + idText(p.CustomerID), Proof: p.paidProof(), Postings: []ledger.Posting{
		{Account: ledger.CreditPayable, Party: p.source(), Amount: p.Amount}, from}}
	if _, err := s.Ledger.Post(tx, e); err != nil {
		return p, err
	}
	return p, s.record(tx, by, "payback paid", "customer", idText(p.CustomerID), p.Amount.String()+" "+p.How+" "+p.Reference)
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }
