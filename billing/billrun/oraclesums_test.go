package billrun

import (
	"math/big"
	"slices"
	"strings"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// overage is what use costs beyond what is included, of a period in which a price ran on so many of its days: more is of add-ons, summed by day, and packs are
// taken after both.
func overage(m plans.Meter, octets, days, of, more, packs int64) (sum, taken int64) {
	if len(m.Tiers) == 0 {
		return 0, 0
	}
	share := func(units int64) int64 {
		exact := new(big.Int).Mul(big.NewInt(units*gigabyte), big.NewInt(days))
		return exact.Quo(exact, big.NewInt(of)).Int64()
	}
	over, from := octets-share(m.Included)-more/of, int64(0)
	taken = min(max(0, over), packs)
	over -= taken
	for _, t := range m.Tiers {
		to := over
		if t.UpTo != 0 {
			to = min(over, share(t.UpTo))
		}
		if to > from {
			sum += nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(to-from), big.NewRat(t.Each.Cents, gigabyte)))
			from = to
		}
	}
	return sum, taken
}

// billed sums what documents say of the periods of each track, as it is priced, of the lines that count.
func billed(docs []invoices.Document, counts func(invoices.Line) bool) map[string]map[clock.Day]int64 {
	all := map[string]map[clock.Day]int64{}
	for _, d := range docs {
		track := d.Cause[strings.LastIndex(d.Cause, ":")+1:]
		if all[track] == nil {
			all[track] = map[clock.Day]int64{}
		}
		for _, l := range d.Lines {
			if l.Key != invoices.RoundingLine && counts(l) {
				all[track][l.PeriodDay] += l.Amount
			}
		}
	}
	return all
}

// ordered are events in the order in which they count, without those that lay ahead when an earlier end was recorded.
func ordered(events []subscriptions.Event) (all []subscriptions.Event) {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b subscriptions.Event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.Seq - b.Seq)
	})
	var end subscriptions.Event
	for _, e := range events {
		if end.Seq != 0 && e.Seq < end.Seq && e.At.After(end.Recorded) {
			continue
		}
		if end.Seq == 0 && e.Kind == subscriptions.Finished {
			end = e
		}
		all = append(all, e)
	}
	return all
}
