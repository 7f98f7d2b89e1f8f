package books

import (
	"context"
	"strconv"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/table"
	"mtandao/internal/words"
)

func heads(l words.Lang, keys ...string) (row []table.Cell) {
	for _, key := range keys {
		row = append(row, table.Cell{Text: words.Text(l, key)})
	}
	return row
}

func amount(cents int64) table.Cell { return table.Cell{Cents: cents, Money: true} }

// either has an amount in the one of two cells that it is of.
func either(cents int64) []table.Cell {
	if cents < 0 {
		return []table.Cell{{}, amount(-cents)}
	}
	return []table.Cell{amount(cents), {}}
}

// Rows is the trial balance as a file has it.
func (t Trial) Rows(l words.Lang) [][]table.Cell {
	rows := [][]table.Cell{heads(l, "books.code", "books.account", "books.of_kind", "books.before", "books.debit", "books.credit", "books.after")}
	for _, s := range t.Accounts {
		rows = append(rows, []table.Cell{{Text: s.Code}, {Text: s.Text(l)}, {Text: KindText(l, s.Kind)}, amount(s.BeforeCents), amount(s.DebitCents), amount(s.CreditCents), amount(s.AfterCents())})
	}
	return append(rows, []table.Cell{{}, {Text: words.Text(l, "books.total")}, {}, amount(t.Before), amount(t.Debits), amount(t.Credits), amount(t.After)})
}

// MostRows is what one sheet of a workbook holds, its head not counted.
const MostRows = 1<<20 - 1

// Fits says whether the rows of a time fit on one sheet: fault.Invalid "books.too_long" when they do not.
func (b *Books) Fits(ctx context.Context, account string, first, last clock.Day) error {
	t, err := b.Trial(ctx, first, last)
	if err != nil {
		return err
	}
	rows := t.Postings
	if account != "" {
		rows = 0
		for _, s := range t.Accounts {
			if s.Code == account {
				rows = s.Postings
			}
		}
	}
	if rows > MostRows {
		return fault.New(fault.Invalid, "books.too_long", "Most", strconv.Itoa(MostRows))
	}
	return nil
}

// Rows gives what moved from a day until another to put, row by row under a head: each side of each entry. Of one account, when it is named, also what stood in it
// after each.
func (b *Books) Rows(ctx context.Context, l words.Lang, account string, first, last clock.Day, put func([]table.Cell) error) error {
	keys := []string{"books.day", "books.time", "books.number", "books.what", "books.memo", "books.source", "books.code", "books.account", "books.party", "books.debit", "books.credit"}
	var balance int64
	if account != "" {
		keys = append(keys, "books.balance")
		var err error
		if balance, err = b.daybook.Before(ctx, account, first); err != nil {
			return err
		}
	}
	if err := put(heads(l, keys...)); err != nil {
		return err
	}
	return b.Each(ctx, account, first, last, func(e Entry) error {
		for _, s := range e.Sides {
			if s.Cents == 0 || account != "" && s.Code != account {
				continue
			}
			row := append([]table.Cell{{Text: e.Day}, {Text: e.At.In(clock.Nairobi).Format(time.TimeOnly)}, {Text: strconv.FormatInt(e.ID, 10)}, {Text: e.Text(l)}, {Text: e.Memo}, {Text: e.Source}, {Text: s.Code}, {Text: s.Text(l)}, {Text: s.Party}}, either(s.Cents)...)
			if account != "" {
				balance += s.Cents
				row = append(row, amount(balance))
			}
			if err := put(row); err != nil {
				return err
			}
		}
		return nil
	})
}
