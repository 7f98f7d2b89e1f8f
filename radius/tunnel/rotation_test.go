package tunnel

import (
	"encoding/hex"
	"slices"
	"strconv"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

func hexOf(k routers.TunnelKey) string { return hex.EncodeToString(k[:]) }

func itoa(n int) string { return strconv.Itoa(n) }

func TestRotation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouseOn(t, d)
		first, second := h.member("first"), h.member("second")
		h.mirror(1812)
		a, b := h.dial(first), h.dial(second)
		if a.ask(1812, "1", enough) == "" || b.ask(1812, "1", enough) == "" {
			t.Fatal("not up")
		}
		old := h.tunnel.Key()
		h.tx(h.tunnel.Rotate)
		if err := d.InTx(t.Context(), h.tunnel.Rotate); fault.KeyOf(err) != "tunnel.rotating" {
			t.Errorf("a second rotation: %v", err)
		}
		h.refresh()
		if h.tunnel.Key() == old || !slices.Equal(h.tunnel.Generations(), []int64{2, 1}) {
			t.Fatalf("the keys in use are %v", h.tunnel.Generations())
		}
		a.device.Close()
		a = h.dial(first) // the router is given the new key
		if got := a.ask(1812, "2", enough); got != first.address.String()+" 2" {
			t.Errorf("under the new key: %q", got)
		}
		if got := b.ask(1812, "2", enough); got != second.address.String()+" 2" {
			t.Errorf("under the old key: %q", got)
		}
		h.refresh()
		h.refresh()
		if len(h.tunnel.Generations()) != 2 {
			t.Error("the old key is gone while a router uses it")
		}
		b.device.Close()
		b = h.dial(second)
		if b.ask(1812, "3", enough) == "" {
			t.Fatal("the second router does not come up under the new key")
		}
		h.eventually("the old key goes", func() bool {
			h.refresh()
			return slices.Equal(h.tunnel.Generations(), []int64{2})
		})
		for m, c := range map[*member]*caller{first: a, second: b} {
			if got := c.ask(1812, "4", enough); got != m.address.String()+" 4" {
				t.Errorf("after the rotation: %q", got)
			}
		}
	})
}

func TestTwoFirstStartsMakeOneKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouseOn(t, d)
		h.tx(func(tx *db.Tx) error { return tx.Gorm().Exec("DELETE FROM tunnel_keys").Error })
		var all sync.WaitGroup
		made := make(chan routers.TunnelKey, 8)
		for range cap(made) {
			all.Go(func() {
				keys, err := h.tunnel.readOrMakeKeys(t.Context())
				if err != nil || len(keys) != 1 {
					t.Errorf("%d keys, %v", len(keys), err)
					return
				}
				made <- keys[0].public
			})
		}
		all.Wait()
		close(made)
		first := <-made
		for other := range made {
			if other != first {
				t.Error("two nodes have two keys")
			}
		}
	})
}

func TestModelsMatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &keyRow{}) })
}
