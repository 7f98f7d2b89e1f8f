package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// The kinds of objects, in the order of saving: what is named comes before who names it.
const (
	kindProvider = "provider"
	kindBrand    = "brand"
	kindSite     = "site"
	kindTill     = "till"
	kindPlan     = "plan"
	kindRouter   = "router"
	kindPool     = "pool"
	kindAddOn    = "addon"
	kindCoupon   = "coupon"
)

var kinds = []string{kindProvider, kindBrand, kindSite, kindTill, kindPool, kindAddOn, kindPlan, kindCoupon, kindRouter}

// errDryRun undoes a transaction that was only to be looked at.
var errDryRun = errors.New("dry run")

// applyDocument brings the database to the file, all or nothing, and tells what it did. A dry run does the same and undoes it,
// so that it finds what the database would refuse too.
func (m *Main) applyDocument(ctx context.Context, file *parsed, dryRun bool) (done changes, err error) {
	kept, err := m.readStored(ctx)
	if err != nil {
		return done, err
	}
	err = m.DB.InTx(ctx, func(tx *db.Tx) error {
		run := &applying{Main: m, tx: tx, file: file, stored: kept, names: m.names(), seen: map[string]bool{}, actor: "command apply", from: hostName(),
			done: changes{Changes: []change{}, Unchanged: map[string]int{}}}
		err := run.all()
		if done = run.done; err == nil && dryRun {
			err = errDryRun
		}
		return err
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return done, err
}

// applying is one run in its transaction.
type applying struct {
	*Main
	tx     *db.Tx
	file   *parsed
	stored stored
	names  *names
	done   changes
	seen   map[string]bool

	actor, from string // of the trail
}

func (a *applying) all() error {
	for _, step := range []func() error{
		a.provider,
		func() error {
			return each(a, kindBrand, a.file.Brands, func(p brandPart) text { return p.Key }, a.brand)
		},
		func() error { return each(a, kindSite, a.file.Sites, func(p sitePart) text { return p.Slug }, a.site) },
		func() error { return each(a, kindTill, a.file.Tills, func(p tillPart) text { return p.Key }, a.till) },
		func() error { return each(a, kindPool, a.file.Pools, func(p poolPart) text { return p.Name }, a.pool) },
		func() error {
			return each(a, kindAddOn, a.file.AddOns, func(p addonPart) text { return p.Key }, a.addon)
		},
		func() error { return each(a, kindPlan, a.file.Plans, func(p planPart) text { return p.Key }, a.plan) },
		func() error {
			return each(a, kindCoupon, a.file.Coupons, func(p couponPart) text { return p.Code }, a.coupon)
		},
		func() error {
			return each(a, kindRouter, a.file.Routers, func(p routerPart) text { return p.Name }, a.router)
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// each applies the parts of one kind; a name may stand there once.
func each[P any](a *applying, kind string, parts []P, name func(P) text, apply func(key string, part P) error) error {
	for _, i := range order(parts) {
		key := string(name(parts[i]))
		err := a.once(kind, key)
		if err == nil {
			err = apply(key, parts[i])
		}
		if err != nil {
			return a.file.fault(fmt.Sprintf("%ss[%d]", kind, i), kind+" "+key, err)
		}
	}
	return nil
}

// once refuses a second object of a name; fault.Invalid "apply.twice" or "apply.unnamed".
func (a *applying) once(kind, key string) error {
	if key == "" {
		return fault.New(fault.Invalid, "apply.unnamed")
	}
	if a.seen[kind+" "+key] {
		return fault.New(fault.Invalid, "apply.twice", "Key", key)
	}
	a.seen[kind+" "+key] = true
	return nil
}

// order is the order of saving: retired routers first, for they give up addresses that others take.
func order[P any](parts []P) []int {
	var first, then []int
	for i := range parts {
		if r, ok := any(parts[i]).(routerPart); ok && r.State == routers.StateRetired {
			first = append(first, i)
		} else {
			then = append(then, i)
		}
	}
	return slices.Concat(first, then)
}

func (a *applying) reading() *reading { return &reading{names: a.names, folder: a.file.folder} }

// settle saves and records an object that differs from what is stored; old is nil for something new.
func (a *applying) settle(kind, key string, old, wanted any, save func() error) error {
	one := change{Object: kind, Name: key, Action: actionChanged, Fields: differences(old, wanted)}
	if old == nil {
		one.Action = actionNew
	}
	return a.finish(one, save)
}

func (a *applying) finish(one change, save func() error) error {
	if one.Action == actionChanged && len(one.Fields) == 0 {
		a.done.Unchanged[one.Object]++
		return nil
	}
	if err := save(); err != nil {
		return err
	}
	a.done.Changes = append(a.done.Changes, one)
	before, after := one.values()
	return audit.Record(a.tx, a.Clock.Now(), audit.Event{Actor: a.actor, Action: one.Object + " saved", Object: one.Object,
		ObjectID: one.Name, Before: before, After: after, From: a.from})
}

// onlyIf is a part as settle takes it: nil when nothing is stored.
func onlyIf[P any](known bool, part P) any {
	if !known {
		return nil
	}
	return part
}
