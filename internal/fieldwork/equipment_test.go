package fieldwork

import (
	"testing"

	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// HandOverIn implements Lines: line 5 is nobody's.
func (y *yard) HandOverIn(tx *db.Tx, id, _ int64, q subscriptions.Equipment, _ subscriptions.By) error {
	if id == 5 {
		return fault.New(fault.Invalid, "equipment.line")
	}
	tx.AfterCommit(func() { y.lines = append(y.lines, "over "+q.Serial+" "+q.MAC) })
	return nil
}

// HandBackIn implements Lines.
func (y *yard) HandBackIn(tx *db.Tx, _ int64, serial string, _ subscriptions.By) error {
	tx.AfterCommit(func() { y.lines = append(y.lines, "back "+serial) })
	return nil
}

// TestEquipmentGoesOutAndComesBack: by its serial or MAC it is found, where it is is one of two who move it at the same time, a line knows what it has, and its
// history stays.
func TestEquipmentGoesOutAndComesBack(t *testing.T) {
	each(t, func(y *yard) {
		c := y.customer("Amina", "0712000333")
		e, err := y.AddEquipment(ctx, Equipment{Serial: " hb71 a0c9", MAC: "48-a9-8a-11-22-33", Kind: "router", Model: "hAP ax lite", SiteID: 3}, asha)
		y.must(err)
		for key, bad := range map[string]Equipment{"equipment.there": {Serial: "OTHER1", MAC: "48A98A112233", Kind: "ont", Model: "x"}, "equipment.serial": {Serial: "é", Kind: "ont", Model: "x"}, "equipment.kind": {Serial: "AB123", Model: "x"},
			"equipment.model": {Serial: "AB123", Kind: "ont"}, "mac.invalid": {Serial: "AB123", Kind: "ont", Model: "x", MAC: "1"}} {
			_, err := y.AddEquipment(ctx, bad, asha)
			y.wants(err, key)
		}
		for _, n := range []string{"AB1", "AB2"} { // without a MAC there may be many
			_, err := y.AddEquipment(ctx, Equipment{Serial: n, Kind: "power", Model: "24 V", SiteID: 9}, asha)
			y.must(err)
		}
		for _, typed := range []string{"HB71A0C9", "hb71 a0c9", "48:A9:8A:11:22:33"} {
			if found, err := y.FindEquipment(ctx, typed); err != nil || found.ID != e.ID {
				y.Error(typed, found, err)
			}
		}
		y.wants(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: WithTechnician, Holder: "wanja@example.com"}, asha), "equipment.holder")
		y.wants(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: AtCustomer}, asha), "equipment.customer")
		y.wants(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: "moon"}, asha), "equipment.place")
		y.must(y.MoveEquipment(ctx, Act{ID: e.ID, Seen: 1}, Where{Place: WithTechnician, Holder: asha.Actor}, asha))
		errs := race(func() error {
			return y.MoveEquipment(ctx, Act{ID: e.ID, Seen: 2}, Where{Place: AtCustomer, CustomerID: c.ID, LineID: 7, VisitID: 8}, asha)
		},
			func() error { return y.MoveEquipment(ctx, Act{ID: e.ID, Seen: 2}, Where{Place: Gone}, asha) })
		if (errs[0] == nil) == (errs[1] == nil) {
			y.Fatal("not one of two moved it:", errs)
		}
		if errs[0] != nil {
			y.must(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: AtCustomer, CustomerID: c.ID, LineID: 7, VisitID: 8}, asha))
		}
		y.wants(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: AtCustomer, CustomerID: c.ID, LineID: 5}, asha), "equipment.line")
		if of, err := y.EquipmentOf(ctx, c.ID, 9); err != nil || len(of) != 1 || of[0].Where.LineID != 7 {
			y.Error(of, err)
		}
		y.must(y.MoveEquipment(ctx, Act{ID: e.ID}, Where{Place: InStore}, asha))
		if len(y.lines) != 2 || y.lines[0] != "over HB71A0C9 48:A9:8A:11:22:33" || y.lines[1] != "back HB71A0C9" {
			y.Error(y.lines)
		}
		moves, err := y.MovesOf(ctx, e.ID, 0, 9)
		y.must(err)
		if len(moves) < 4 || moves[0].Where.Place != InStore || moves[1].Where.VisitID != 8 || moves[1].Where.CustomerID != c.ID {
			y.Error(moves)
		}
		if there, err := y.AllEquipment(ctx, EquipmentFilter{Place: InStore, Sites: []int64{3, 9}, Limit: 9}); err != nil || len(there) != 3 {
			y.Error(there, err)
		}
	})
}
