package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/sim/safaricom"
)

// steps are the times of a group's stories: dense while people wait, then a day at a time until no question to the rail is
// left (billing asks for a week) and the latest message has come.
var steps = makeSteps()

func makeSteps() []time.Duration {
	s := []time.Duration{0, 3 * time.Second, 8 * time.Second, 16 * time.Second, 35 * time.Second, 47 * time.Second, 75 * time.Second,
		110 * time.Second, 150 * time.Second, 4 * time.Minute, 6 * time.Minute, 10 * time.Minute, 75 * time.Minute, 130 * time.Minute}
	for range 13 {
		s = append(s, s[len(s)-1]+25*time.Hour)
	}
	return s
}

const (
	lastOrderStep = 9
	lastHandStep  = 14
	lastTypedStep = 20
)

// story is some people, what they want to buy, how they answer, and what else they and others do. All of it is drawn from
// the seed before it begins.
type story struct {
	seed    uint64
	percent int // chance of each fault of the rail
	phones  []string
	wishes  []*wish
	hands   []*hand
	typings []typing
	home    *home  // often none
	forging []int  // steps at which somebody sends lies
	outage  [2]int // steps from and before which every call about the story is cut off; often none

	clock *clock.Manual
	start time.Time
	mu    sync.Mutex
	count map[string]int
	haste map[string]bool // order codes whose prompt is answered at once
	lines []string
}

// wish is one thing that somebody buys.
type wish struct {
	step, answerStep int
	phone, mac       string
	site, plan, taps int
	once             string
	answer           safaricom.Answer
	order            billing.Order
	placed           bool
}

// hand is money paid to the till by hand.
type hand struct {
	step, wish, site int
	phone, how       string
	receipt          string // empty when the rail took no money
	cents            int64
}

// The ways of paying by hand.
const (
	rightCode = "right code"
	wrongCode = "mistyped code"
	byPhone   = "phone as account"
	tooLittle = "too little"
	tooMuch   = "too much"
)

// typing is a receipt number that somebody types for an order.
type typing struct {
	step, wish int
	which      int // a move of the story; -1 is a number of the guest's own making
}

func newStory(seed uint64, c *clock.Manual) *story {
	random := rand.New(rand.NewPCG(seed, 0))
	s := &story{seed: seed, percent: []int{0, 5, 15, 30}[random.IntN(4)], clock: c, start: c.Now(), count: map[string]int{}, haste: map[string]bool{}}
	for n := range 1 + random.IntN(3) {
		s.phones = append(s.phones, fmt.Sprintf("2547%08d", (seed*4+uint64(n))%100_000_000))
	}
	for n := range 1 + random.IntN(6) {
		s.wishes = append(s.wishes, s.drawWish(random, n))
	}
	for range random.IntN(4) {
		s.hands = append(s.hands, s.drawHand(random))
	}
	for range random.IntN(3) {
		s.typings = append(s.typings, typing{step: 3 + random.IntN(lastTypedStep-2), wish: random.IntN(len(s.wishes)), which: random.IntN(5) - 1})
	}
	for range random.IntN(2) {
		s.forging = append(s.forging, random.IntN(lastHandStep))
	}
	if s.percent > 0 && random.IntN(4) == 0 {
		s.outage[0] = random.IntN(lastOrderStep)
		s.outage[1] = s.outage[0] + 1 + random.IntN(5)
	}
	s.home = drawHome(seed)
	return s
}

func (s *story) drawWish(random *rand.Rand, n int) *wish {
	step := random.IntN(lastOrderStep + 1)
	w := &wish{step: step, answerStep: step + []int{0, 0, 1, 2, 4}[random.IntN(5)], phone: pick(random, s.phones),
		site: random.IntN(len(worldMerchants)), plan: random.IntN(3), taps: []int{1, 1, 1, 2, 3}[random.IntN(5)],
		once: fmt.Sprintf("%016x%016x", s.seed, n), answer: drawAnswer(random)}
	if device := random.IntN(4); device > 0 {
		w.mac = fmt.Sprintf("02%010x", (s.seed*4+uint64(device))&0xffffffffff)
	}
	return w
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// drawAnswer: most people pay.
func drawAnswer(random *rand.Rand) safaricom.Answer {
	switch n := random.IntN(20); {
	case n < 12:
		return safaricom.Answer{Act: safaricom.Approve}
	case n < 17:
		return safaricom.Answer{Act: []safaricom.Act{safaricom.Cancel, safaricom.WrongPIN, safaricom.NoMoney, safaricom.Ignore, safaricom.Cancel}[n-12]}
	}
	codes := safaricom.Codes()[1:] // without "0"
	return safaricom.Answer{Act: safaricom.Refuse, Code: pick(random, codes)}
}

func (s *story) drawHand(random *rand.Rand) *hand {
	h := &hand{step: 1 + random.IntN(lastHandStep), wish: random.IntN(len(s.wishes)), phone: pick(random, s.phones),
		how: pick(random, []string{rightCode, rightCode, rightCode, wrongCode, byPhone, byPhone, tooLittle, tooMuch})}
	h.step = max(h.step, s.wishes[h.wish].step)
	h.site = s.wishes[h.wish].site
	return h
}

// ordinal counts what happens to the story, by kind.
func (s *story) ordinal(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[kind]++
	return strconv.Itoa(s.count[kind])
}

// down says that the rail is out of order for the story.
func (s *story) down() bool {
	since := s.clock.Now().Sub(s.start)
	return since >= steps[s.outage[0]] && since < steps[s.outage[1]]
}

func (s *story) hasten(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.haste[code] = true
}

func (s *story) hastened(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.haste[code]
}

// tookOne: all taps of a form lead to one order. One tap may have been taken for a second tap on another wish just like it, and
// the next, when that one's prompt had failed meanwhile, for a wish of its own.
func (s *story) tookOne(w *wish, orders []billing.Order) {
	own := slices.DeleteFunc(slices.Clone(orders), func(o billing.Order) bool {
		other := s.wishOf(o.Code)
		if other == nil || other == w {
			return false
		}
		if !s.alike(w, other) {
			s.note("WRONG: a tap on the form of wish %+v led to order %s", w, o.Code)
		}
		return true
	})
	if len(own) == 0 {
		own = orders
	}
	for _, o := range own {
		if s.took(w, o); o.ID != own[0].ID {
			s.note("WRONG: %d taps made order %s and order %s", w.taps, o.Code, own[0].Code)
		}
	}
}

// alike: two forms are one wish when the same device asks for the same within a minute and a half.
func (s *story) alike(w, other *wish) bool {
	return w.mac != "" && w.mac == other.mac && w.phone == other.phone && w.site == other.site && w.plan == other.plan &&
		s.clock.Now().Sub(other.order.CreatedAt) <= 90*time.Second
}

// took remembers the order that a wish became.
func (s *story) took(w *wish, o billing.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.order, w.placed = o, o.ID != 0
}

func (s *story) wishOf(code string) *wish {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wishes {
		if w.order.Code == code {
			return w
		}
	}
	return nil
}

// note writes the story's log.
func (s *story) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf("  %9s  ", s.clock.Now().Sub(s.start).Round(time.Second))+fmt.Sprintf(format, args...))
}

func (s *story) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

func (s *story) has(phone string) bool {
	for _, p := range s.phones {
		if p == phone {
			return true
		}
	}
	return false
}
