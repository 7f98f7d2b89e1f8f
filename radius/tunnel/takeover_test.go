package tunnel

import (
	"fmt"
	"log/slog"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// TestAnotherMachineTakesTheTunnelOver: a second machine with the same records answers under the same key and reaches the
// router as soon as the router's peer has the new address, which is what its name leads to after the change of DNS. The
// first one, lost, closed nothing in order.
func TestAnotherMachineTakesTheTunnelOver(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouseOn(t, d)
		m := h.member("kasarani-1")
		c := h.dial(m)
		h.mirror(1812)
		if c.ask(1812, "1", enough) == "" {
			t.Fatal("never home")
		}
		h.refresh()
		first := h.tunnel
		register := routers.New(d, h.keys, clock.System())
		if err := register.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		second, err := Open(t.Context(), Options{DB: d, Keys: h.keys, Clock: clock.System(), Routers: register, Log: slog.New(slog.DiscardHandler), Address: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = second.Close() })
		if second.Key() != first.Key() {
			t.Fatal("the second machine has another key: every router would have to be told")
		}
		if second.Reaches(m.address) || !first.Reaches(m.address) {
			t.Error("the router is where it does not call")
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		h.tunnel, h.register = second, register
		h.mirror(1812)
		peer := second.Key()
		if err := c.device.IpcSet(fmt.Sprintf("public_key=%x\nupdate_only=true\nendpoint=%s\n", peer[:], h.endpoint())); err != nil {
			t.Fatal(err)
		}
		if got := c.ask(1812, "2", enough); got != m.address.String()+" 2" {
			t.Errorf("by the second machine: %q", got)
		}
		h.refresh()
		if _, ok := second.Status(m.id); !ok || !second.Reaches(m.address) {
			t.Error("the second machine does not reach the router")
		}
	})
}
