package taxes

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

var (
	long  = clock.Date(2018, 1, 1)
	today = clock.Date(2026, 11, 26)
	kenya = Rates{
		{Kind: VAT, Share: 1600, From: long, On: []Supply{Internet, Equipment, Labour}, Note: "VAT Act"},
		{Kind: Excise, Share: 1500, From: clock.Date(2018, 9, 1), Until: clock.Date(2021, 7, 1), On: []Supply{Internet}, Note: "Finance Act 2018"},
		{Kind: Excise, Share: 2000, From: clock.Date(2021, 7, 1), Until: clock.Date(2023, 7, 1), On: []Supply{Internet}, Note: "Finance Act 2021"},
		{Kind: Excise, Share: 1500, From: clock.Date(2023, 7, 1), On: []Supply{Internet}, Note: "Finance Act 2023"},
	}
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		cents             int64
		supply            Supply
		day               clock.Day
		inclusive, exempt bool
		want              Parts
	}{
		"on top":              {1000_00, Internet, today, false, false, Parts{1000_00, 150_00, 184_00, 1334_00, 1500, 1600}},
		"inside":              {1334_00, Internet, today, true, false, Parts{1000_00, 150_00, 184_00, 1334_00, 1500, 1600}},
		"a credit":            {-1334_00, Internet, today, true, false, Parts{-1000_00, -150_00, -184_00, -1334_00, 1500, 1600}},
		"the residual cent":   {1500_00, Internet, today, true, false, Parts{1124_43, 168_67, 206_90, 1500_00, 1500, 1600}},
		"equipment":           {1160_00, Equipment, today, true, false, Parts{1000_00, 0, 160_00, 1160_00, 0, 1600}},
		"labour, on top":      {99_99, Labour, today, false, false, Parts{99_99, 0, 16_00, 115_99, 0, 1600}},
		"a late fee":          {200_00, Levy, today, true, false, Parts{200_00, 0, 0, 200_00, 0, 0}},
		"exempt":              {1334_00, Internet, today, true, true, Parts{1000_00, 0, 0, 1000_00, 0, 0}},
		"exempt, on top":      {1000_00, Internet, today, false, true, Parts{1000_00, 0, 0, 1000_00, 0, 0}},
		"exempt, a late fee":  {200_00, Levy, today, true, true, Parts{200_00, 0, 0, 200_00, 0, 0}},
		"as it was in 2022":   {1000_00, Internet, clock.Date(2022, 5, 5), false, false, Parts{1000_00, 200_00, 192_00, 1392_00, 2000, 1600}},
		"the day before":      {1000_00, Internet, clock.Date(2023, 6, 30), false, false, Parts{1000_00, 200_00, 192_00, 1392_00, 2000, 1600}},
		"the day of a change": {1000_00, Internet, clock.Date(2023, 7, 1), false, false, Parts{1000_00, 150_00, 184_00, 1334_00, 1500, 1600}},
		"before any":          {1000_00, Internet, clock.Date(2017, 7, 1), false, false, Parts{1000_00, 0, 0, 1000_00, 0, 0}},
		"one cent":            {1, Internet, today, true, false, Parts{1, 0, 0, 1, 1500, 1600}},
	} {
		if got, err := kenya.Split(c.cents, c.supply, c.day, c.inclusive, c.exempt); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := (Rates)(nil).Split(5_00, Internet, today, true, false); err != nil || got != (Parts{Net: 5_00, Gross: 5_00}) {
		t.Errorf("without a rate: %+v, %v", got, err)
	}
	if _, err := kenya.Split(mostCents+1, Internet, today, true, false); fault.KeyOf(err) != "money.overflow" {
		t.Error(err)
	}
}

