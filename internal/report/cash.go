package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mtandao/billing/accounts"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// Cash is one movement of cash, or of a cheque, slip or certificate, by a member.
type Cash struct {
	ID, CustomerID, ResellerID, PartnerID int64
	How                                   string
	Kind                                  string
	Amount                                money.Amount // below zero it was given
	Reference, Note                       string
	At                                    time.Time
}

// Kinds of movements besides those of accounts' and resellers' events.
const (
	CashRefund  = "refund"
	CashPayback = "payback"
	CashPayout  = "payout" // to a partner
)

// Drawer is what a member did on a day: their acts are signed by the email, or name the member.
type Drawer struct {
	Email  string
	Member int64
	Day    clock.Day
}

// CashSum is how often, and how much, a member took and gave in one way on a day.
type CashSum struct {
	How     string
	Times   int64
	In, Out money.Amount
}

// CashPlace is a movement in the order of a day; the zero one is before all.
type CashPlace struct {
	At time.Time
	ID int64
}

// CashOf lists what a member took and gave on a day after a place, in order: from customers and resellers, and as refunds, paybacks and payouts.
func (d *Desk) CashOf(ctx context.Context, of Drawer, after CashPlace, limit int) ([]Cash, error) {
	var all []Cash
	for _, from := range drawerParts {
		some, err := d.cashMoves(ctx, from, of, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Cash) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all[:min(len(all), limit)], nil
}

// CashSums sum all that a member took and gave on a day, by the ways.
func (d *Desk) CashSums(ctx context.Context, of Drawer) ([]CashSum, error) {
	sums := map[string]CashSum{}
	for _, from := range drawerParts {
		some, err := d.cashSums(ctx, from, of)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			t := sums[s.How]
			sums[s.How] = CashSum{s.How, t.Times + s.Times, money.KES(t.In.Cents + s.In.Cents), money.KES(t.Out.Cents + s.Out.Cents)}
		}
	}
	var all []CashSum
	for _, how := range Rails[1:] {
		if s, some := sums[how]; some {
			all = append(all, s)
		}
	}
	return all, nil
}

// InAndOut are the cash that was taken and given.
func InAndOut(all []CashSum) (in, out money.Amount) {
	in, out = money.KES(0), money.KES(0)
	for _, s := range all {
		if s.How == accounts.ByCash {
			in, out = s.In, s.Out
		}
	}
	return in, out
}
