package plans

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

func home() Plan {
	return Plan{Key: "home-10", NameEN: "Home 10", NameSW: "Nyumba 10", Segment: Home, Price: money.Shillings(2500), State: Live,
		Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000}, Terms: Terms{Mode: Prepaid, Interval: Interval{Month, 1}}}
}

// hybrid has 100 GB in its price, then tiers, and a price of its own for nights.
func hybrid() Plan {
	p := home()
	night := access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}
	p.Terms.Mode = Hybrid
	p.Terms.Setup = money.Shillings(1500)
	p.Terms.Data = Meter{Included: 100, Tiers: []Tier{{UpTo: 100, Each: money.Shillings(50)}, {UpTo: 500, Each: money.Shillings(30)}, {Each: money.Shillings(10)}},
		Windows: []Window{{Hours: night, Each: money.Shillings(5)}}}
	p.Terms.Rates = []Tariff{{Segment: Business, Level: "priority", Amount: money.Shillings(4500)}, {Segment: Business, Amount: money.Shillings(3500)}}
	return p
}

func priceOf(p Plan) Price { return Price{Amount: p.Price, Terms: p.Terms, Limits: p.Limits} }

var noon = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

func gb(n int64) int64 { return n * perGB }

func TestChargesOfAMonth(t *testing.T) {
	p := priceOf(hybrid())
	night := time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC) // 23:00 in Nairobi
	for _, c := range []struct {
		name string
		who  Subject
		used []Used
		want int64
	}{
		{"nothing used", Subject{Segment: Home}, nil, 2500},
		{"the first month", Subject{Segment: Home, First: true}, nil, 4000},
		{"a business", Subject{Segment: Business}, nil, 3500},
		{"a business with priority", Subject{Segment: Business, Level: "priority"}, nil, 4500},
		{"within what is included", Subject{}, []Used{{At: noon, Octets: gb(100)}}, 2500},
		{"one tier", Subject{}, []Used{{At: noon, Octets: gb(100)}, {At: noon, Octets: gb(10)}}, 3000},
		{"all tiers", Subject{}, []Used{{At: noon, Octets: gb(100 + 600)}}, 2500 + 100*50 + 400*30 + 100*10},
		{"by night", Subject{}, []Used{{At: noon, Octets: gb(99)}, {At: night, Octets: gb(20)}}, 2600},
		{"10 % off, then 100", Subject{Discounts: []Discount{{Percent: 1000}, {Amount: money.Shillings(100)}}}, nil, 2150},
		{"more off than there is", Subject{First: true, Discounts: []Discount{{Amount: money.Shillings(9000)}}}, nil, 1500},
	} {
		if got := Sum(Charges(p, c.who, c.used, clock.Nairobi)); got != money.Shillings(c.want) {
			t.Errorf("%s: %v, want %d", c.name, got, c.want)
		}
	}
}

func TestVolumeAndHours(t *testing.T) {
	p := hybrid()
	p.Terms.Data.Volume, p.Terms.Data.Windows = true, nil
	if got := Sum(Charges(priceOf(p), Subject{}, []Used{{At: noon, Octets: gb(100 + 101)}}, clock.Nairobi)); got != money.Shillings(2500+101*30) {
		t.Errorf("volume: %v", got)
	}
	p.Terms.Data = Meter{}
	p.Terms.Time = Meter{Included: 10, Tiers: []Tier{{Each: money.Shillings(20)}}}
	if got := Sum(Charges(priceOf(p), Subject{}, []Used{{At: noon, Time: 11*time.Hour + 30*time.Minute}}, clock.Nairobi)); got != money.Shillings(2530) {
		t.Errorf("by the hour: %v", got)
	}
}

