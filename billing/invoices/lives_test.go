package invoices

import (
	"slices"
	"testing"

	"mtandao/internal/clock"
)

// TestEveryBillEqualsTheOracle lets random subscriptions live for a year or more, with changes of every kind, many of them told of long after, and
// compares after each bill what was invoiced for each period so far with what its days cost.
func TestEveryBillEqualsTheOracle(t *testing.T) {
	histories := uint64(2_000)
	if testing.Short() {
		histories = 200
	}
	lines, corrections := 0, 0
	for seed := range histories {
		w := newWorld(t, seed)
		l, c := w.live(seed)
		lines, corrections = lines+l, corrections+c
	}
	t.Logf("%d lines, of which %d corrections", lines, corrections)
	if corrections < int(histories) {
		t.Errorf("only %d corrections", corrections)
	}
}

func (w *world) live(seed uint64) (lines, corrections int) {
	w.since = w.start
	p := w.cycle.Period(w.start)
	for range 12 {
		if int(p.Until-w.start) >= len(w.plan)-100 {
			break
		}
		for range w.r.IntN(4) {
			w.happen(p.From)
		}
		b, err := Compute(w.history(), w.uses(), w.prices, w.rates, p)
		if err != nil {
			w.t.Fatalf("seed %d, %v: %v", seed, p.From, err)
		}
		w.sound(seed, p, b)
		w.billed = append(w.billed, b.Lines...)
		w.since = 0
		w.compare(seed, p)
		for _, l := range b.Lines {
			if lines++; l.Correction {
				corrections++
			}
		}
		p = w.cycle.Period(p.Until)
	}
	return lines, corrections
}

// compare holds what is billed of each period, by key, against the table of days.
func (w *world) compare(seed uint64, now Period) {
	billed := map[clock.Day]map[string]int64{}
	for _, l := range w.billed {
		key := l.Key
		switch {
		case key == RoundingLine:
			continue
		case key == MinimumLine || key == MaximumLine:
			key = "bound"
		case len(key) > 5 && key[:5] == "plan.":
			key = "usage"
		}
		if billed[l.PeriodDay] == nil {
			billed[l.PeriodDay] = map[string]int64{}
		}
		billed[l.PeriodDay][key] += l.Amount
	}
	for p := w.cycle.Period(w.start); p.From <= now.From; p = w.cycle.Period(p.Until) {
		want, late := w.costs(p)
		if p != now {
			for key, n := range late {
				want[key] += n
			}
		}
		got := billed[p.From]
		for _, keys := range []map[string]int64{want, got} {
			for key := range keys {
				if got[key] != want[key] {
					w.t.Fatalf("seed %d: at %v, of the period from %v, %s is billed at %d and costs %d", seed, now.From, p.From, key, got[key], want[key])
				}
			}
		}
	}
}

// sound checks the sums, taxes and words of a document.
func (w *world) sound(seed uint64, p Period, b Bill) {
	var net, gross int64
	for _, l := range b.Lines {
		net, gross = net+l.Net+l.Excise+l.VAT, gross+l.Gross
		whole := l.Net
		if l.Inclusive && w.exempt { // pays what the taxes leave of it
			if others, err := w.rates.Split(l.Amount, l.Supply, l.From, true, false); err != nil || others.Net == l.Gross {
				whole = l.Amount
			}
		} else if l.Inclusive {
			whole = l.Gross
		}
		if l.Net+l.Excise+l.VAT != l.Gross || whole != l.Amount || l.Why == "" || len(l.Args)%2 != 0 || l.From >= l.Until || w.exempt && (l.VAT != 0 || l.Excise != 0) {
			w.t.Fatalf("seed %d, %v: %+v", seed, p.From, l)
		}
		if !l.Correction && !slices.Contains([]string{RoundingLine}, l.Key) && !w.exempt {
			first, vat := w.rates.On(l.Supply, l.From)
			last, _ := w.rates.On(l.Supply, l.Until-1)
			if first != last || first != l.ExciseShare || vat != l.VATShare {
				w.t.Fatalf("seed %d, %v: a line over a change of rates: %+v", seed, p.From, l)
			}
		}
	}
	if net != gross || b.Gross != gross || b.Net+b.Excise+b.VAT != gross || w.roundTo == 100 && gross%100 != 0 {
		w.t.Fatalf("seed %d, %v: %d, %d, %+v", seed, p.From, net, gross, b)
	}
}
