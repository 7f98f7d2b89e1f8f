package ledger

import "context"

// Chained is an entry with its number in the chain.
type Chained struct {
	Seq int64
	Entry
}

// After lists entries in the order of the chain, those behind a link. What is chained never moves and nothing is chained before it, so whoever keeps the last
// number reads each entry once.
func (l *Ledger) After(ctx context.Context, seq int64, most int) ([]Chained, error) {
	return l.chained(ctx, seq, most)
}

// DaySum is what entries of a kind moved on a day in an account: debits, and credits, both above zero.
type DaySum struct {
	Account, Day, Kind      string
	DebitCents, CreditCents int64
	Postings                int64
}

// SumsOf reads from the entries what a day's are, of those that were chained up to a link.
func (l *Ledger) SumsOf(ctx context.Context, day string, seq int64) ([]DaySum, error) {
	return l.sumsOf(ctx, day, seq)
}

// NextDay is the first day behind another that has entries; empty when there is none.
func (l *Ledger) NextDay(ctx context.Context, day string) (string, error) {
	return l.nextDay(ctx, day)
}
