package subscriptions

import (
	"fmt"
	"reflect"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// TakeOver begins a line inside a transaction that another system had until now: to PaidTo it was paid there, to the second, be that past or
// to come. Paused, it was switched off there. The faults of Start.
func (s *Service) TakeOver(tx *db.Tx, n Opening, paused bool, by By) (Subscription, error) {
	plan, err := s.sold(tx.Context(), n.PlanKey, n.Level)
	if err != nil {
		return Subscription{}, err
	}
	n.Login.Name = spell(n.Login)
	if err := n.check(); err != nil {
		return Subscription{}, err
	}
	if n.Segment == "" {
		n.Segment = plan.Segment
	}
	if n.At = s.Clock.Now(); !n.PaidTo.IsZero() && n.PaidTo.Before(n.At) {
		n.At = n.PaidTo // it had lapsed there
	}
	if _, err := s.Credit.Credit(tx, n.CustomerID); err != nil {
		return Subscription{}, err
	}
	sub, err := s.start(tx, n, plan, by)
	if err != nil || !paused {
		return sub, err
	}
	return s.note(tx, sub, draft{Event: Event{Kind: PausedIt, By: by.Actor, Said: Said{Reason: "taken over switched off"}}})
}

// unname frees what somebody else may have next: the log-in and the addresses.
func (s *Service) unname(tx *db.Tx, sub Subscription) error {
	free := func() error { return s.Access.DropName(tx, sub.GrantID, sub.State.Login.Name) }
	if sub.State.Login.Kind == ByMAC {
		free = func() error { return s.Access.FreeDevices(tx, sub.GrantID) }
	}
	if err := free(); err != nil || reflect.DeepEqual(sub.State.Login.Own, Own{}) {
		return err
	}
	return s.Access.SetAddress(tx, sub.GrantID, access.Address{})
}

// Retract takes back a line that was taken over, as if it had not begun; seq is its last event then. fault.Conflict "subscription.moved" when
// anything has happened to it since.
func (s *Service) Retract(tx *db.Tx, id, seq int64, by By) error {
	sub, err := s.lockWithCredit(tx, id)
	if err != nil {
		return err
	}
	if sub.Seq != seq || sub.HeldCents != 0 {
		return fault.New(fault.Conflict, "subscription.moved", "Name", sub.State.Login.Name)
	}
	if err := s.unname(tx, sub); err != nil {
		return err
	}
	if err := s.Access.Retract(tx, access.Source{Kind: SourceKind, Key: fmt.Sprint(id)}); err != nil {
		return err
	}
	ended := Event{Kind: Finished, At: s.Clock.Now(), By: by.Actor, Said: Said{Reason: "import taken back"}}
	if sub, err = s.note(tx, sub, draft{Event: ended}); err != nil {
		return err
	}
	if err := s.trail(tx, by, sub, ended); err != nil {
		return err
	}
	if s.follower != nil {
		if err := s.follower.Retracted(tx, id); err != nil {
			return err
		}
	}
	return remove(tx, id)
}
