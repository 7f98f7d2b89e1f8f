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

// Movements tells what was a party's balance in some accounts together before a day, and what changed it from then on until another, that day
// with it, in order; entries that only moved money between these accounts are left out. At most 2,000 are told.
func (l *Ledger) Movements(ctx context.Context, party string, accounts []string, from, to string) (opening money.Amount, all []Movement, err error) {
	cents, err := l.before(ctx, party, accounts, from)
	if err != nil {
		return opening, nil, err
	}
	all, err = l.movements(ctx, party, accounts, from, to)
	return money.KES(cents), all, err
}
