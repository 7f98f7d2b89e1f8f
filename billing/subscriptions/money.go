package subscriptions

import (
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

func deposits(sub Subscription, amount money.Amount) ledger.Posting {
	return ledger.Posting{Account: ledger.Deposits, Party: customerParty(sub.CustomerID), Amount: amount}
}

func prepaid(sub Subscription, amount money.Amount) ledger.Posting {
	return ledger.Posting{Account: ledger.PrepaidService, Party: grantParty(sub.GrantID), Amount: amount}
}

// take uses credit for the event that comes next; fault.Conflict "subscription.credit" when there is not so much.
func (s *Service) take(tx *db.Tx, sub Subscription, amount money.Amount, kind string, to ledger.Posting) error {
	if amount.IsZero() {
		return nil
	}
	took, err := s.Credit.Take(tx, sub.CustomerID, amount, Cause{Kind: kind, Request: sub.request(sub.Seq + 1), Note: sub.State.Sold.PlanKey, By: "subscriptions"}, to)
	if err == nil && !took {
		held, err := s.Credit.Credit(tx, sub.CustomerID)
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "subscription.credit", "Amount", amount, "Credit", held)
	}
	return err
}

func (s *Service) give(tx *db.Tx, sub Subscription, amount money.Amount, kind string, from ledger.Posting) error {
	if amount.IsZero() {
		return nil
	}
	return s.Credit.Give(tx, sub.CustomerID, amount, Cause{Kind: kind, Request: sub.request(sub.Seq + 1), Note: sub.State.Sold.PlanKey, By: "subscriptions"}, from)
}

// forfeit makes a deposit the provider's own.
func (s *Service) forfeit(tx *db.Tx, sub Subscription, amount money.Amount) error {
	return s.keepDeposit(tx, sub, amount, sub.Seq+1, ledger.InternetSales, "deposit forfeited")
}

// keepFee keeps a fee from a deposit, by the event after that of the end.
func (s *Service) keepFee(tx *db.Tx, sub Subscription, amount money.Amount) error {
	return s.keepDeposit(tx, sub, amount, sub.Seq+2, ledger.FeeIncome, "fee for leaving early, from the deposit")
}

func (s *Service) keepDeposit(tx *db.Tx, sub Subscription, amount money.Amount, seq int64, income, memo string) error {
	_, err := s.Ledger.Post(tx, ledger.Entry{Kind: "deposit forfeited", Source: sub.request(seq), At: s.Clock.Now(), Memo: memo,
		Postings: []ledger.Posting{deposits(sub, amount), {Account: income, Amount: amount.Neg()}}})
	return err
}
