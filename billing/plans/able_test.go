package plans

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// routersOf is one router at each site.
type routersOf map[int64]access.Abilities

func (r routersOf) Able(sites []int64) (all []Able) {
	for site, abilities := range r {
		if len(sites) == 0 || sites[0] == site {
			all = append(all, Able{"gate", abilities})
		}
	}
	return all
}

func TestAPlanThatARouterCannotServeIsRefused(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, clock.System())
		s.AskRouters(routersOf{7: {Rate: true}, 8: {Rate: true, Burst: true}})
		p := hour()
		p.Limits.Burst = access.Burst{UpKbps: 2000, DownKbps: 4000, Over: time.Minute}
		save := func(p Plan) error {
			return d.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.Save(tx, p); return err })
		}
		for _, sites := range [][]int64{nil, {7}} {
			p.Sites = sites
			err := save(p)
			var f *fault.Error
			if !errors.As(err, &f) || fault.KeyOf(err) != "plan.unable_burst" || !strings.Contains(words.Fault(words.Swahili, err), "gate") {
				t.Errorf("at %v: %v", sites, err)
			}
		}
		p.Sites = []int64{8}
		if err := save(p); err != nil {
			t.Error(err)
		}
		s.AskRouters(routersOf{8: {Rate: true}})
		if p.Price = money.Shillings(99); save(p) != nil {
			t.Error("the price of what was assigned before the router came cannot change")
		}
		if p.Limits.UpKbps = 999; save(p) == nil {
			t.Error("its limits can")
		}
		p.Sites, p.State = []int64{7}, Retired
		if err := save(p); err != nil {
			t.Error("what is not sold needs no router:", err)
		}
	})
}

func TestSentenceOfFairUseAndNight(t *testing.T) {
	p := hour()
	p.Limits = access.Limits{Valid: 30 * 24 * time.Hour, DownKbps: 10000, UpKbps: 5000,
		FairUse: access.FairUse{Bytes: 20_000_000_000, Per: access.PerMonth, DownKbps: 1000, UpKbps: 512, RollOver: true},
		Night:   access.Night{Hours: access.Hours{{From: 22 * 60, To: 6 * 60}}, Free: true}}
	if got := Sentence(words.English, p); got != "within 30 days · 1 phone · 10 Mbit/s · after 20 GB a month 1 Mbit/s · what is left over is kept once · 22:00–06:00 free data" {
		t.Error(got)
	}
	p.Limits.FairUse.Per, p.Limits.FairUse.RollOver, p.Limits.Night.DownKbps = access.PerDay, false, 20000
	if got := Sentence(words.Swahili, p); !strings.Contains(got, "baada ya 20 GB kwa siku 1 Mbit/s · 22:00–06:00 data ya bure, 20 Mbit/s") {
		t.Error(got)
	}
}
