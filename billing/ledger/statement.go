package ledger

import (
	"context"

	"mtandao/internal/money"
)

// Movement is what an entry changed for a party: a debit is above zero.
type Movement struct {
	EntryID            int64
	Kind, Source, Memo string
	Day                string
	Amount             money.Amount
}

// MostMovements is how many Movements tells.
const MostMovements = 2_000

// Movements tells what was a party's balance in some accounts together before a day, what changed it from then on until another, that day with it, in
// order, and what it was after; entries that only moved money between these accounts are left out. Those after an entry are told, the first so many.
func (l *Ledger) Movements(ctx context.Context, party string, accounts []string, from, to string, entry int64, limit int) (opening, closing money.Amount, all []Movement, err error) {
	before, err := l.before(ctx, party, accounts, "e.day < ?", from)
	if err != nil {
		return opening, closing, nil, err
	}
	after, err := l.before(ctx, party, accounts, "e.day <= ?", to)
	if err != nil {
		return opening, closing, nil, err
	}
	all, err = l.movements(ctx, party, accounts, from, to, entry, limit)
	return money.KES(before), money.KES(after), all, err
}
