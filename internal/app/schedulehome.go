package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
	"mtandao/radius/access"
)

// home is a subscriber of a story: a line that ends at noon of the first day, and how they pay for more of it: by paybill with their account number, by the prompt
// of the due day, by prompts of staff.
type home struct {
	phone    string
	agreed   bool // their phone is asked by itself
	answers  []homeAnswer
	asks     []homeAsk
	hands    []*homeHand
	reversal homeReversal

	who  customers.Customer
	line subscriptions.Subscription
	rang []homeRing
}

// homeAnswer is what they do with a prompt, so many steps after it rang.
type homeAnswer struct {
	wait   int
	answer safaricom.Answer
}

// homeAsk is a prompt of staff.
type homeAsk struct {
	step  int
	cents int64
}

// homeHand is money by paybill, with the account number as it is typed.
type homeHand struct {
	step, site, digit int
	how               string
	cents             int64
}

// homeReversal: the rail takes back a payment that moved by then.
type homeReversal struct{ step, which int }

type homeRing struct {
	checkoutID string
	step       int
}

// The ways of typing an account number.
const (
	rightAccount  = "right account"
	spacedAccount = "account in pieces"
	wrongAccount  = "mistyped account"
)

// homePrice is what a month costs them.
const homePrice = 500_00

// secondTryStep is the last before lines end: prompts of the due day are made once more.
const secondTryStep = 13

func homePlan() plans.Plan {
	return plans.Plan{Key: "home", NameEN: "Home", NameSW: "Nyumbani", Segment: plans.Home, Price: money.KES(homePrice), Sort: 9, State: plans.Live, Limits: access.Limits{UpKbps: 5000, DownKbps: 5000},
		Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}}
}

// drawHome is the home of a third of all stories; nil for the others. It has a chance of its own, so that the guests of a seed stay as they are.
func drawHome(seed uint64) *home {
	random := rand.New(rand.NewPCG(seed, 1))
	if random.IntN(3) > 0 {
		return nil
	}
	h := &home{phone: fmt.Sprintf("2547%08d", (seed*4+3)%100_000_000), agreed: random.IntN(3) > 0}
	cents := func() int64 {
		return pick(random, []int64{homePrice, homePrice, homePrice, homePrice / 2, homePrice + 200_00, 2 * homePrice})
	}
	for range 4 {
		h.answers = append(h.answers, homeAnswer{[]int{0, 0, 1, 2, 4}[random.IntN(5)], drawAnswer(random)})
	}
	for range random.IntN(3) {
		h.hands = append(h.hands, &homeHand{step: 1 + random.IntN(lastHandStep), site: pick(random, []int{0, 0, 2}), digit: random.IntN(7), cents: cents(),
			how: pick(random, []string{rightAccount, rightAccount, spacedAccount, wrongAccount})})
	}
	for range random.IntN(3) {
		h.asks = append(h.asks, homeAsk{random.IntN(lastOrderStep + 1), cents()})
	}
	if random.IntN(4) == 0 {
		h.reversal = homeReversal{lastOrderStep + random.IntN(lastHandStep-lastOrderStep+1), random.IntN(2)}
	}
	return h
}

// typed is the account number as a hand types it.
func (h *home) typed(p *homeHand) string {
	number := h.who.Number
	switch p.how {
	case spacedAccount:
		return "acc " + customers.Grouped(number)
	case wrongAccount:
		at := p.digit % len(number)
		return number[:at] + string('0'+(number[at]-'0'+1)%10) + number[at+1:]
	}
	return number
}

// homeAnswerTo is what a home does with a prompt at a step, and whether they do it yet.
func (s *story) homeAnswerTo(p safaricom.Prompt, step int) (safaricom.Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.home
	n := slices.IndexFunc(h.rang, func(r homeRing) bool { return r.checkoutID == p.CheckoutID })
	if n < 0 {
		n = len(h.rang)
		h.rang = append(h.rang, homeRing{p.CheckoutID, step})
	}
	a := h.answers[n%len(h.answers)]
	return a.answer, h.rang[n].step+a.wait <= step
}

// isHome says that a phone is that of the story's home.
func (s *story) isHome(phone string) bool { return s.home != nil && s.home.phone == phone }

// nineOn is the next nine in the morning: groups begin then, hours before lines end.
func nineOn(now time.Time) time.Time {
	nine := clock.DayOf(now).Start().Add(9 * time.Hour)
	if nine.Before(now) {
		nine = (clock.DayOf(now) + 1).Start().Add(9 * time.Hour)
	}
	return nine
}

// refusesHome are the faults by which a prompt of staff is not made, and rightly.
var refusesHome = []string{"prompt.undecided", "prompt.rail_rests", "prompt.number_rests"}

func (h *home) String() string {
	if h == nil {
		return "no home"
	}
	var b strings.Builder
	fmt.Fprint(&b, h.phone, h.agreed, h.answers, h.asks, h.reversal)
	for _, p := range h.hands {
		fmt.Fprintf(&b, "%+v", *p)
	}
	return b.String()
}

// takenBackOf is how the rail's statement tells that a payment was taken back.
func takenBackOf(m safaricom.Move, tillID int64, at time.Time) billing.Reversal {
	return billing.Reversal{TillID: tillID, Code: "RV" + m.Receipt[2:], Receipt: m.Receipt, Amount: money.KES(m.Cents), At: at, CameBy: billing.ReversedOnStatement, By: "statement"}
}
