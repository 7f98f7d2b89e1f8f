package subscriptions

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

// RunsOut is a line whose time is about to be over: nothing is paid beyond End, and the credit that there is does not renew it.
type RunsOut struct {
	Subscription Subscription
	End          time.Time
	Missing      money.Amount // must come until then
	renewal      int64        // the last that was paid
}

// RunOutBy lists lines after an id that may end by an instant, in the order of their ids, without those whose customer was told.
func (s *Service) RunOutBy(ctx context.Context, at time.Time, after int64, limit int) (found []Subscription, last int64, err error) {
	lines, err := s.endingBy(ctx, at, after, limit)
	if err != nil || len(lines) == 0 {
		return nil, 0, err
	}
	ids := make([]int64, len(lines))
	for n, one := range lines {
		ids[n] = one.ID
	}
	told, err := s.toldOf(ctx, ids)
	for _, one := range lines {
		if !told[[2]int64{one.ID, one.State.lastRenewal()}] {
			found = append(found, one)
		}
	}
	return found, ids[len(ids)-1], err
}

// RunsOutIn says, in a transaction that holds the customer's credit, how a line runs out by an instant; false when it does not, or is renewed by itself: credit
// pays for those lines first that end first.
func (s *Service) RunsOutIn(tx *db.Tx, id int64, at time.Time, credit money.Amount) (r RunsOut, does bool, err error) {
	sub, err := oneIn(tx, id)
	if err == nil {
		sub, err = s.now(tx, sub)
	}
	if err != nil {
		return r, false, err
	}
	now, end := s.Clock.Now(), sub.State.End(s.zone(sub.State.Place.SiteID))
	if sub.State.Status != Active || len(sub.State.Ahead) == 0 || !end.After(now) || end.After(at) {
		return r, false, nil
	}
	dues, err := s.DuesIn(tx, sub.CustomerID)
	if err != nil {
		return r, false, err
	}
	wants := int64(0)
	for _, d := range dues {
		wants += d.Amount.Cents
		if d.Subscription.ID == id {
			r = RunsOut{Subscription: sub, End: end, Missing: money.KES(wants - max(credit.Cents, 0)), renewal: sub.State.lastRenewal()}
			return r, r.Missing.IsPositive(), nil
		}
	}
	return r, false, nil
}

// ToldOf notes that a customer is told that a line runs out; false when they were, of that period.
func (s *Service) ToldOf(tx *db.Tx, r RunsOut) (bool, error) {
	return tell(tx, toldRow{r.Subscription.ID, r.renewal, s.Clock.Now()})
}

// lastRenewal is the event of the last that was paid.
func (s State) lastRenewal() (id int64) {
	var last time.Time
	for _, span := range s.Ahead {
		if span.Until.After(last) {
			id, last = span.EventID, span.Until
		}
	}
	return id
}
