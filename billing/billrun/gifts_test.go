package billrun

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// gifts is a street whose clerks give: they credit bills, write them off, and make up for outages, before and after whatever is recorded of a line.
type gifts struct {
	*street
	seed    uint64
	outages []int64
	taxed   bool
}

// gives is one gift, or money that comes, or an outage that is undone.
func (g *gifts) gives(today clock.Day) {
	g.Helper()
	ctx, by := context.Background(), invoices.By{Actor: "clerk"}
	sub := g.lines[g.r.IntN(len(g.lines))]
	switch n := g.r.IntN(10); {
	case n < 5:
		if docs := g.documents(sub); len(docs) > 0 {
			d := docs[g.r.IntN(len(docs))]
			note := invoices.CreditNote{Request: fmt.Sprint("n", g.DB.ID()), InvoiceID: d.ID, Why: "kind"}
			if g.r.IntN(2) == 0 {
				note.Amount = money.KES(1 + g.r.Int64N(max(1, d.Gross)))
			}
			_, err := g.invoices.Credit(ctx, note, by)
			g.may(err)
			g.neverMore(sub)
		}
	case n == 5:
		if docs := g.documents(sub); len(docs) > 0 {
			g.may(g.invoices.WriteOff(ctx, docs[g.r.IntN(len(docs))].ID, "lost", by))
		}
	case n == 6:
		if o, _, err := g.compensates(1+g.r.IntN(4), "storm"); err == nil {
			g.outages = append(g.outages, o.ID)
		}
	case n == 7:
		until := g.clock.Now().Add(-time.Duration(g.r.IntN(30*24)) * time.Hour).Truncate(time.Minute)
		cut := subscriptions.Cut{ID: g.DB.ID(), SiteID: g.site, Gap: subscriptions.Gap{From: until.Add(-time.Duration(1+g.r.IntN(40*60)) * time.Minute), Until: until}, Note: "gate"}
		g.in(func(tx *db.Tx) error { return g.Lines.Suffer(tx, cut) })
		g.may(g.Lines.MakeUp(ctx))
		g.outages = append(g.outages, cut.ID)
	case n == 8 && len(g.outages) > 0:
		_, err := g.takesBack(g.outages[g.r.IntN(len(g.outages))])
		g.may(err)
	default:
		g.pays(sub.CustomerID, 1+g.r.Int64N(6000))
		g.may(g.accounts.Spend(ctx, sub.CustomerID))
	}
}

func (g *gifts) may(err error) {
	g.Helper()
	if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid {
		g.Fatal(err)
	}
}

// sums are what bills say of a line: what each period is charged for, by its track; what was given of bills; and what is asked on the whole.
func (g *gifts) sums(sub subscriptions.Subscription) (periods map[string]int64, given, asked int64, docs []invoices.Document) {
	g.Helper()
	periods = map[string]int64{}
	for _, d := range g.documents(sub) {
		if d.Credited+d.Written > max(0, d.Gross) {
			g.Fatalf("seed %d: of %d cents %d were credited and %d written off", g.seed, d.Gross, d.Credited, d.Written)
		}
		given, asked = given+d.Credited+d.Written, asked+d.Gross-d.Credited-d.Written
		own := d
		own.Lines = nil
		for _, l := range d.Lines {
			if l.Key != invoices.CreditedLine {
				periods[d.Cause[len(d.Cause)-2:]+l.PeriodDay.String()] += l.Gross
				own.Lines = append(own.Lines, l)
			}
		}
		docs = append(docs, own)
	}
	return periods, given, asked, docs
}

// neverMore: nobody is asked for less than what is due to them anyway.
func (g *gifts) neverMore(sub subscriptions.Subscription) {
	g.Helper()
	periods, given, asked, _ := g.sums(sub)
	least := int64(0)
	for _, cents := range periods {
		least += min(0, cents)
	}
	if asked < least {
		g.Fatalf("seed %d: %d cents are asked, at least %d are to be, and %d were given: %q", g.seed, asked, least, given, g.says(sub))
	}
}

// fair: what is asked lies between what the periods cost and what they would when all that was given had been of these; what they cost is what their days do,
// by an oracle that knows nothing of gifts but which periods are left with nothing.
func (g *gifts) fair(sub subscriptions.Subscription) {
	g.Helper()
	g.neverMore(sub)
	periods, given, asked, docs := g.sums(sub)
	cost := int64(0)
	for _, cents := range periods {
		cost += cents
	}
	if asked > cost || asked < cost-given {
		g.Fatalf("seed %d: %d cents are asked of what costs %d, and %d were given: %q", g.seed, asked, cost, given, g.says(sub))
	}
	if g.taxed {
		return
	}
	void, err := g.invoices.VoidBills(context.Background(), []int64{sub.ID})
	if err != nil {
		g.Fatal(err)
	}
	g.compareWith(g.seed, sub, docs, void[sub.ID])
}

// TestGiftsAndCorrections has clerks give while lines live as they like: whatever comes first, nothing is given twice, and nothing that is due is lost. With
// MTANDAO_GIFTS a number of seeds, from 0 on.
func TestGiftsAndCorrections(t *testing.T) {
	seeds, _ := strconv.Atoi(os.Getenv("MTANDAO_GIFTS"))
	first, _ := strconv.Atoi(os.Getenv("MTANDAO_GIFTS_FROM"))
	for seed := first; seed < first+max(2, seeds); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { each(t, func(w *town) { w.year(uint64(seed)) }) })
	}
}

// year is ten months of gifts, and half a year in which nothing happens but what is known comes to be billed.
func (w *town) year(seed uint64) {
	w.Helper()
	ctx := context.Background()
	g := &gifts{street: &street{town: w, r: rand.New(rand.NewPCG(seed, 77)), used: map[int64]map[clock.Day]int64{}}, seed: seed, taxed: seed%3 == 2}
	w.in(func(tx *db.Tx) error { return w.invoices.Settings.Set(tx, settings.InvoiceRound, "1") })
	if g.taxed {
		w.rate(taxes.VAT, 1600, 1, clock.Date(2026, 5, 17))
		w.rate(taxes.VAT, 1400, clock.Date(2026, 5, 17), 0)
	}
	g.begin(4)
	for _, sub := range g.lines {
		_, err := w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 1 + g.r.Int64N(9000), Periods: 1 + g.r.IntN(4)}, "friend", office)
		g.may(err)
	}
	start := clock.DayOf(w.clock.Now())
	for d := start + 1; d < start+480; d += clock.Day(1 + g.r.IntN(5)) {
		w.clock.Set(d.Start().Add(6 * time.Hour))
		if err := w.Lines.Tick(ctx); err != nil {
			w.Fatal(err)
		}
		if drafted := w.bills(); drafted.Parked > 0 {
			w.Fatalf("seed %d: parked", seed)
		}
		w.clock.Set(d.Start().Add(time.Duration(7+g.r.IntN(16)) * time.Hour))
		switch {
		case d > start+300:
			if d > start+440 || g.r.IntN(3) == 0 {
				w.idleJobs()
			}
			continue
		case g.r.IntN(4) == 0:
			w.idleJobs()
		}
		if g.r.IntN(2) == 0 {
			g.may(g.happens(g.lines[g.r.IntN(len(g.lines))]))
		}
		if g.r.IntN(2) == 0 {
			g.gives(d)
		}
	}
	for _, sub := range g.lines {
		g.fair(sub)
	}
	w.prove()
}
