package daybook

import (
	"context"
	"fmt"

	"mtandao/billing/ledger"
)

// Audit reads all books a second time, day by day, and tells where the daybook says another sum than the entries that were folded. What is chained and not
// folded yet is no fault of it.
func (b *Book) Audit(ctx context.Context, see func(what string)) error {
	head, err := b.head(ctx)
	if err != nil {
		return err
	}
	sums, err := b.sums(ctx)
	if err != nil {
		return err
	}
	type of struct{ account, day, kind string }
	kept := make(map[of]ledger.DaySum, len(sums))
	for _, s := range sums {
		kept[of{s.Account, s.Day, s.Kind}] = s
	}
	for day := ""; ; {
		if day, err = b.ledger.NextDay(ctx, day); err != nil || day == "" {
			break
		}
		real, err := b.ledger.SumsOf(ctx, day, head)
		if err != nil {
			return err
		}
		for _, want := range real {
			k := of{want.Account, want.Day, want.Kind}
			if got := kept[k]; got.DebitCents != want.DebitCents || got.CreditCents != want.CreditCents || got.Postings != want.Postings {
				see(fmt.Sprintf("the daybook of %s says %d, %d and %d of %q in account %s, the entries say %d, %d and %d", day, got.DebitCents, got.CreditCents, got.Postings,
					want.Kind, want.Account, want.DebitCents, want.CreditCents, want.Postings))
			}
			delete(kept, k)
		}
	}
	if err == nil {
		for _, s := range kept {
			see(fmt.Sprintf("the daybook of %s has %q in account %s, and no entry has", s.Day, s.Kind, s.Account))
		}
	}
	return err
}