// TestAMillionTaxesSumToTheWhole is the other half of "must be shown" 5: the parts sum to the whole, each tax is the nearest cent to the exact one,
// and what was priced on top comes back to the same price, to a cent, from the gross.
func TestAMillionTaxesSumToTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 5))
	supplies := []Supply{Internet, Equipment, Labour, Levy}
	for range 1_000_000 {
		rates := kenya
		if r.IntN(3) == 0 {
			rates = Rates{{Kind: VAT, Share: r.Int64N(mostShare + 1), From: 1, On: []Supply{Internet, Labour}}, {Kind: Excise, Share: r.Int64N(mostShare + 1), From: 1, On: []Supply{Internet}}}
		}
		cents, s, day := r.Int64N(2_000_000_00)-1_000_000_00, supplies[r.IntN(4)], long+clock.Day(r.IntN(4000))
		inclusive, exempt := r.IntN(2) == 0, r.IntN(10) == 0
		p, err := rates.Split(cents, s, day, inclusive, false)
		if exempt { // pays the net of the others, whatever the price is told with
			if free, err := rates.Split(cents, s, day, inclusive, true); err != nil || free != (Parts{Net: p.Net, Gross: p.Net}) {
				t.Fatalf("%d of %s on %v: %+v, %v; whoever is not exempt: %+v", cents, s, day, free, err, p)
			}
		}
		if err != nil || p.Net+p.Excise+p.VAT != p.Gross || inclusive && p.Gross != cents || !inclusive && p.Net != cents {
			t.Fatalf("%d of %s on %v: %+v, %v", cents, s, day, p, err)
		}
		e, v := big.NewRat(p.ExciseShare, whole), big.NewRat(p.VATShare, whole)
		one := big.NewRat(1, 1)
		net := new(big.Rat).SetInt64(cents)
		if inclusive {
			net.Quo(net, new(big.Rat).Mul(new(big.Rat).Add(one, e), new(big.Rat).Add(one, v)))
		}
		excise := new(big.Rat).Mul(net, e)
		near(t, excise, p.Excise)
		near(t, new(big.Rat).Mul(new(big.Rat).Add(net, excise), v), p.VAT)
		if back, err := rates.Split(p.Gross, s, day, true, false); err != nil || back.Net-p.Net > 1 || p.Net-back.Net > 1 || inclusive && back != p {
			t.Fatalf("%d of %s on %v: %+v comes back as %+v, %v", cents, s, day, p, back, err)
		}
		if other, err := rates.Split(-cents, s, day, inclusive, false); err != nil || other != p.Neg() {
			t.Fatalf("%d of %s on %v: %+v, and its credit is %+v, %v", cents, s, day, p, other, err)
		}
	}
}

// near wants a whole number within a half of an exact one.
func near(t *testing.T, exact *big.Rat, got int64) {
	t.Helper()
	off := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got))
	if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
		t.Fatalf("%d for %s", got, exact.FloatString(6))
	}
}

func TestRates(t *testing.T) {
	for typed, want := range map[string]int64{"16": 1600, "12.5 %": 1250, "0": 0, "100": 10_000} {
		if got, err := ReadPercent(typed); err != nil || got != want {
			t.Errorf("%q is %d, %v", typed, got, err)
		}
	}
	for _, wrong := range []string{"", "-1", "100.01", "ten"} {
		if got, err := ReadPercent(wrong); fault.KeyOf(err) != "tax.share" {
			t.Errorf("%q is %d, %v", wrong, got, err)
		}
	}
	if (Rate{Share: 1600}).Percent() != "16" || Percent(1250) != "12.5" || Percent(0) != "0" {
		t.Error("a rate is spelt wrongly")
	}
	days := kenya.Changes(Internet, clock.Date(2021, 6, 1), clock.Date(2023, 7, 1))
	if len(days) != 1 || days[0] != clock.Date(2021, 7, 1) || kenya.Changes(Labour, long, today) != nil {
		t.Error(days)
	}
	open, early := kenya[3], Rate{Kind: Excise, From: 1, Until: long, On: []Supply{Internet}}
	for _, c := range []struct {
		a, b Rate
		want bool
	}{{open, kenya[2], false}, {open, open, true}, {open, early, false}, {open, Rate{Kind: Excise, From: today, On: []Supply{Labour}}, false},
		{open, Rate{Kind: Excise, From: today, On: []Supply{Internet}}, true}, {kenya[0], open, false}} {
		if c.a.overlaps(c.b) != c.want || c.b.overlaps(c.a) != c.want {
			t.Errorf("%+v and %+v: want %v", c.a, c.b, c.want)
		}
	}
}
