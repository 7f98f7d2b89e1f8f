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

// ByMPesa is the rail of receipts; the others are accounts.ByCash and so on.
const ByMPesa = "mpesa"

// Rails are those that money comes by, in the order in which they are shown.
var Rails = []string{ByMPesa, accounts.ByCash, accounts.ByCheque, accounts.ByBank, accounts.ByWithholding}

// MoneyFilter chooses money that came; what is empty does not restrict.
type MoneyFilter struct {
	Rail       string
	CustomerID int64
	Cashier    string // as the acts of a member are signed; no rail's money
	Day        clock.Day
	Before     int64 // an id: the page after the one that it ended
	Limit      int
}

// MoneyLine is money that came by a rail, or at the counter, or went back from there: then it is below zero.
type MoneyLine struct {
	ID, CustomerID  int64
	Rail            string
	Receipt         bool // by a rail: its id is a receipt's, otherwise an event's
	Placed          string
	OrderID         int64
	Amount          money.Amount
	Reference, Note string
	By              string
	At              time.Time
	OtherID         int64 // of what went back: the event by which it came
	Back            bool  // of a receipt: the rail took it back, or some of it
}

// MoneyIn lists money that came, the newest first. Each page is read from a range of an index for each rail.
func (d *Desk) MoneyIn(ctx context.Context, f MoneyFilter) ([]MoneyLine, error) {
	var all []MoneyLine
	if f.Cashier == "" && (f.Rail == "" || f.Rail == ByMPesa) {
		came, err := d.receiptsIn(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, came...)
	}
	hows := []string{f.Rail}
	switch {
	case f.Rail == ByMPesa:
		hows = nil
	case f.Rail == "":
		hows = Rails[1:]
	}
	if f.CustomerID != 0 || f.Cashier != "" { // of one person all rails are near each other
		hows = hows[:min(1, len(hows))]
	}
	for _, how := range hows {
		taken, err := d.countersIn(ctx, f, how)
		if err != nil {
			return nil, err
		}
		all = append(all, taken...)
	}
	slices.SortFunc(all, func(a, b MoneyLine) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), f.Limit)], nil
}
