package prompts

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// queryEvery is how often members may have the rail asked about one prompt: it counts the questions of a short code.
const queryEvery = 10 * time.Second

// Askable says that it has no verdict, and a number by which the rail can be asked for it. One whose number was lost with the answer to it, or that has not
// left, has none.
func (a Asked) Askable() bool { return a.Open() && a.Payment.CheckoutRequestID != "" }

// Query asks the rail at once what became of a prompt for a customer's money, for a member who would not wait, and tells what is known then. Once in a while
// alone, whoever presses and on whichever node; a second press is told what the first one learnt. Faults: fault.NotFound "order.not_found" when it is no
// prompt of theirs, fault.Conflict "prompt.unnamed", "prompt.queried" (moments ago, and there was no verdict) or "rail.paused".
func (s *Service) Query(ctx context.Context, customerID, orderID int64, by By) (Asked, error) {
	a, err := s.askedOf(ctx, customerID, orderID)
	if err != nil || !a.Open() {
		return a, err
	}
	if !a.Askable() {
		return a, fault.New(fault.Conflict, "prompt.unnamed")
	}
	may := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		may, err = s.mayQuery(tx, a.ID, s.Billing.Clock.Now(), queryEvery)
		return err
	})
	if err == nil && may {
		_, err = s.Billing.AskNow(ctx, orderID)
	}
	if err != nil {
		return a, err
	}
	a, err = s.askedOf(ctx, customerID, orderID)
	switch {
	case err != nil:
		return a, err
	case may:
		return a, s.DB.InTx(ctx, func(tx *db.Tx) error {
			return s.record(tx, by, "prompt queried", customerID, fmt.Sprint(a.Order.Price, " ", a.Order.PhoneMask, " ", a.Payment.State))
		})
	case a.Open():
		err = fault.New(fault.Conflict, "prompt.queried", "Seconds", int(queryEvery/time.Second))
	}
	return a, err
}

// askedOf is one prompt for a customer's money, with how far it is.
func (s *Service) askedOf(ctx context.Context, customerID, orderID int64) (Asked, error) {
	a, found, err := s.askOfOrder(ctx, orderID)
	if err == nil && (!found || a.CustomerID != customerID) {
		err = fault.New(fault.NotFound, "order.not_found")
	}
	if err != nil {
		return Asked{}, err
	}
	v, err := s.Billing.MoneyOrder(ctx, billing.SegmentAccount, a.OrderID)
	return Asked{a, v}, err
}
