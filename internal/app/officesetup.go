package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/portal/backoffice"
)

// setup is what staff change from pages: the parts of apply, by the checks of apply, in one transaction with its trail.
type setup struct{ *Main }

// Objects lists what is stored of a kind, as its parts say it.
func (s setup) Objects(ctx context.Context, kind string) ([]backoffice.Object, error) {
	n := s.names()
	var all []backoffice.Object
	add := func(id int64, key string, part any) { all = append(all, s.object(id, key, part)) }
	switch kind {
	case kindBrand:
		for _, b := range s.Sites.Brands() {
			add(b.ID, b.Key, brandPartOf(b))
		}
	case kindSite:
		for _, v := range s.Sites.Sites() {
			add(v.ID, v.Slug, sitePartOf(v, n))
		}
	case kindTill:
		tills, err := s.Billing.Tills(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range tills {
			add(t.ID, t.Key, tillPartOf(t, n))
		}
	case kindPlan:
		sold, err := s.Plans.All(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range sold {
			add(p.ID, p.Key, planPartOf(p, n))
		}
	case kindAddOn:
		sold, err := s.Plans.AddOns(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range sold {
			add(a.ID, a.Key, addonPartOf(a))
		}
	case kindCoupon:
		sold, err := s.Plans.Coupons(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range sold {
			add(c.ID, c.Code, couponPartOf(c))
		}
	case kindPool:
		leased, err := s.Pools.All(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range leased {
			add(p.ID, p.Name, poolPartOf(p))
		}
	case kindRouter:
		for _, r := range s.Routers.All() {
			add(r.ID, r.Name, routerPartOf(r, n))
		}
	}
	slices.SortFunc(all, func(x, y backoffice.Object) int { return strings.Compare(x.Key, y.Key) })
	return all, nil
}

// object tells a part without its secrets. The stamp covers them too, keyed, so that it tells nothing of them.
func (s setup) object(id int64, key string, part any) backoffice.Object {
	o := backoffice.Object{ID: id, Key: key, Fields: map[string]string{}, Set: map[string]bool{}}
	readPart(part, "", o.Fields, o.Set)
	o.Stamp = s.Keys.Lookup("set-up form", asJSON(everything(part)))
	return o
}

// everything is each field of a part, its secrets too.
func everything(part any) map[string]string {
	all := map[string]string{}
	for _, f := range fieldsOf(part) {
		all[f.name] = f.value
	}
	return all
}

// Save makes changes, all or none. What a field says wrong is a *backoffice.WrongField.
func (s setup) Save(ctx context.Context, by backoffice.Author, wanted ...backoffice.Change) error {
	s.saving.Lock() // so that of two forms of one state the second is told
	defer s.saving.Unlock()
	kept, err := s.readStored(ctx)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		run := &applying{Main: s.Main, tx: tx, file: &parsed{}, stored: kept, names: s.names(), seen: map[string]bool{},
			actor: by.Email, from: by.From, done: changes{Unchanged: map[string]int{}}}
		for _, c := range wanted {
			if err := run.change(c); err != nil {
				return wrongField(c, err)
			}
		}
		return nil
	})
}

func (a *applying) change(c backoffice.Change) error {
	switch c.Kind {
	case kindProvider:
		return a.settings(c)
	case kindBrand:
		old, known := a.stored.brands[c.Key]
		return alter(a, c, known, brandPartOf(old), a.brand)
	case kindSite:
		old, known := a.stored.sites[c.Key]
		return alter(a, c, known, sitePartOf(old, a.names), a.site)
	case kindTill:
		old, known := a.stored.tills[c.Key]
		return alter(a, c, known, tillPartOf(old, a.names), a.till)
	case kindPlan:
		old, known := a.stored.plans[c.Key]
		return alter(a, c, known, planPartOf(old, a.names), a.plan)
	case kindAddOn:
		old, known := a.stored.addons[c.Key]
		return alter(a, c, known, addonPartOf(old), a.addon)
	case kindCoupon:
		old, known := a.stored.coupons[plans.SpellCoupon(c.Key)]
		return alter(a, c, known, couponPartOf(old), a.coupon)
	case kindPool:
		old, known := a.stored.pools[c.Key]
		return alter(a, c, known, poolPartOf(old), a.pool)
	case kindRouter:
		old, known := a.stored.routers[c.Key]
		return alter(a, c, known, routerPartOf(old, a.names), a.router)
	}
	return fault.New(fault.NotFound, "page.unknown")
}

func (a *applying) settings(c backoffice.Change) error {
	part := &providerPart{Settings: map[string]text{}}
	for name, value := range c.Fields {
		part.Settings[name] = text(value)
	}
	a.file.Provider = part
	return a.provider()
}

// alter applies a part as it is stored with the wanted fields in it; one that is to be new may not be there yet.
func alter[P any](a *applying, c backoffice.Change, known bool, stored P, apply func(string, P) error) error {
	part := stored
	switch {
	case c.Key == "":
		return fault.New(fault.Invalid, "apply.unnamed")
	case c.New && known:
		return fault.New(fault.Conflict, "setup.taken", "Key", c.Key)
	case !c.New && !known:
		return fault.New(fault.NotFound, "page.unknown")
	case c.Stamp != "" && c.Stamp != (setup{a.Main}).object(0, c.Key, stored).Stamp:
		return fault.New(fault.Conflict, "conflict")
	case c.New:
		part = *new(P)
	}
	if err := writePart(&part, "", c.Fields); err != nil {
		return err
	}
	if err := apply(c.Key, part); err != nil || c.New {
		return err
	}
	return sentElsewhere(c, everything(stored), everything(part))
}

// goesTo names the fields that say where a secret is sent, or who can read it on its way.
var goesTo = []struct {
	kind, secret string
	by           []string
}{
	{kindTill, "consumer_secret", []string{"base_url"}}, {kindTill, "passkey", []string{"base_url"}},
	{kindTill, "initiator_password", []string{"base_url", "certificate"}},
	{kindRouter, "api_password", []string{"api_address", "api_tls", "api_certificate"}},
}

// sentElsewhere refuses to send a stored secret to another address until it is typed again: staff may set secrets, and may not
// have them sent to themselves.
func sentElsewhere(c backoffice.Change, was, is map[string]string) error {
	for _, g := range goesTo {
		if g.kind != c.Kind || was[g.secret] == "" || c.Fields[g.secret] != "" {
			continue
		}
		if slices.ContainsFunc(g.by, func(by string) bool { return was[by] != is[by] }) {
			return fieldFault{field: g.secret, error: fault.New(fault.Invalid, "setup.secret_again")}
		}
	}
	return nil
}

// wrongField says which field a fault is about, by what apply says of a file's line.
func wrongField(c backoffice.Change, err error) error {
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unavailable {
		return err
	}
	_, field, _ := strings.Cut(fault.KeyOf(err), ".")
	if f := (fieldFault{}); errors.As(err, &f) {
		field, err = strings.TrimPrefix(f.field, "settings."), f.error
	}
	return &backoffice.WrongField{Kind: c.Kind, Field: field, Cause: err}
}

// ReadPlan reads a plan as it would be saved, and changes nothing.
func (s setup) ReadPlan(fields map[string]string) (plans.Plan, error) {
	var part planPart
	err := writePart(&part, "", fields)
	if err != nil {
		return plans.Plan{}, err
	}
	return part.plan(&reading{names: s.names()})
}
