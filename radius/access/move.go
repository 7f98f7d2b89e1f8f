package access

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// How a device came off its slot.
const (
	MovedByOwner = "owner" // its people gave the slot to another device, or to none
	MovedByName  = "name"  // another device came with the same name and secret: the new one wins
)

// Whoever proved that a grant is theirs may exchange so many of its devices in a day: enough for a phone with a new address
// each morning, too few to share a plan with a street.
const (
	movesPerDay = 5
	day         = 24 * time.Hour
)

// Move gives slot n to another device at once, or to none for an empty MAC. A device that has a slot already keeps it, and
// nothing moves. fault.TooMany "grant.moved_enough", fault.Conflict "grant.ended", fault.NotFound "grant.no_slot".
func (s *Service) Move(tx *db.Tx, grantID int64, n int, to MAC) error {
	g, slots, i, err := lockSlot(tx, grantID, n)
	if err != nil {
		return err
	}
	if hasDevice(slots, to) || slots[i].MAC == "" && to == "" {
		return nil
	}
	if slots[i].MAC != "" {
		moved, err := movesSince(tx, grantID, MovedByOwner, s.clock.Now().Add(-day), movesPerDay)
		if err != nil {
			return err
		}
		if moved >= movesPerDay {
			return fault.New(fault.TooMany, "grant.moved_enough")
		}
	}
	return s.exchange(tx, g, slots[i], to, MovedByOwner)
}

func hasDevice(slots []Slot, mac MAC) bool {
	return mac != "" && slices.ContainsFunc(slots, func(slot Slot) bool { return slot.MAC == mac })
}

// exchange takes the device of a slot off a locked grant and gives the slot to another, or to none.
func (s *Service) exchange(tx *db.Tx, g Grant, slot Slot, to MAC, how string) error {
	now := s.clock.Now()
	won, err := fillSlot(tx, g.ID, slot, to, now)
	if err != nil || !won || slot.MAC == "" {
		return err
	}
	if err := insertMove(tx, g.ID, slot, to, how, now); err != nil {
		return err
	}
	return s.putOff(tx, g, slot.MAC)
}

// putOff tells that a device has lost its slot: what was bought for it waits no longer, and it has to go offline.
func (s *Service) putOff(tx *db.Tx, g Grant, mac MAC) error {
	if g.Place.MAC != mac {
		g.Place.IP = "" // it is the buyer's device's
	}
	g.Place.MAC = mac
	if err := s.openFreed(tx, g.ID, mac); err != nil {
		return err
	}
	return s.emit(tx, GrantChanged, g, CauseSlotFreed)
}

// takeOver gives the device that logs in with a name the slot that was bound first: of a name the new device wins.
func (s *Service) takeOver(tx *db.Tx, g Grant, mac MAC) (bool, error) {
	slots, err := slotsOf(current(tx), g.ID)
	if err != nil || len(slots) == 0 {
		return false, err
	}
	oldest := slices.MinFunc(slots, func(a, b Slot) int { return a.BoundAt.Compare(b.BoundAt) })
	return true, s.exchange(tx, g, oldest, mac, MovedByName)
}

// Flap is a name that two devices take from each other.
type Flap struct {
	GrantID int64
	Times   int64 // in the hour
}

// Flapping lists the grants whose name went from device to device in the last hour, the worst first, at most 100.
func (s *Service) Flapping(ctx context.Context) ([]Flap, error) {
	return s.flapsSince(ctx, s.clock.Now().Add(-time.Hour))
}
