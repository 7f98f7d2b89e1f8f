package subscriptions

import (
	"context"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// Kept is how lines that are paid by invoice are kept while their customer owes: barred, or no faster than Kbps. The zero Kept keeps them from nothing.
type Kept struct {
	Barred access.Barred
	Kbps   int64
}

// Invoiced says that a line is paid by invoice, wholly or in part: what its customer owes may bar it.
func (s State) Invoiced() bool { return s.Sold.Mode == plans.Postpaid || s.Sold.Mode == plans.Hybrid }

// AskArrears has f say how the invoiced lines of a customer are kept, when one begins or becomes such; call it at wiring.
func (s *Service) AskArrears(f func(tx *db.Tx, customerID int64) (Kept, error)) { s.arrears = f }

// Keep has the invoiced lines of a customer be kept so from now on, whatever happens to them besides. Lines that are paid beforehand are as they
// were. Whoever calls it holds the account of who owes.
func (s *Service) Keep(tx *db.Tx, customerID int64, k Kept) error {
	lines, err := s.invoiced(tx, customerID)
	for _, line := range lines {
		if err == nil {
			err = s.keep(tx, line.GrantID, k)
		}
	}
	return err
}

// AreKept says whether the invoiced lines of a customer are kept so.
func (s *Service) AreKept(ctx context.Context, customerID int64, k Kept) (bool, error) {
	lines, err := s.Of(ctx, customerID)
	if err != nil {
		return false, err
	}
	var ids []int64
	for _, line := range lines {
		if line.State.Status != Ended && line.State.Invoiced() {
			ids = append(ids, line.GrantID)
		}
	}
	grants, err := s.Access.Views(ctx, ids)
	for _, v := range grants {
		if v.Grant.State != access.Ended && (Kept{v.Grant.Barred, v.Grant.SlowedKbps}) != k {
			return false, err
		}
	}
	return err == nil, err
}

// KeptAs tells how a line is kept now.
func (s *Service) KeptAs(ctx context.Context, sub Subscription) (Kept, error) {
	grants, err := s.Access.Views(ctx, []int64{sub.GrantID})
	g := grants[sub.GrantID].Grant
	return Kept{g.Barred, g.SlowedKbps}, err
}

// keep has a grant be kept so; one that was ended by itself needs no keeping.
func (s *Service) keep(tx *db.Tx, grantID int64, k Kept) error {
	_, err := s.Access.Slow(tx, grantID, k.Kbps)
	switch {
	case fault.KeyOf(err) == "grant.ended":
		return nil
	case err != nil:
		return err
	case k.Barred == "":
		_, err = s.Access.Unbar(tx, grantID)
	default:
		_, err = s.Access.Bar(tx, grantID, k.Barred)
	}
	return err
}

// EndInvoiced ends the invoiced lines of a customer: they do not pay. What was paid beforehand and is not used up goes back to their credit. Run again
// it does nothing.
func (s *Service) EndInvoiced(tx *db.Tx, customerID int64, reason string, by By) error {
	lines, err := s.invoiced(tx, customerID)
	for _, line := range lines {
		if err == nil {
			_, err = s.changeIn(tx, line.ID, by, s.ending(Ending{Reason: reason, GiveBack: true}))
		}
	}
	return err
}

// sameArrears keeps a line that has just begun to be invoiced as the others of its customer, and lets one go that is not invoiced any more.
func (s *Service) sameArrears(tx *db.Tx, is Subscription, before State) (err error) {
	begins, invoiced := before.Sold.PriceID == 0, is.State.Invoiced()
	if s.arrears == nil || begins && !invoiced || !begins && invoiced == before.Invoiced() {
		return nil
	}
	var k Kept
	if invoiced {
		if k, err = s.arrears(tx, is.CustomerID); err != nil || begins && k == (Kept{}) {
			return err
		}
	}
	return s.keep(tx, is.GrantID, k)
}

func (s *Service) invoiced(tx *db.Tx, customerID int64) (lines []Subscription, err error) {
	all, err := notEnded(tx, customerID)
	for _, line := range all {
		if line.State.Invoiced() {
			lines = append(lines, line)
		}
	}
	return lines, err
}
