package customers

import (
	"context"
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Held is what a customer has in another package. Words names it, with a count: "customer.held_subscriptions".
type Held struct {
	Words string
	Count int
}

// Keeper is a package whose things point at customers. Register it at wiring by AskKeeper.
type Keeper interface {
	// Held says what a customer has, for the page that asks before a merge.
	Held(ctx context.Context, customerID int64) ([]Held, error)
	// Move gives all of it to another customer in the transaction of the merge. Both rows are locked.
	Move(tx *db.Tx, from, to int64, by By) error
	// MayClose says why an account cannot be closed now: service that runs, money that is owed. Its row is locked.
	MayClose(tx *db.Tx, customerID int64) error
	// MayForget says why somebody who was brought in cannot be taken back now: something was written down about them since.
	MayForget(tx *db.Tx, customerID int64) error
}

// AskKeeper has a package asked when customers are merged or closed.
func (s *Service) AskKeeper(k Keeper) { s.keepers = append(s.keepers, k) }

// TakenOver is that a customer answers for another from now on. Paid are the parts of the other, as they are now, whose bills it paid.
type TakenOver struct {
	From, To int64
	Paid     []Customer
	By       By
}

// AskTakenOver has f follow, in the transaction of a merge, that somebody answers for another; call it at wiring. Both rows are locked, and all that a Keeper moves has been moved.
func (s *Service) AskTakenOver(f func(tx *db.Tx, m TakenOver) error) {
	s.takers = append(s.takers, f)
}

// Held lists what a customer has in all packages.
func (s *Service) Held(ctx context.Context, customerID int64) (all []Held, err error) {
	for _, k := range s.keepers {
		held, err := k.Held(ctx, customerID)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(held, func(h Held) bool { return h.Count == 0 })...)
	}
	return all, nil
}

// Merge makes one customer answer for another for ever: everything that points at the other moves, and all its numbers lead to the one.
// It cannot be undone: ask twice. Faults: fault.Invalid "customer.merge_self" or "customer.merge_family", fault.Conflict "customer.merged"
// or "customer.merge_closed", and what a Keeper says.
func (s *Service) Merge(ctx context.Context, fromID, toID int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.merge(tx, fromID, toID, by) })
}

func (s *Service) merge(tx *db.Tx, fromID, toID int64, by By) error {
	if fromID == toID {
		return fault.New(fault.Invalid, "customer.merge_self")
	}
	var both [2]Customer
	order := []int64{min(fromID, toID), max(fromID, toID)} // the same order for everybody
	for i, id := range order {
		c, err := s.hold(tx, id)
		if err != nil {
			return err
		}
		both[i] = c
	}
	from, to := both[0], both[1]
	if from.ID != fromID {
		from, to = to, from
	}
	switch {
	case from.State == Merged || to.State == Merged:
		return fault.New(fault.Conflict, "customer.merged")
	case to.State != Active:
		return fault.New(fault.Conflict, "customer.merge_closed", "Name", to.Name)
	case to.ParentID == from.ID:
		return fault.New(fault.Invalid, "customer.merge_family")
	}
	children, err := s.hasChildren(tx, from.ID)
	if err != nil {
		return err
	}
	if children && to.ParentID != 0 {
		return fault.New(fault.Invalid, "customer.merge_family")
	}
	paid, err := s.PaidFor(tx, from.ID)
	if err == nil {
		err = s.moveOwn(tx, from, to)
	}
	if err != nil {
		return err
	}
	for _, k := range s.keepers {
		if err := k.Move(tx, from.ID, to.ID, by); err != nil {
			return err
		}
	}
	if won, err := s.mergeInto(tx, from, to.ID); err != nil || !won {
		if err == nil {
			err = fault.New(fault.Conflict, "customer.changed")
		}
		return err
	}
	if err := s.takenOver(tx, TakenOver{from.ID, to.ID, paid, by}); err != nil {
		return err
	}
	if err := s.record(tx, by, "customer merged", from.ID, map[string]any{"state": from.State}, map[string]any{"into": id(to.ID), "number": to.Number}); err != nil {
		return err
	}
	return s.record(tx, by, "customer took over", to.ID, nil, map[string]any{"from": id(from.ID), "number": from.Number, "name": from.Name})
}

// takenOver has everybody follow a merge: who pays for parts is another now.
func (s *Service) takenOver(tx *db.Tx, m TakenOver) error {
	for n := range m.Paid {
		part, err := s.GetTx(tx, m.Paid[n].ID)
		if m.Paid[n] = part; err != nil {
			return err
		}
		for _, follow := range s.payers {
			if err := follow(tx, part); err != nil {
				return err
			}
		}
	}
	for _, follow := range s.takers {
		if err := follow(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// moveOwn moves what this package keeps. Contacts come along without being sent bills and alerts: a doubled customer would get each twice.
func (s *Service) moveOwn(tx *db.Tx, from, to Customer) error {
	theirs, err := s.contactsTx(tx, from.ID)
	if err != nil {
		return err
	}
	own, err := s.contactsTx(tx, to.ID)
	if err != nil {
		return err
	}
	had := len(own) > 0
	for _, c := range theirs {
		if had {
			c.ForBills, c.ForAlerts = false, false
		}
		own = append(own, c)
	}
	if own, err = CheckContacts(own); err != nil {
		return err
	}
	if err := s.dropContacts(tx, to.ID); err != nil {
		return err
	}
	if err := s.writeContacts(tx, to.ID, own); err != nil {
		return err
	}
	tags, err := s.tagsTx(tx, from.ID)
	if err != nil {
		return err
	}
	present, err := s.tagsTx(tx, to.ID)
	if err != nil {
		return err
	}
	if tags, err = CheckTags(append(present, tags...)); err != nil {
		return err
	}
	if err := s.writeTags(tx, to.ID, tags); err != nil {
		return err
	}
	return s.moveRows(tx, from.ID, to.ID)
}

// Close ends an account; its number goes on leading to it, for late money. fault.Conflict "customer.not_active" or "customer.children_open",
// and what a Keeper says.
func (s *Service) Close(ctx context.Context, customerID int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.close(tx, customerID, by) })
}

func (s *Service) close(tx *db.Tx, customerID int64, by By) error {
	c, err := s.hold(tx, customerID)
	if err != nil {
		return err
	}
	for _, k := range s.keepers {
		if err := k.MayClose(tx, c.ID); err != nil {
			return err
		}
	}
	open, err := s.hasOpenChildren(tx, c.ID)
	if err != nil {
		return err
	}
	if open {
		return fault.New(fault.Conflict, "customer.children_open")
	}
	return s.turn(tx, c, Active, Closed, "customer.not_active", "customer closed", by)
}

// Reopen takes Close back; fault.Conflict "customer.not_closed", fault.Invalid "customer.parent_closed".
func (s *Service) Reopen(ctx context.Context, customerID int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.reopen(tx, customerID, by) })
}

func (s *Service) reopen(tx *db.Tx, customerID int64, by By) error {
	c, err := s.hold(tx, customerID)
	if err != nil {
		return err
	}
	if err := s.checkParent(tx, c); err != nil {
		return err
	}
	return s.turn(tx, c, Closed, Active, "customer.not_closed", "customer opened again", by)
}

func (s *Service) turn(tx *db.Tx, c Customer, from, to State, lost, action string, by By) error {
	won, err := s.moveState(tx, c.ID, from, to)
	if err == nil && !won {
		err = fault.New(fault.Conflict, lost)
	}
	if err != nil {
		return err
	}
	return s.record(tx, by, action, c.ID, map[string]any{"state": from}, map[string]any{"state": to})
}
