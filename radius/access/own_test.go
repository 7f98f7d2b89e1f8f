package access

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func (h *house) setAddress(grantID int64, a Address) error {
	return h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.SetAddress(tx, grantID, a) })
}

func TestAnAddressHasOneOwner(t *testing.T) {
	eachHouse(t, func(h *house) {
		one, two := h.give(h.offer("1", "a", hour, phone)).GrantID, h.give(h.offer("2", "b", hour, laptop)).GrantID
		mine := Address{IPv4: netip.MustParseAddr("196.201.1.7"), Routes: []netip.Prefix{netip.MustParsePrefix("196.201.8.0/29")}}
		results := make([]error, 2)
		together(2, func(i int) { results[i] = h.setAddress([]int64{one, two}[i], mine) })
		if (results[0] == nil) == (results[1] == nil) {
			t.Fatalf("one wins: %v", results)
		}
		winner, loser := one, two
		if results[0] != nil {
			winner, loser = two, one
		}
		if err := h.setAddress(loser, mine); fault.KeyOf(err) != "address.taken" {
			t.Error(err)
		}
		g, _, _ := h.view(winner)
		if told := h.emitted(GrantChanged, winner); g.Limits.Address.IPv4 != mine.IPv4 || len(told) != 1 || !strings.Contains(told[0], string(CauseAddress)) {
			t.Errorf("%+v, told %v", g.Limits.Address, told)
		}
		if err := h.setAddress(winner, Address{Routes: mine.Routes}); fault.KeyOf(err) != "limits.address" {
			t.Error("a route to nobody:", err)
		}
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, winner, CauseEnded); return err })
		if err := h.setAddress(loser, mine); err != nil {
			t.Error("of a grant that ended it is free:", err)
		}
		if err := h.setAddress(winner, mine); fault.KeyOf(err) != "grant.ended" {
			t.Error(err)
		}
		if err := h.setAddress(loser, Address{}); err != nil {
			t.Error(err)
		}
	})
}
