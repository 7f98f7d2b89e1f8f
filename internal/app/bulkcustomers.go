package app

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/bulk"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// manyCustomers are customers to whom one thing is done.
type manyCustomers struct{ *Main }

// bulkPage is how many of a list are found at once.
const bulkPage = 100

// Find implements bulk.Things: those that the list of customers shows.
func (m manyCustomers) Find(ctx context.Context, f bulk.Filter, after string) (ids []int64, next string, err error) {
	at := customers.Filter{Typed: f.Typed, State: customers.State(f.State), Segment: customers.Segment(f.Segment), Tag: f.Tag, Sites: f.Sites, Limit: bulkPage}
	if f.Typed != "" {
		at.After = after
	} else {
		at.Before, _ = strconv.ParseInt(after, 10, 64) // written by us; empty is the beginning
	}
	page, err := m.Customers.List(ctx, at)
	for _, c := range page.Customers {
		ids = append(ids, c.ID)
	}
	if next = page.Next; page.Older != 0 {
		next = strconv.FormatInt(page.Older, 10)
	}
	return ids, next, err
}

// Look implements bulk.Things.
func (m manyCustomers) Look(ctx context.Context, o bulk.Order, some []bulk.Item) ([]bulk.Item, error) {
	ids := idsOf(some)
	all, err := m.Customers.SomeNow(ctx, ids)
	if err != nil {
		return nil, err
	}
	tags, err := m.Customers.TagsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for n, one := range some {
		c, there := all[one.ID]
		if some[n].Why = tagWhy(o, c, there, tags[one.ID]); some[n].Why == nil && one.Seen != 0 {
			if some[n].Why, err = m.tagSince(ctx, o, one); err != nil {
				return nil, err
			}
		}
	}
	return some, nil
}

func idsOf(some []bulk.Item) []int64 {
	ids := make([]int64, len(some))
	for n, one := range some {
		ids[n] = one.ID
	}
	return ids
}

// tagWhy says why a customer's tags would be left as they are.
func tagWhy(o bulk.Order, c customers.Customer, there bool, tags []string) error {
	has := slices.Contains(tags, o.Argument)
	switch {
	case !there || o.Allows(c.SiteID) != nil:
		return bulk.NotTheirs()
	case c.State == customers.Merged:
		return fault.New(fault.Conflict, "customer.merged")
	case o.Kind == bulk.Tag && has:
		return fault.New(fault.Conflict, "bulk.has_tag")
	case o.Kind == bulk.Untag && !has:
		return fault.New(fault.Conflict, "bulk.has_no_tag")
	}
	if o.Kind == bulk.Tag {
		_, err := customers.CheckTags(append(slices.Clone(tags), o.Argument))
		return err
	}
	return nil
}

// Do implements bulk.Things. Its mark is the youngest id of the change: what the trail tells under a later one came after it.
func (m manyCustomers) Do(tx *db.Tx, o bulk.Order, one bulk.Item) (mark int64, err error) {
	c, err := m.Customers.GetTx(tx, one.ID)
	if fault.Is(err, fault.NotFound) || err == nil && o.Allows(c.SiteID) != nil {
		return 0, bulk.NotTheirs()
	}
	if err != nil {
		return 0, err
	}
	change, none := m.Customers.AddTag, "bulk.has_tag"
	if o.Kind == bulk.Untag {
		change, none = m.Customers.DropTag, "bulk.has_no_tag"
	}
	changed, err := change(tx, one.ID, o.Argument, customers.By{Actor: o.By.Actor, From: o.By.From})
	if err == nil && !changed {
		err = fault.New(fault.Conflict, none)
	}
	if err != nil {
		return 0, err
	}
	mark = tx.ID()
	if one.Seen == 0 {
		return mark, nil
	}
	since, err := m.tagSince(tx.Context(), o, one)
	if err == nil {
		err = since
	}
	return mark, err
}

// tagSince is bulk.ChangedSince when somebody gave or took the tag after the mark, by the trail.
func (m manyCustomers) tagSince(ctx context.Context, o bulk.Order, one bulk.Item) (since, err error) {
	for before := int64(0); ; {
		events, err := m.Audit.List(ctx, audit.Filter{Object: "customer", ObjectID: strconv.FormatInt(one.ID, 10), Before: before, Limit: bulkPage})
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if before = e.ID; e.ID < one.Seen {
				return nil, nil
			}
			if e.Action == "tags changed" && tagIn(e.Before, o.Argument) != tagIn(e.After, o.Argument) {
				return bulk.ChangedSince(), nil
			}
		}
		if len(events) < bulkPage {
			return nil, nil
		}
	}
}

// tagIn says whether a tag is in a list as the trail keeps it.
func tagIn(text, tag string) bool {
	var tags []string
	return json.Unmarshal([]byte(text), &tags) == nil && slices.Contains(tags, tag)
}