// TestAMonthHasALeastAndAMost of all but what is charged once, and says how it was reached.
func TestAMonthHasALeastAndAMost(t *testing.T) {
	p := hybrid()
	p.Terms.Mode, p.Terms.Minimum, p.Terms.Maximum = Postpaid, money.Shillings(3000), money.Shillings(5000)
	pack := AddOn{Key: "pack", NameEN: "Pack", Price: money.Shillings(300), Once: true}
	for _, c := range []struct {
		gb, want int64
		says     string
	}{{0, 3000, "Brought up to the least, KES 3,000"}, {100, 3000, "Brought up to the least, KES 3,000"}, {120, 3500, ""}, {150, 5000, ""}, {700, 5000, "Brought down to the most, KES 5,000"}} {
		all := Charges(priceOf(p), Subject{First: true, AddOns: []AddOn{pack}}, []Used{{At: noon, Octets: gb(c.gb)}}, clock.Nairobi)
		says := ""
		for _, one := range all {
			if one.Kind == ForLeast || one.Kind == ForMost {
				says = one.Reason(words.English)
			}
		}
		if got := Sum(all); got != money.Shillings(c.want+1500+300) || says != c.says {
			t.Errorf("%d GB: %v, want %d and what is once: %q", c.gb, got, c.want, says)
		}
	}
}

func TestAddOnsAndBundles(t *testing.T) {
	p := home()
	p.Limits.FairUse = access.FairUse{Bytes: gb(200), Per: access.PerMonth, UpKbps: 1000, DownKbps: 1000}
	p.Terms.Includes = []string{"support"}
	speed := AddOn{Key: "speed", NameEN: "More speed", NameSW: "Kasi zaidi", Price: money.Shillings(500), DownKbps: 5000, UpKbps: 5000, State: Live}
	pack := AddOn{Key: "pack", NameEN: "50 GB", Price: money.Shillings(300), Once: true, Bytes: gb(50), State: Live}
	more := AddOn{Key: "more", NameEN: "100 GB more", Price: money.Shillings(400), Bytes: gb(100), State: Live}
	support := AddOn{Key: "support", NameEN: "Support", Price: money.Shillings(900), State: Live}
	all := []AddOn{speed, pack, more, support}
	for _, a := range all {
		if err := a.Validate(); err != nil {
			t.Error(err)
		}
	}
	charges := Charges(priceOf(p), Subject{AddOns: all, Discounts: []Discount{{Percent: 5000}}}, nil, clock.Nairobi)
	if got := Sum(charges); got != money.Shillings((2500+500+400)/2+300) {
		t.Errorf("half off all that recurs, not off the pack: %v", got)
	}
	l := priceOf(p).With(all)
	if l.DownKbps != 15_000 || l.UpKbps != 15_000 || l.FairUse.Bytes != gb(300) {
		t.Errorf("%+v", l)
	}
	if !speed.GoesWith("any") || (AddOn{Plans: []string{"a"}}).GoesWith("b") {
		t.Error("an add-on names its plans, or goes with all")
	}
	for _, l := range words.Languages {
		for _, c := range charges {
			if text := c.Reason(l); text == "" || text[0] == '!' {
				t.Errorf("%s: %q", c.Kind, text)
			}
		}
	}
}

// TestUseIsNeverLost: however use is cut into hours, its price is that of the whole, and quantities add up to what was used.
func TestUseIsNeverLost(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2026))
	for range 2000 {
		p := hybrid()
		p.Terms.Data.Windows = nil
		p.Terms.Data.Volume = r.IntN(2) == 0
		p.Terms.Data.Included = r.Int64N(200)
		var used []Used
		whole := int64(0)
		for range r.IntN(50) {
			n := r.Int64N(20 * perGB)
			used, whole = append(used, Used{At: noon.Add(time.Duration(r.IntN(700)) * time.Hour), Octets: n}), whole+n
		}
		cut := Charges(priceOf(p), Subject{}, used, clock.Nairobi)
		once := Charges(priceOf(p), Subject{}, []Used{{At: noon, Octets: whole}}, clock.Nairobi)
		if !slices.Equal(cut, once) {
			t.Fatalf("%v\n%v", cut, once)
		}
		sum := int64(0)
		for _, c := range cut {
			sum += c.Quantity
		}
		if sum != whole {
			t.Fatalf("%d of %d octets are charged", sum, whole)
		}
	}
}

// TestPartsSumToTheWhole: any cut of a period into days comes to its amount, to the cent.
func TestPartsSumToTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2027))
	for range 20_000 {
		amount, whole := money.KES(r.Int64N(10_000_000)), 1+r.Int64N(400)
		sum, from := int64(0), int64(0)
		for from < whole {
			to := from + 1 + r.Int64N(whole-from)
			part := Prorate(amount, from, to, whole)
			if part.Cents < 0 {
				t.Fatal(amount, from, to, whole)
			}
			sum, from = sum+part.Cents, to
		}
		if sum != amount.Cents {
			t.Fatalf("%v in %d days comes to %d cents", amount, whole, sum)
		}
	}
}

