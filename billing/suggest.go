package billing

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/radius/access"
)

// Clue is one reason to think that money was meant for an order. Its sentence is words "clue." + Name.
type Clue struct {
	Name string
	Arg  string // for the sentence
}

// The clues.
const (
	ClueCodeOne = "code_one" // the code typed is one letter from the order's
	ClueCodeTwo = "code_two"
	ClueBefore  = "before" // money of this payer was matched to this phone by hand
	CluePayer   = "payer"  // the order's own phone paid
	ClueMask    = "mask"   // the phone fits what is shown of the payer's number
	ClueAmount  = "amount" // the same amount at about the same time
)

// weight is how much a clue tells; two letters wrong are told by chance more often than one.
var weight = map[string]int{ClueCodeOne: 100, ClueBefore: 90, CluePayer: 90, ClueCodeTwo: 60, ClueAmount: 35, ClueMask: 25}

// Suggestion is an order that money of nobody may be meant for.
type Suggestion struct {
	Order Order
	Clues []Clue
	Serve bool // it is enough for the order, which is not paid: else it can be held as credit
	score int
}

const (
	mostSuggestions = 5
	sameTime        = 30 * time.Minute // from the order to the money
	nearTime        = 24 * time.Hour   // within which a code with two wrong letters is looked for
)

// Suggest ranks the orders that a receipt may be meant for, the likeliest first, each with its reasons.
func (s *Service) Suggest(ctx context.Context, r Receipt) ([]Suggestion, error) {
	g := &guesses{receipt: r, typed: looseCode(r.Reference), orders: map[int64]*Suggestion{}}
	coded, err := s.ordersByCodes(ctx, nearCodes(g.typed))
	if err != nil {
		return nil, err
	}
	for _, o := range coded {
		g.see(o)
	}
	phone, hashes, own, err := s.knownPayer(ctx, r.Payer)
	if err != nil {
		return nil, err
	}
	if phone != "" {
		g.phone, g.own = phone, own
		theirs, err := s.newestOfPhone(ctx, hashes)
		if err != nil {
			return nil, err
		}
		for _, o := range theirs {
			g.see(o)
		}
	}
	around, err := s.unpaidAround(ctx, r, r.ArrivedAt.Add(-nearTime), r.ArrivedAt.Add(skew))
	if err != nil {
		return nil, err
	}
	for _, o := range around {
		g.see(o)
	}
	return g.ranked(), nil
}

// guesses gathers what speaks for each order.
type guesses struct {
	receipt Receipt
	typed   string
	phone   customers.Phone // of the payer, when it is known
	own     bool            // it is who paid; else somebody matched that payer to it
	orders  map[int64]*Suggestion
}

func (g *guesses) see(o Order) {
	if g.orders[o.ID] != nil {
		return
	}
	enough, err := g.receipt.Amount.Compare(o.Price)
	n := &Suggestion{Order: o, Serve: o.State != OrderPaid && err == nil && enough >= 0}
	add := func(name, arg string) {
		n.Clues = append(n.Clues, Clue{name, arg})
		n.score += weight[name]
	}
	switch distance(g.typed, o.Code) {
	case 0, 1:
		add(ClueCodeOne, o.Code)
	case 2:
		add(ClueCodeTwo, o.Code)
	}
	switch {
	case g.phone != "" && g.phone == o.Phone && g.own:
		add(CluePayer, o.PhoneMask)
	case g.phone != "" && g.phone == o.Phone:
		add(ClueBefore, o.PhoneMask)
	case fitsMask(string(o.Phone), g.receipt.Payer):
		add(ClueMask, o.PhoneMask)
	}
	after := g.receipt.ArrivedAt.Sub(o.CreatedAt)
	if g.receipt.Amount == o.Price && after > -skew && after <= sameTime {
		add(ClueAmount, o.Price.String())
		n.score -= int(after / (5 * time.Minute)) // the nearer the likelier
	}
	if !n.Serve {
		n.score -= 40
	}
	if len(n.Clues) > 0 {
		g.orders[o.ID] = n
	}
}

func (g *guesses) ranked() []Suggestion {
	var all []Suggestion
	for _, n := range g.orders {
		if n.score > 0 {
			all = append(all, *n)
		}
	}
	slices.SortFunc(all, func(a, b Suggestion) int { return cmp.Or(b.score-a.score, cmp.Compare(b.Order.ID, a.Order.ID)) })
	return all[:min(len(all), mostSuggestions)]
}

// looseCode is the symbols of what a payer typed as account, when they are about as many as a code has.
func looseCode(typed string) string {
	var b strings.Builder
	for _, r := range access.FoldCode(typed) {
		if strings.ContainsRune(access.CodeSymbols, r) {
			b.WriteRune(r)
		}
	}
	if b.Len() < orderCodeLength-2 || b.Len() > orderCodeLength+2 {
		return ""
	}
	return b.String()
}

// nearCodes are the codes at most one letter from what was typed: another letter, one too many, one too few, or two in the
// wrong order.
func nearCodes(typed string) []string {
	var near []string
	keep := func(code string) {
		if code != "" && code == readOrderCode(code) && !slices.Contains(near, code) {
			near = append(near, code)
		}
	}
	keep(typed)
	for i := range typed {
		keep(typed[:i] + typed[i+1:])
		if i+1 < len(typed) {
			keep(typed[:i] + typed[i+1:i+2] + typed[i:i+1] + typed[i+2:])
		}
		for _, symbol := range access.CodeSymbols {
			keep(typed[:i] + string(symbol) + typed[i+1:])
			keep(typed[:i] + string(symbol) + typed[i:])
		}
	}
	if typed != "" {
		for _, symbol := range access.CodeSymbols {
			keep(typed + string(symbol))
		}
	}
	return near
}

// distance is how many letters must be changed, added, left out or swapped with their neighbour to come from a to b; 99 when
// there is nothing to compare.
func distance(a, b string) int {
	if a == "" || b == "" {
		return 99
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			other := 1
			if a[i-1] == b[j-1] {
				other = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+other)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
