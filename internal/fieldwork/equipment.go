package fieldwork

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// Lines notes on a line what was handed over with it. *subscriptions.Service satisfies it.
type Lines interface {
	HandOverIn(tx *db.Tx, id, customerID int64, q subscriptions.Equipment, by subscriptions.By) error
	HandBackIn(tx *db.Tx, id int64, serial string, by subscriptions.By) error
}

// Places where equipment is.
const (
	InStore        = "store"
	WithTechnician = "technician"
	AtCustomer     = "customer"
	SentBack       = "returned" // to who made or sold it
	Gone           = "lost"
)

// The lists, in the order in which they are shown.
var (
	Places         = []string{InStore, WithTechnician, AtCustomer, SentBack, Gone}
	EquipmentKinds = []string{"router", "ont", "radio", "switch", "antenna", "power", "other"}
)

// Equipment is one thing that goes out to customers.
type Equipment struct {
	ID        int64
	Serial    string // in capitals, as it is found
	MAC       access.MAC
	Kind      string // of EquipmentKinds
	Model     string
	SiteID    int64
	Where     Where
	MadeBy    string
	MadeAt    time.Time
	ChangedBy string
	Version   int64
}

// Where is where equipment is, and since which visit.
type Where struct {
	Place      string // of Places
	Holder     string // e-mail of the technician who has it
	CustomerID int64
	LineID     int64
	VisitID    int64
	Sold       bool // to the customer; otherwise it is on loan
}

// Moved is one line of the history of equipment.
type Moved struct {
	ID, EquipmentID int64
	Where           Where
	By              string
	At              time.Time
}

var serialShape = regexp.MustCompile(`^[0-9A-Z][0-9A-Z./_-]{2,63}$`)

// SpellSerial is a serial as it is kept and found.
func SpellSerial(typed string) string {
	return strings.ToUpper(strings.Join(strings.Fields(typed), ""))
}

// check tidies what was typed and says what is wrong: fault.Invalid "equipment.serial", "equipment.kind", "equipment.model", and that of a MAC.
func (e Equipment) check() (Equipment, error) {
	e.Serial, e.Model = SpellSerial(e.Serial), oneLine(e.Model)
	switch {
	case !serialShape.MatchString(e.Serial):
		return e, fault.New(fault.Invalid, "equipment.serial")
	case !slices.Contains(EquipmentKinds, e.Kind):
		return e, fault.New(fault.Invalid, "equipment.kind")
	case !isLine(e.Model, 1, 80):
		return e, fault.New(fault.Invalid, "equipment.model")
	case e.MAC == "":
		return e, nil
	}
	var err error
	e.MAC, err = access.ParseMAC(string(e.MAC))
	return e, err
}

func toldEquipment(e Equipment) map[string]any {
	is := map[string]any{"serial": e.Serial, "mac": e.MAC.Colons(), "kind": e.Kind, "model": e.Model, "place": e.Where.Place, "holder": e.Where.Holder}
	for name, n := range map[string]int64{"customer": e.Where.CustomerID, "line": e.Where.LineID, "visit": e.Where.VisitID} {
		if n != 0 {
			is[name] = id(n)
		}
	}
	return is
}

// AddEquipment takes something into the store of a site. Faults of check, fault.Conflict "equipment.there" when we have its serial or its MAC.
func (s *Service) AddEquipment(ctx context.Context, e Equipment, by By) (Equipment, error) {
	e, err := e.check()
	if err != nil {
		return e, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e.ID, e.Where, e.MadeBy, e.MadeAt, e.ChangedBy, e.Version = tx.ID(), Where{Place: InStore}, by.Actor, s.Clock.Now(), by.Actor, 1
		if err := s.insertEquipment(tx, e); err != nil {
			return err
		}
		if err := s.noteMove(tx, e, by); err != nil {
			return err
		}
		return s.recordOf(tx, by, "equipment added", "equipment", e.ID, nil, toldEquipment(e))
	})
	return e, err
}

// settled tidies where something goes and says what is wrong: fault.Invalid "equipment.place", "equipment.holder" or "equipment.customer",
// and faults of customers.Hold.
func (s *Service) settled(tx *db.Tx, e Equipment, to Where) (Where, error) {
	to.Holder = staff.Spell(to.Holder)
	switch to.Place {
	case WithTechnician:
		m, err := s.Members.MemberByEmail(tx.Context(), to.Holder)
		if fault.Is(err, fault.NotFound) || err == nil && !staff.May(m, staff.VisitsWork, e.SiteID) {
			err = fault.New(fault.Invalid, "equipment.holder")
		}
		return Where{Place: to.Place, Holder: to.Holder}, err
	case AtCustomer:
		if to.CustomerID == 0 {
			return to, fault.New(fault.Invalid, "equipment.customer")
		}
		c, err := s.Customers.Hold(tx, to.CustomerID)
		if err == nil && c.State == customers.Merged {
			err = fault.New(fault.Conflict, "customer.merged")
		}
		to.Holder = ""
		return to, err
	case InStore, SentBack, Gone:
		return Where{Place: to.Place}, nil
	}
	return to, fault.New(fault.Invalid, "equipment.place")
}

// MoveEquipment says where something is from now on; with a line it is noted there, too, and taken off the line that it was on. Two who move
// the same thing: one wins, and the other is told who. Faults of settled, fault.NotFound "equipment.unknown", fault.Conflict "equipment.changed".
func (s *Service) MoveEquipment(ctx context.Context, a Act, to Where, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := s.holdEquipment(tx, a.ID)
		if err != nil {
			return err
		}
		if a.Seen != 0 && a.Seen != before.Version {
			return fault.New(fault.Conflict, "equipment.changed", "Who", before.ChangedBy)
		}
		after := before
		if after.Where, err = s.settled(tx, before, to); err != nil || after.Where == before.Where {
			return err
		}
		after.ChangedBy = by.Actor
		won, err := s.updateEquipment(tx, after)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "equipment.changed", "Who", before.ChangedBy)
		}
		if err == nil {
			err = s.onLines(tx, before, after, by)
		}
		if err == nil {
			err = s.noteMove(tx, after, by)
		}
		if err != nil {
			return err
		}
		return s.recordOf(tx, by, "equipment moved", "equipment", after.ID, toldEquipment(before), toldEquipment(after))
	})
}

// onLines keeps what lines say in step. A line from which it was given back by hand says so already.
func (s *Service) onLines(tx *db.Tx, before, after Equipment, by By) error {
	if before.Where.LineID == after.Where.LineID {
		return nil
	}
	if was := before.Where; was.LineID != 0 && !was.Sold {
		if err := s.Lines.HandBackIn(tx, was.LineID, before.Serial, subscriptions.By{Actor: by.Actor, From: by.From}); err != nil && fault.KeyOf(err) != "subscription.equipment" {
			return err
		}
	}
	if after.Where.LineID == 0 {
		return nil
	}
	q := subscriptions.Equipment{Name: after.Model, Serial: after.Serial, MAC: after.MAC.Colons(), Loaned: !after.Where.Sold}
	return s.Lines.HandOverIn(tx, after.Where.LineID, after.Where.CustomerID, q, subscriptions.By{Actor: by.Actor, From: by.From})
}

// EquipmentFilter chooses equipment, the newest first; what is empty does not restrict. Sites, when given, are the only ones.
type EquipmentFilter struct {
	Place  string
	Holder string
	Sites  []int64
	Before int64
	Limit  int
}
