package subscriptions

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Due is what a line buys next when money comes, and until when it lasts without; a zero End says that nobody paid for it yet.
type Due struct {
	Subscription Subscription
	PaidTo, End  time.Time
	Amount       money.Amount
}

// DuesIn tells what money would renew now of a customer's lines, in the order in which it would.
func (s *Service) DuesIn(tx *db.Tx, customerID int64) (all []Due, err error) {
	lines, err := of(tx, customerID)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	for _, sub := range renewedFirst(lines) {
		r, buys, err := s.renewal(tx, sub, now, true)
		if err != nil {
			return nil, err
		}
		if buys && r.amount.IsPositive() {
			all = append(all, Due{sub, r.state.PaidTo, r.state.End(r.loc), r.amount})
		}
	}
	return all, nil
}
