package access

import (
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// ChangePlan puts a grant on another plan while it runs: what was used counts on, its own addresses stay, and its sessions are
// told. With fewer devices those give way that were bound first. fault.Conflict "grant.ended"; faults of Limits.Check.
func (s *Service) ChangePlan(tx *db.Tx, grantID int64, plan string, l Limits) error {
	if plan == "" || len(plan) > 64 || !isASCII(plan) {
		return fault.New(fault.Invalid, "grant.offer", "Value", plan)
	}
	g, err := lockLive(tx, grantID)
	if err != nil {
		return err
	}
	if g.Standing {
		l = l.lasting()
	}
	own := g.Limits.Address
	l.Address.IPv4, l.Address.Routes, l.Address.IPv6, l.Address.Delegated = own.IPv4, own.Routes, own.IPv6, own.Delegated
	if err := l.Check(); err != nil {
		return err
	}
	if err := s.setSlots(tx, g, l.DeviceCount()); err != nil {
		return err
	}
	changed := g
	changed.Limits = l
	changed.resize()
	columns := map[string]any{"plan": plan, "limits": string(EncodeLimits(l))}
	if !g.FirstUsedAt.IsZero() {
		columns["until"] = db.Nullable(changed.Until)
	}
	if err := change(tx, g, columns); err != nil {
		return err
	}
	cause := Cause("")
	if l.Address.List != g.Limits.Address.List { // no order takes an address off one
		cause = CauseAddress
	}
	return s.emit(tx, GrantChanged, g, cause)
}

// setSlots gives a locked grant so many slots: free ones go first, then those that were bound first.
func (s *Service) setSlots(tx *db.Tx, g Grant, n int) error {
	slots, err := slotsOf(current(tx), g.ID)
	if err != nil || len(slots) == n {
		return err
	}
	last := 0
	for _, slot := range slots {
		last = max(last, slot.N)
	}
	for i := len(slots); i < n; i++ {
		last++
		if err := addSlot(tx, g.ID, last); err != nil {
			return err
		}
	}
	slices.SortFunc(slots, func(a, b Slot) int { return a.BoundAt.Compare(b.BoundAt) })
	for _, slot := range slots[:max(len(slots)-n, 0)] {
		if err := dropSlot(tx, g.ID, slot.N); err != nil {
			return err
		}
		if slot.MAC == "" {
			continue
		}
		if err := s.putOff(tx, g, slot.MAC); err != nil {
			return err
		}
	}
	return nil
}
