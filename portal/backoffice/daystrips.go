package backoffice

import "mtandao/billing/dayclose"

// dayStrips draw the three columns of a day to one scale; a stretch's words say its amount.
func dayStrips(f *frame, v dayclose.View) []*strip {
	sum := v.Look.Total()
	odd := map[dayclose.Cause]int64{}
	for _, d := range v.Differences {
		if d.Standing == dayclose.Left {
			odd[d.Cause] += d.Cents()
		}
	}
	in, posted, done := sum.In, sum.Ledger+odd[dayclose.NotInLedger], sum.Given()+sum.Held+sum.Gone+odd[dayclose.NoMoney]
	whole := max(in, posted, done, 1)
	all := []*strip{
		stripOfMoney(f, "statement", in, in, whole, []stretch{{"odd", odd[dayclose.NotInBooks] + odd[dayclose.AmountDiffers]}, {"missed", sum.Elsewhere}}),
		stripOfMoney(f, "ledger", sum.Ledger, posted, whole, []stretch{{"odd", odd[dayclose.NotOnStatement] + odd[dayclose.NotInLedger] + odd[dayclose.NoNumber]}, {"missed", sum.UntoldCents + sum.Strayed}}),
		stripOfMoney(f, "service", sum.Given(), done, whole, []stretch{{"odd", odd[dayclose.NoMoney]}, {"waits", sum.Held}, {"missed", sum.Gone}}),
	}
	for _, class := range []string{"heard", "odd", "waits", "missed"} {
		all[2].Keys = append(all[2].Keys, stripPart{Class: class, Text: f.T("office.money_day.part_" + class)})
	}
	return all
}

// stretch is a part of a column, in cents.
type stretch struct {
	class string
	cents int64
}

// moneyWide is how wide the longest column is drawn.
const moneyWide = 1000

// stripOfMoney draws a column: what agrees first, then the rest of it. said is its figure.
func stripOfMoney(f *frame, name string, said, cents, whole int64, rest []stretch) *strip {
	agrees := cents
	for _, r := range rest {
		agrees -= r.cents
	}
	s := &strip{Text: f.T("office.money_day."+name) + ": " + kes(said), Width: moneyWide, Axis: []string{f.T("office.money_day." + name), kes(said)}}
	x := 0
	for _, one := range append([]stretch{{"heard", max(agrees, 0)}}, rest...) {
		if one.cents <= 0 || x >= moneyWide {
			continue
		}
		width := min(max(4, int(one.cents*moneyWide/whole)), moneyWide-x)
		text := f.T("office.money_day.part_"+one.class) + " " + kes(one.cents)
		s.Parts = append(s.Parts, stripPart{Class: one.class, Text: text, X: x, Width: width})
		if x += width; one.class != "heard" {
			s.Text += ". " + text
		}
	}
	if x < moneyWide {
		s.Parts = append(s.Parts, stripPart{Class: "ahead", X: x, Width: moneyWide - x})
	}
	return s
}