func TestAWrongSubscriptionPlanIsRefusedByField(t *testing.T) {
	if err := hybrid().Validate(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(*Plan){
		"plan.mode":          func(p *Plan) { p.Terms.Mode = "later" },
		"plan.interval":      func(p *Plan) { p.Terms.Interval.Every = 0 },
		"plan.arrears":       func(p *Plan) { p.Terms.Arrears = true },
		"plan.setup":         func(p *Plan) { p.Terms.Setup = money.KES(-1) },
		"plan.meter":         func(p *Plan) { p.Terms.Time = Meter{Included: 3} },
		"plan.tiers":         func(p *Plan) { p.Terms.Data.Tiers[1].UpTo = 100 },
		"plan.windows":       func(p *Plan) { p.Terms.Data.Windows[0].Hours = nil },
		"plan.rates":         func(p *Plan) { p.Terms.Rates[0].Segment = "kiosk" },
		"plan.prepaid_meter": func(p *Plan) { p.Terms.Mode = Prepaid },
		"plan.hybrid":        func(p *Plan) { p.Terms.Data = Meter{} },
		"plan.once_meter":    func(p *Plan) { p.Terms.Interval = Interval{Once, 1} },
		"plan.free":          func(p *Plan) { p.Price, p.Terms.Data, p.Terms.Mode = money.KES(0), Meter{}, Postpaid },
		"plan.bounds_mode":   func(p *Plan) { p.Terms.Minimum = money.Shillings(1) },
		"plan.bounds":        func(p *Plan) { p.Terms.Mode, p.Terms.Maximum = Postpaid, money.Shillings(4499) }, // a priority business costs more
		"plan.amount":        func(p *Plan) { p.Price = money.KES(-5) },
		"plan.timed":         func(p *Plan) { p.Limits.Time = time.Hour },
		"plan.segment":       func(p *Plan) { p.Segment = "moon" },
		"plan.package_mode":  func(p *Plan) { p.Segment = Hotspot },
		"limits.devices":     func(p *Plan) { p.Limits.Devices = -1 },
	} {
		p := hybrid()
		if spoil(&p); fault.KeyOf(p.Validate()) != key {
			t.Errorf("want %s, got %v", key, p.Validate())
		}
	}
}

func TestIntervals(t *testing.T) {
	for text, want := range map[string]Interval{"month": {Month, 1}, "3 months": {Month, 3}, " Week ": {Week, 1}, "30 days": {Day, 30}, "once": {Once, 1}} {
		got, err := ParseInterval(text)
		again, _ := ParseInterval(got.String())
		if err != nil || got != want || again != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "fortnight", "0 days", "-1 week", "2 onces", "3 month ago"} {
		if _, err := ParseInterval(text); fault.KeyOf(err) != "plan.interval" {
			t.Errorf("%q: %v", text, err)
		}
	}
	at := time.Date(2027, 1, 31, 12, 0, 0, 0, clock.Nairobi)
	for _, want := range []string{"2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"} {
		at = Interval{Month, 1}.After(at, 31, clock.Nairobi)
		if got := at.In(clock.Nairobi).Format("2006-01-02 15:04"); got != want+" 12:00" {
			t.Errorf("%s, want %s at noon", got, want)
		}
	}
}

// TestMonthsNeverDrift: a month on, the day is the anchor's or the last of the month, for any anchor and number of months.
func TestMonthsNeverDrift(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2028))
	for range 20_000 {
		anchor, every := 1+r.IntN(31), 1+r.IntN(24)
		at := time.Date(2020+r.IntN(20), time.Month(1+r.IntN(12)), 1, 12, 0, 0, 0, clock.Nairobi)
		next := Interval{Month, every}.After(at, anchor, clock.Nairobi).In(clock.Nairobi)
		months := (next.Year()-at.Year())*12 + int(next.Month()) - int(at.Month())
		last := next.AddDate(0, 0, 1).Month() != next.Month()
		if months != every || next.Hour() != 12 || next.Day() != anchor && (!last || next.Day() > anchor) {
			t.Fatalf("%v and %d months by day %d is %v", at, every, anchor, next)
		}
	}
}
