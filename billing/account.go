package billing

import (
	"context"
	"errors"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Accounts are customers' credit. *accounts.Service satisfies it.
type Accounts interface {
	// AccountOf is the customer whose account a payer typed; 0: nobody's.
	AccountOf(ctx context.Context, reference string) (customerID int64, err error)
	// Near lists the customers whom a payer may have meant: by a slip of the finger, or because it is their phone that paid.
	Near(ctx context.Context, reference string, payer customers.Phone) ([]customers.Customer, error)
	// TakeMoney raises a customer's credit in tx, or that of who answers for them by now, and tells whose, and the postings of it, which sum to minus the amount.
	TakeMoney(tx *db.Tx, customerID int64, amount money.Amount, receiptID int64) (holder int64, to []ledger.Posting, err error)
	// GiveBack lowers it again, with postings that sum to the amount; fault.Conflict "unmatch.spent" when it is not there, unless force is set.
	GiveBack(tx *db.Tx, customerID int64, amount money.Amount, receiptID int64, force bool) ([]ledger.Posting, error)
}

// AskAccounts has money with a customer's account number given to the customer; call it at wiring.
func (s *Service) AskAccounts(a Accounts) { s.accounts = a }

// accountOf is the customer that money which came by hand is for; 0 when it is nobody's.
func (s *Service) accountOf(tx *db.Tx, e Evidence) (int64, error) {
	if s.accounts == nil || e.Reference == "" || e.PaymentID != 0 || e.OrderID != 0 || e.Receipt == "" || e.Verdict.State != VerdictPaid {
		return 0, nil
	}
	return s.accounts.AccountOf(tx.Context(), e.Reference)
}

// arriveAccount books money that came with a customer's account number.
func (s *Service) arriveAccount(tx *db.Tx, e Evidence, customerID int64, err error) (Outcome, error) {
	if err != nil {
		return Outcome{}, err
	}
	if out, known, err := s.arrivedBefore(tx, e); known || err != nil {
		return out, err
	}
	r := s.newReceipt(tx, e)
	return s.giveAccount(tx, r, customerID, fromTill(r), s.insertReceipt)
}

// meantAccount says that money which nobody's number came with was likelier meant for a customer than for a guest: a person decides.
func (s *Service) meantAccount(tx *db.Tx, e Evidence, payer customers.Phone) (bool, error) {
	if s.accounts == nil || !strings.ContainsAny(e.Reference, "0123456789") {
		return false, nil
	}
	near, err := s.accounts.Near(tx.Context(), e.Reference, payer)
	return len(near) > 0, err
}

// SuggestCustomers lists whom money in suspense may be for, the likeliest first; at most five.
func (s *Service) SuggestCustomers(ctx context.Context, r Receipt) ([]customers.Customer, error) {
	if s.accounts == nil {
		return nil, nil
	}
	phone, _, _, err := s.knownPayer(ctx, r.Payer)
	if err != nil {
		return nil, err
	}
	return s.accounts.Near(ctx, r.Reference, phone)
}

// giveAccount moves a receipt's money from where it is to a customer's credit.
func (s *Service) giveAccount(tx *db.Tx, r Receipt, customerID int64, from origin, store func(*db.Tx, Receipt) error) (Outcome, error) {
	holder, to, err := s.accounts.TakeMoney(tx, customerID, r.Left(), r.ID)
	if err != nil {
		return Outcome{}, err
	}
	r.Placed, r.HolderID, r.OrderID, r.payerHash = PlacedAccount, holder, 0, ""
	if err := store(tx, r); err != nil {
		return Outcome{}, err
	}
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "paid in by customer " + id(holder),
		Postings: append([]ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}, to...)})
	return Outcome{ReceiptID: r.ID, Placed: r.Placed}, err
}

// MatchAccount gives money in suspense to a customer; what they owe is paid with it at once. Of two people who match the same money one wins, the
// other gets fault.Conflict "match.taken".
func (s *Service) MatchAccount(tx *db.Tx, receiptID, customerID int64) (Outcome, error) {
	r, err := s.receiptTx(tx, receiptID)
	if err != nil {
		return Outcome{}, err
	}
	if r.Placed != PlacedSuspense || s.accounts == nil {
		return Outcome{}, fault.New(fault.Conflict, "match.taken")
	}
	from, err := s.release(tx, r)
	if errors.Is(err, errSpent) {
		err = fault.New(fault.Conflict, "match.taken")
	}
	if err != nil {
		return Outcome{}, err
	}
	out, err := s.giveAccount(tx, r, customerID, from, s.moveReceipt)
	if err != nil {
		return out, err
	}
	return out, s.keepMatch(tx, Receipt{ID: r.ID}, Order{}) // whoever pays for a customer is not known again by it: their next money may be for another
}

// takeBackAccount lets a customer's money go back into suspense, while it is there.
func (s *Service) takeBackAccount(tx *db.Tx, r Receipt) ([]ledger.Posting, error) {
	if won, err := s.unplace(tx, r); err != nil || !won {
		return nil, notMatched(err)
	}
	return s.accounts.GiveBack(tx, r.HolderID, r.Left(), r.ID, false)
}

// ReceiptsOfCustomer lists what came by rails for a customer, the newest first, before a receipt (0: from the newest).
func (s *Service) ReceiptsOfCustomer(ctx context.Context, customerID, before int64, limit int) ([]Receipt, error) {
	return s.receiptsOfHolder(ctx, PlacedAccount, customerID, before, limit)
}
