package subscriptions

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// chain is a line on paper: its events, and beside them an oracle that goes day by day and knows nothing of spans.
type chain struct {
	*testing.T
	r      *rand.Rand
	now    time.Time
	events []Event
	prices []int64 // of the plans, by price id - 1, for 31 days

	paid, back int64    // cents that came, and that went back to credit
	value      *big.Rat // what is left, to the fraction of a cent
	slack      int64    // cents by which rounding may differ: one for each reckoning
}

func newChain(t *testing.T, seed uint64) *chain {
	r := rand.New(rand.NewPCG(seed, 41))
	c := &chain{T: t, r: r, now: morning.Add(time.Duration(r.IntN(400*24*60)) * time.Minute), value: new(big.Rat)}
	for range 4 {
		c.prices = append(c.prices, 31*(1000+r.Int64N(20_000)))
	}
	c.add(Started, Said{Segment: plans.Home, Sold: c.plan(0), Place: &Place{SiteID: 1}, Login: &Login{Kind: PPPoE, Name: "a"}})
	return c
}

// plan is one of 31 days, so that a day of it costs the same whatever the calendar says.
func (c *chain) plan(n int) *Sold {
	return &Sold{PlanKey: fmt.Sprint("plan", n), PriceID: int64(n) + 1, Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Day, Every: 31}}
}

func (c *chain) add(k Kind, said Said) {
	c.Helper()
	id := int64(len(c.events)) + 1
	c.events = append(c.events, Event{ID: id, Seq: id, Kind: k, At: c.now, Recorded: c.now, Said: said})
	if _, err := Replay(c.events, forever, nairobi); err != nil {
		c.Fatalf("%s: %v", k, err)
	}
}

func (c *chain) state() State {
	c.Helper()
	s, err := Replay(c.events, c.now, nairobi)
	if err != nil {
		c.Fatal(err)
	}
	return s
}

func (c *chain) price(s State) int64 { return c.prices[s.Sold.PriceID-1] }

// live lets whole days go by, each of which is worth what it costs, and stops before the line runs out.
func (c *chain) live() {
	s := c.state()
	days := c.r.Int64N(12)
	for ; days > 0; days-- {
		next := c.now.Add(24 * time.Hour)
		if s.Status == Active && !s.PaidTo.After(next) {
			return
		}
		if c.now = next; s.Status == Active {
			c.value.Sub(c.value, big.NewRat(c.price(s), 31))
		}
	}
}

// happens is one deed. Each is priced by the oracle from what is left to it.
func (c *chain) happens() string {
	s := c.state()
	at := s.clockAt(c.now)
	left := int64(0)
	for _, span := range s.Ahead {
		left += span.left(at, clock.Nairobi).Cents
	}
	switch n := c.r.IntN(8); {
	case s.Status == Paused:
		c.now = c.now.Add(time.Duration(c.r.IntN(60*24*60)) * time.Minute / (24 * time.Hour) * (24 * time.Hour))
		c.add(Resumed, Said{})
		return "resume"
	case n < 3 || len(s.Ahead) == 0:
		if len(s.Ahead) > 3 {
			return ""
		}
		amount := c.price(s)
		c.boundaries(min(len(s.Ahead), 1))
		c.add(Renewed, Said{Paid: &Paid{Interval: s.Sold.Interval, Amount: money.KES(amount), PriceID: s.Sold.PriceID}})
		c.paid += amount
		c.value.Add(c.value, new(big.Rat).SetInt64(amount))
		return "renew"
	case n < 6:
		to := c.r.IntN(len(c.prices))
		if c.plan(to).PriceID == s.Sold.PriceID {
			return ""
		}
		c.change(s, to, n == 5)
		return "change"
	case n == 6:
		c.add(PausedIt, Said{})
		return "pause"
	default:
		c.takeBack(s, at)
		return "take back"
	}
}

// boundaries: where one period ends within a day and the next begins, that day is of one of them.
func (c *chain) boundaries(n int) {
	for range n {
		c.slack += slices.Max(c.prices) / 31
	}
}

func (c *chain) change(s State, to int, keep bool) {
	w := worth(money.KES(c.price(s)), money.KES(c.prices[to]), 31, 31)
	p := Preview{At: c.now, Old: money.KES(c.price(s)), New: money.KES(c.prices[to]), event: Event{Kind: Changed, At: c.now, Said: Said{Sold: c.plan(to), Worth: &w}}}
	c.slack += int64(len(s.Ahead))
	c.boundaries(len(s.Ahead) - 1)
	if keep {
		kept, err := p.keep(buyer{}, s, w, clock.Nairobi)
		if err != nil {
			panic(err)
		}
		due := kept.Cents
		c.value.Add(c.value, new(big.Rat).SetInt64(due))
		if c.paid += max(due, 0); due < 0 {
			c.back -= due
		}
	}
	c.add(Changed, p.event.Said)
}

func (c *chain) takeBack(s State, at time.Time) {
	span := s.Ahead[c.r.IntN(len(s.Ahead))]
	left := span.left(at, clock.Nairobi)
	c.add(TakenBack, Said{RenewalID: span.EventID, Amount: &left})
	c.back += left.Cents
	c.value.Sub(c.value, new(big.Rat).SetInt64(left.Cents))
}

// agrees: what is left is what was paid less what went back and what the days that were had cost, whatever was done in between, and the line lasts as
// many days as that buys.
func (c *chain) agrees(seed uint64, did []string) {
	c.Helper()
	s := c.state()
	at := s.clockAt(c.now)
	left := int64(0)
	for _, span := range s.Ahead {
		left += span.left(at, clock.Nairobi).Cents
		if span.Cents < 0 || span.Until.Before(span.From) {
			c.Fatalf("seed %d after %v: %+v", seed, did, span)
		}
	}
	off := new(big.Rat).Sub(new(big.Rat).SetInt64(left), c.value)
	if most := new(big.Rat).SetInt64(c.slack + 1 + int64(len(c.events))/2); new(big.Rat).Abs(off).Cmp(most) > 0 {
		c.Fatalf("seed %d after %v: %d cents are left, and days that were had leave %s", seed, did, left, c.value.FloatString(2))
	}
	if c.back > c.paid {
		c.Fatalf("seed %d after %v: %d cents went back of %d", seed, did, c.back, c.paid)
	}
	if s.PaidTo.After(at) {
		lasts, buys := s.PaidTo.Sub(at).Hours()/24, float64(left)*31/float64(c.price(s))
		if most := 1.1 * float64(len(s.Ahead)); lasts > buys+most || lasts < buys-most { // days are of dates: of each period less than one is between
			c.Fatalf("seed %d after %v: %.2f days are left, and %d cents buy %.2f", seed, did, lasts, left, buys)
		}
	} else if left > 0 {
		c.Fatalf("seed %d after %v: %d cents are left of nothing", seed, did, left)
	}
}

// TestAChainOfDeedsKeepsItsMoney: random chains of renewals, changes of plan with the date kept and not, pauses and payments that are taken back. What is
// left is always what days that were had leave of what was paid.
func TestAChainOfDeedsKeepsItsMoney(t *testing.T) {
	chains := uint64(3000)
	if testing.Short() {
		chains = 300
	}
	for seed := range chains {
		c := newChain(t, seed)
		var did []string
		for range 14 {
			if what := c.happens(); what != "" {
				did = append(did, what)
			}
			c.agrees(seed, did)
			c.live()
			c.agrees(seed, append(did, "days"))
		}
	}
}
