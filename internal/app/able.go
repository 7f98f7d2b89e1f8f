package app

import (
	"slices"

	"mtandao/billing/plans"
	"mtandao/radius/access"
	"mtandao/radius/chilli"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// abilities are those of each dialect.
var abilities = map[string]func(routers.Router) access.Abilities{routers.MikroTik: mikrotik.Abilities, routers.Chilli: chilli.Abilities}

// able tells plans what the routers of their sites can do.
type able struct{ *Main }

// Able lists the routers in use at the sites, or everywhere.
func (a able) Able(sites []int64) []plans.Able {
	var all []plans.Able
	for _, r := range a.Routers.All() {
		if r.State != routers.StateActive || len(sites) > 0 && !slices.Contains(sites, r.SiteID) {
			continue
		}
		if of := abilities[r.Dialect]; of != nil {
			all = append(all, plans.Able{Router: r.Name, Abilities: of(r)})
		}
	}
	return all
}
