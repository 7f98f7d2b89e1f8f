package billrun

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// page is what is read for some lines together, in a fixed number of queries.
type page struct {
	pasts  map[int64]subscriptions.Past
	lives  map[int64]life
	wrong  map[int64]error // lines whose events come to nothing
	langs  map[int64]words.Lang
	prices map[int64]plans.Price
	names  map[string]plans.Plan
	cycles map[int64]cycles
	void   map[int64]map[string][]clock.Day // periods of which all was given
}

// Fill implements invoices.Source.
func (s *Source) Fill(ctx context.Context, due []invoices.Due) (map[int64]invoices.Price, error) {
	p, err := s.page(ctx, due)
	if err != nil {
		return nil, err
	}
	t, grants := newTable(), map[int64]int64{}
	var used []metered
	for n := range due {
		d := &due[n]
		past := p.pasts[d.SubscriptionID]
		if d.CustomerID = past.CustomerID; p.wrong[d.SubscriptionID] != nil {
			d.Problem = p.wrong[d.SubscriptionID]
			continue
		}
		d.Line = s.called(p.lives[d.SubscriptionID].last)
		r := reading{life: p.lives[d.SubscriptionID], track: d.Track, lang: p.langs[past.CustomerID], prices: p.prices, names: p.names, void: p.void[d.SubscriptionID], cycles: p.cycles[d.SubscriptionID], table: t, out: &d.History}
		r.read()
		if m, is := s.meteredOf(r, d); is {
			used, grants[d.SubscriptionID] = append(used, m), past.GrantID
		}
	}
	return t.prices, s.measure(ctx, used, grants)
}

// longestPlace is of an address as bills name a line by it.
const longestPlace = 80

// called is a line as its bills name it: where it is, and its login.
func (s *Source) called(now subscriptions.State) string {
	place := strings.Join(strings.Fields(now.Place.Installed), " ")
	if place == "" {
		place = s.Site(now.Place.SiteID)
	}
	if r := []rune(place); len(r) > longestPlace {
		place = string(r[:longestPlace-1]) + "…"
	}
	return strings.Trim(place+", "+now.Login.Name, ", ")
}

func (s *Source) page(ctx context.Context, due []invoices.Due) (p page, err error) {
	ids, tracks := make([]int64, 0, len(due)), map[int64]cycles{}
	for _, d := range due {
		if tracks[d.SubscriptionID] == nil {
			ids, tracks[d.SubscriptionID] = append(ids, d.SubscriptionID), cycles{}
		}
		tracks[d.SubscriptionID][d.Track] = d.History.Cycle
	}
	if p.pasts, err = s.Lines.Pasts(ctx, ids); err != nil {
		return p, err
	}
	if err := s.others(ctx, p.pasts, tracks); err != nil {
		return p, err
	}
	p.cycles = tracks
	p.lives, p.wrong = make(map[int64]life, len(ids)), map[int64]error{}
	for _, id := range ids {
		past, known := p.pasts[id]
		if !known {
			p.wrong[id] = gone
			continue
		}
		if p.lives[id], err = lifeOf(past.Events, s.Zone, tracks[id]); err != nil {
			p.wrong[id] = err
		}
	}
	if p.langs, err = s.langs(ctx, p.pasts); err != nil {
		return p, err
	}
	if p.void, err = s.Void(ctx, discounted(p.pasts)); err != nil {
		return p, err
	}
	return p, s.sold(ctx, &p)
}

// others adds the tracks that are not due, of lines of which a newer price waits for the next period of one, or a discount was given for some.
func (s *Source) others(ctx context.Context, pasts map[int64]subscriptions.Past, tracks map[int64]cycles) error {
	ids := discounted(pasts)
	for id, past := range pasts {
		if slices.ContainsFunc(past.Events, func(e subscriptions.Event) bool { return e.Kind == subscriptions.Repriced }) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for some := range db.Pieces(ids) {
		all, err := s.positionsOf(ctx, some)
		if err != nil {
			return err
		}
		for _, p := range all {
			if _, due := tracks[p.SubscriptionID][p.Track]; !due && p.Track != "" {
				tracks[p.SubscriptionID][p.Track] = p.cycle(p.Track)
			}
		}
	}
	return nil
}

// langs are the languages of the lines' customers.
func (s *Source) langs(ctx context.Context, pasts map[int64]subscriptions.Past) (map[int64]words.Lang, error) {
	var ids []int64
	for _, p := range pasts {
		ids = append(ids, p.CustomerID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	langs, err := s.Customers.Langs(ctx, ids)
	for _, id := range ids {
		if err == nil && langs[id] == "" {
			langs[id] = words.English
		}
	}
	return langs, err
}

// sold reads the plans and versions that lives name. A line of which one is not there any more has no history.
func (s *Source) sold(ctx context.Context, p *page) (err error) {
	var keys []string
	var missing []int64
	p.prices = map[int64]plans.Price{}
	for _, l := range p.lives {
		for _, sold := range l.sold() {
			keys = append(keys, sold.PlanKey)
			if kept, ok := s.versions.Load(sold.PriceID); ok {
				p.prices[sold.PriceID] = kept.(plans.Price)
			} else {
				missing = append(missing, sold.PriceID)
			}
		}
	}
	slices.Sort(keys)
	if p.names, err = s.Plans.Names(ctx, slices.Compact(keys)); err != nil {
		return err
	}
	slices.Sort(missing)
	found, err := s.Plans.Prices(ctx, slices.Compact(missing))
	for id, price := range found {
		s.versions.Store(id, price)
		p.prices[id] = price
	}
	for id, l := range p.lives {
		for _, sold := range l.sold() {
			if _, known := p.prices[sold.PriceID]; !known {
				p.wrong[id] = fault.New(fault.NotFound, "plan.gone")
			}
		}
	}
	return err
}
