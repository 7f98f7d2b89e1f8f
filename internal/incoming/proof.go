package incoming

import (
	"slices"

	"mtandao/internal/money"
)

// Group is the proof of the balances of one part of a source: what it held is what came out as credits and debts, and what was refused.
type Group struct {
	Name                          string
	Customers                     int
	Held, Credits, Debts, Outside money.Amount // debts are positive
}

// Holds says that not a cent was lost or made.
func (g Group) Holds() bool {
	sum, err := g.Credits.Sub(g.Debts)
	if err == nil {
		sum, err = sum.Add(g.Outside)
	}
	return err == nil && sum.Cents == g.Held.Cents
}

// Proof adds up what a batch holds, by group. The sum that was held is that of the source's rows as they were read, before any was refused.
func (b *Batch) Proof() (groups []Group, err error) {
	at := map[string]int{}
	group := func(name string) *Group {
		n, ok := at[name]
		if !ok {
			n = len(groups)
			at[name], groups = n, append(groups, Group{Name: name, Held: b.Held[name]})
		}
		return &groups[n]
	}
	add := func(to *money.Amount, a money.Amount) {
		sum, bad := to.Add(a)
		if bad != nil {
			err = bad
		}
		*to = sum
	}
	for name := range b.Held {
		group(name)
	}
	for _, c := range b.Customers {
		g := group(c.Group)
		g.Customers++
		if c.Balance.Cents < 0 {
			add(&g.Debts, c.Balance.Neg())
		} else {
			add(&g.Credits, c.Balance)
		}
	}
	for _, t := range b.Refused {
		if t.Group != "" {
			add(&group(t.Group).Outside, t.Balance)
		}
	}
	slices.SortFunc(groups, func(a, b Group) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return groups, err
}
