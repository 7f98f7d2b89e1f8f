package families

import (
	"context"
	"fmt"
	"strings"

	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
)

// helped is the kind of the events by which credit went to a part, or came back.
const helped = "helped"

// Hold implements subscriptions.Helper.
func (s *Service) Hold(tx *db.Tx, partID int64) (bool, error) {
	a, err := s.holding(tx, partID)
	if err != nil || a == nil {
		return false, err
	}
	_, err = s.Accounts.Credit(tx, a.PayerID)
	return err == nil, err
}

// Help implements subscriptions.Helper. Both accounts are held.
func (s *Service) Help(tx *db.Tx, partID int64, lacks money.Amount, request string) (bool, error) {
	a, err := s.holding(tx, partID)
	if err != nil || a == nil {
		return false, err
	}
	has, err := s.Accounts.Credit(tx, a.PayerID)
	if err != nil || has.Cents < lacks.Cents {
		return false, err
	}
	if may, err := s.use(tx, partID, s.month(), lacks.Cents, a.Most.Cents); err != nil || !may {
		return false, err
	}
	cause := accounts.Cause{Kind: helped, Request: fmt.Sprintf("help:%d:%s", partID, strings.TrimPrefix(request, subscriptionRequest)), By: "families"}
	return true, s.move(tx, a.PayerID, partID, lacks, cause)
}

// subscriptionRequest begins the requests of lines.
const subscriptionRequest = "subscription:"

// move takes credit from one account to another.
func (s *Service) move(tx *db.Tx, from, to int64, amount money.Amount, c accounts.Cause) error {
	through := ledger.Posting{Account: ledger.Suspense, Party: fmt.Sprint("family:", from), Amount: amount.Neg()}
	took, err := s.Accounts.Take(tx, from, amount, c, through)
	if err != nil || !took {
		return err
	}
	through.Amount = amount
	_, err = s.Accounts.Add(tx, to, amount, c, through)
	return err
}

// goesBack takes back what an account's money renewed for a part, as far as it was not had: that money went back.
func (s *Service) goesBack(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
	part, line := int64(0), ""
	if _, err := fmt.Sscanf(spent.Request, "help:%d:%s", &part, &line); err != nil || spent.Delta.Cents >= 0 {
		return nil // it came back from a part
	}
	before, err := s.Accounts.Credit(tx, part)
	if err != nil {
		return err
	}
	if err := s.Lines.Undo(tx, subscriptionRequest+line, missing); err != nil {
		return err
	}
	after, err := s.Accounts.Credit(tx, part)
	if err != nil {
		return err
	}
	back := min(after.Cents-before.Cents, after.Cents, -spent.Delta.Cents)
	if back <= 0 {
		return nil
	}
	if err := s.unuse(tx, part, spent.Day[:len("2006-01")], back); err != nil {
		return err
	}
	return s.move(tx, part, spent.CustomerID, money.KES(back), accounts.Cause{Kind: helped, Request: fmt.Sprint("helpback:", tx.ID()), By: "families"})
}

// credited handles "customer credited": of a part, and of whoever pays for some.
func (s *Service) credited(ctx context.Context, j jobs.Job) error {
	var f struct{ CustomerID int64 }
	if err := j.Decode(&f); err != nil {
		return err
	}
	parts, err := s.partsOf(ctx, f.CustomerID)
	for _, id := range append(parts, f.CustomerID) {
		if err == nil {
			err = s.renew(ctx, id)
		}
	}
	return err
}

// renew renews what is due of a part, after what the account that pays for it owes and has to renew itself.
func (s *Service) renew(ctx context.Context, partID int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		a, err := s.holding(tx, partID)
		if err != nil || a == nil {
			return err
		}
		if err := s.Accounts.SpendIn(tx, a.PayerID); err != nil {
			return err
		}
		if _, err := s.Accounts.Credit(tx, a.PayerID); err != nil {
			return err
		}
		return s.Lines.RenewHelped(tx, partID)
	})
}
