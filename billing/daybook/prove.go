package daybook

import (
	"context"
	"fmt"

	"mtandao/billing/ledger"
	"mtandao/internal/fault"
)

// of is what the daybook and the entries are compared by: neither knows more of the other.
type of struct{ account, day, kind string }

// Audit reads all books a second time, day by day, and tells where the daybook says another sum than the entries that were folded. What is chained and not
// folded yet is no fault of it.
func (b *Book) Audit(ctx context.Context, see func(what string)) error {
	head, kept, err := b.still(ctx)
	if err != nil {
		return err
	}
	for day := ""; ; {
		if day, err = b.ledger.NextDay(ctx, day); err != nil {
			return err
		}
		if day == "" {
			break
		}
		real, err := b.ledger.SumsOf(ctx, day, head)
		if err != nil {
			return err
		}
		compare(kept, real, see)
	}
	for _, s := range kept {
		see(fmt.Sprintf("the daybook of %s has %q in account %s, and no entry has", s.Day, s.Kind, s.Account))
	}
	return nil
}

// AuditDay tells where the daybook of a day says another sum than the day's entries that were folded.
func (b *Book) AuditDay(ctx context.Context, day string, see func(what string)) error {
	for range looks {
		head, err := b.head(ctx)
		if err != nil {
			return err
		}
		sums, err := b.sumsOn(ctx, day)
		if err != nil {
			return err
		}
		real, err := b.ledger.SumsOf(ctx, day, head)
		if err != nil {
			return err
		}
		if now, err := b.head(ctx); err != nil || now != head {
			if err != nil {
				return err
			}
			continue
		}
		kept := map[of]ledger.DaySum{}
		for _, s := range sums {
			kept[of{s.Account, s.Day, s.Kind}] = s
		}
		compare(kept, real, see)
		for _, s := range kept {
			see(fmt.Sprintf("the daybook of %s has %q in account %s, and no entry has", s.Day, s.Kind, s.Account))
		}
		return nil
	}
	return fault.New(fault.Unavailable, "daybook.busy")
}

// AuditMonths tells where the months of an account say another sum than its days.
func (b *Book) AuditMonths(ctx context.Context, account string, see func(what string)) error {
	made, months, err := b.monthsOf(ctx, account)
	if err == nil && !sameSums(made, months) {
		see("the months of account " + account + " say other sums than its days")
	}
	return err
}

// looks is how often the daybook is read for a time at which nobody folds; it is read in far less than the seconds between two folds.
const looks = 20

// still reads the whole daybook as it is at one head: nothing was folded while it was read.
func (b *Book) still(ctx context.Context) (head int64, kept map[of]ledger.DaySum, err error) {
	for range looks {
		if head, err = b.head(ctx); err != nil {
			return 0, nil, err
		}
		if kept, err = b.kept(ctx); err != nil {
			return 0, nil, err
		}
		now, err := b.head(ctx)
		if err != nil || now == head {
			return head, kept, err
		}
	}
	return 0, nil, fault.New(fault.Unavailable, "daybook.busy")
}

// kept is the whole daybook without what sales are told apart by.
func (b *Book) kept(ctx context.Context) (map[of]ledger.DaySum, error) {
	kept := map[of]ledger.DaySum{}
	for account := ""; ; {
		var err error
		if account, err = b.nextAccount(ctx, account); err != nil || account == "" {
			return kept, err
		}
		made, months, err := b.monthsOf(ctx, account)
		if err != nil {
			return nil, err
		}
		if !sameSums(made, months) {
			kept[of{account, "", "months"}] = ledger.DaySum{Account: account, Day: "months", Kind: "other sums than its days"}
		}
		sums, err := b.sumsOf(ctx, account)
		if err != nil {
			return nil, err
		}
		for _, s := range sums {
			kept[of{s.Account, s.Day, s.Kind}] = s
		}
	}
}

// compare takes what the entries of a day say out of what is kept.
func compare(kept map[of]ledger.DaySum, real []ledger.DaySum, see func(what string)) {
	for _, want := range real {
		k := of{want.Account, want.Day, want.Kind}
		if got := kept[k]; got.DebitCents != want.DebitCents || got.CreditCents != want.CreditCents || got.Postings != want.Postings {
			see(fmt.Sprintf("the daybook of %s says %d, %d and %d of %q in account %s, the entries say %d, %d and %d", want.Day, got.DebitCents, got.CreditCents, got.Postings,
				want.Kind, want.Account, want.DebitCents, want.CreditCents, want.Postings))
		}
		delete(kept, k)
	}
}

// sameSums compares sums of the same account in any order.
func sameSums(a, b []ledger.DaySum) bool {
	sums := map[ledger.DaySum]bool{}
	for _, s := range a {
		sums[s] = true
	}
	for _, s := range b {
		if !sums[s] {
			return false
		}
	}
	return len(a) == len(b)
}
