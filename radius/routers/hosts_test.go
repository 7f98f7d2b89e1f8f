package routers

import (
	"slices"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// TestOfManyWhoAddHostsOneWins: each has seen the same hosts.
func TestOfManyWhoAddHostsOneWins(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("kasarani-1"))
		won := make(chan string, 8)
		var all sync.WaitGroup
		for _, host := range []string{"a.wifi", "b.wifi", "c.wifi", "d.wifi"} {
			all.Go(func() {
				err := b.db.InTx(t.Context(), func(tx *db.Tx) error { return b.AddLoginHosts(tx, r, []string{host}) })
				if err == nil {
					won <- host
				} else if fault.KeyOf(err) != "router.differs_again" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		kept, _ := b.Get(r.ID)
		if len(won) != 1 || !slices.Equal(kept.LoginHosts, append(r.LoginHosts, <-won)) || kept.Version != r.Version+1 {
			t.Errorf("%v, %d won", kept.LoginHosts, len(won))
		}
		err := b.db.InTx(t.Context(), func(tx *db.Tx) error { return b.AddLoginHosts(tx, kept, []string{"not a host"}) })
		if !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}
