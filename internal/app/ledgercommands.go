package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"mtandao/billing/books"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/table"
	"mtandao/internal/words"
)

type ledgerCommands struct {
	Accounts accountsCommand `cmd:"" help:"List the accounts and what stands in each."`
	Trial    trialCommand    `cmd:"" name:"trial-balance" help:"Tell how each account stood over some days."`
	Entries  entriesCommand  `cmd:"" help:"Write every entry of some days."`
	Verify   verifyCommand   `cmd:"" help:"Prove the books."`
}

// printed is how a command of the ledger tells what it found.
type printed struct {
	JSON bool `help:"Print JSON." xor:"as"`
	CSV  bool `name:"csv" help:"Print comma-separated values." xor:"as"`
}

// spanned is a time in the ledger.
type spanned struct {
	From time.Time `format:"2006-01-02" help:"The first day, as 2026-12-01. Default: the first of this month."`
	To   time.Time `format:"2006-01-02" help:"The last day. Default: today."`
}

func (s spanned) days(m *Main) (first, last clock.Day, err error) {
	last = clock.DayOf(m.Clock.Now())
	if !s.To.IsZero() {
		last = clock.Date(s.To.Date())
	}
	if year, month, _ := last.Date(); s.From.IsZero() {
		first = clock.Date(year, month, 1)
	} else {
		first = clock.Date(s.From.Date())
	}
	if first > last {
		err = fault.New(fault.Invalid, "books.days")
	}
	return first, last, err
}

// readBooks chains and folds first what no running program has yet, as ledger verify does.
func (c *console) readBooks(config *Config, do func(*Main) error) error {
	return c.observe(config, func(m *Main) error {
		if err := errors.Join(m.Ledger.Chain(c), m.Daybook.Fold(c)); err != nil {
			return err
		}
		return do(m)
	})
}

type accountsCommand struct {
	withConfig
	printed
}

// Help implements kong.HelpProvider.
func (accountsCommand) Help() string {
	return "A debit is above zero: what the provider has or spent. A credit is below: what it owes, owns or earned.\n\nExample: mtandao ledger accounts --csv"
}

// accountTold is an account as the commands tell it; all money is cents.
type accountTold struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	For     string `json:"for,omitempty"`
	Opening *int64 `json:"opening_cents,omitempty"`
	Debit   *int64 `json:"debit_cents,omitempty"`
	Credit  *int64 `json:"credit_cents,omitempty"`
	Closing int64  `json:"closing_cents"`
}

// Run lists the accounts.
func (cmd *accountsCommand) Run(c *console) error {
	return c.readBooks(&cmd.Config, func(m *Main) error {
		balances, err := m.books().Balances(c, clock.DayOf(m.Clock.Now()))
		if err != nil {
			return err
		}
		all, rows := []accountTold{}, [][]table.Cell{{{Text: "code"}, {Text: "account"}, {Text: "kind"}, {Text: "balance"}}}
		for _, a := range books.Chart {
			all = append(all, accountTold{Code: a.Code, Name: a.Text(words.English), Kind: a.Kind, For: a.For(words.English), Closing: balances[a.Code]})
			rows = append(rows, []table.Cell{{Text: a.Code}, {Text: a.Text(words.English)}, {Text: a.Kind}, {Cents: balances[a.Code], Money: true}})
		}
		return c.tell(cmd.printed, all, rows)
	})
}

// tell prints rows, the first of which is their head: as JSON, as comma-separated values, or for people.
func (c *console) tell(as printed, all any, rows [][]table.Cell) error {
	switch {
	case as.JSON:
		return c.printJSON(all)
	case as.CSV:
		file := table.NewCSV(c.stdout)
		for _, row := range rows {
			if err := file.Cells(row); err != nil {
				return err
			}
		}
		return file.Flush()
	}
	for _, row := range rows[1:] {
		var line strings.Builder
		for n, one := range row {
			switch {
			case one.Money:
				fmt.Fprintf(&line, "%18s", money.Amount{Cents: one.Cents}.String())
			case n == 1:
				fmt.Fprintf(&line, "%-36s", one.Text)
			default:
				fmt.Fprintf(&line, "%-10s ", one.Text)
			}
		}
		c.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
	return nil
}

type trialCommand struct {
	withConfig
	spanned
	printed
}

// Help implements kong.HelpProvider.
func (trialCommand) Help() string {
	return "What stood in each account before, what was debited and credited, and what stands in it after; a debit is above zero. All together is zero, or it ends with 1.\n" +
		"It is read from the sums of days: what was booked in the last seconds may not be in it yet.\n\n" +
		"Example: mtandao ledger trial-balance --from 2026-11-01 --to 2026-11-30 --csv"
}

// Run tells the trial balance; fault.Conflict "books.unbalanced" when it does not sum to zero.
func (cmd *trialCommand) Run(c *console) error {
	return c.readBooks(&cmd.Config, func(m *Main) error {
		first, last, err := cmd.days(m)
		if err != nil {
			return err
		}
		t, err := m.books().Trial(c, first, last)
		if err != nil {
			return err
		}
		all := []accountTold{}
		for _, s := range t.Accounts {
			all = append(all, accountTold{Code: s.Code, Name: s.Text(words.English), Kind: s.Kind, Opening: &s.BeforeCents, Debit: &s.DebitCents, Credit: &s.CreditCents, Closing: s.AfterCents()})
		}
		err = c.tell(cmd.printed, map[string]any{"from": first.String(), "to": last.String(), "accounts": all, "debit_cents": t.Debits, "credit_cents": t.Credits, "balanced": t.Agrees()}, t.Rows(words.English))
		if err == nil && !t.Agrees() {
			err = fault.New(fault.Conflict, "books.unbalanced")
		}
		return err
	})
}

type entriesCommand struct {
	withConfig
	spanned
	printed
	Account string `placeholder:"CODE" help:"Only what moved in this account, with what stood in it after each entry."`
}

// Help implements kong.HelpProvider.
func (entriesCommand) Help() string {
	return "Each side of each entry, in the order of the days. What is written is read piece by piece, however much it is.\n\n" +
		"Example: mtandao ledger entries --from 2026-11-01 --to 2026-11-30 --account 1100 --csv"
}

// entryTold is an entry as the command tells it; all money is cents.
type entryTold struct {
	ID     int64      `json:"id,string"`
	Day    string     `json:"day"`
	At     string     `json:"at"`
	Kind   string     `json:"kind"`
	Source string     `json:"source"`
	Memo   string     `json:"memo"`
	Sides  []sideTold `json:"sides"`
}

type sideTold struct {
	Account string `json:"account"`
	Party   string `json:"party,omitempty"`
	Cents   int64  `json:"cents"`
}

// Run writes the entries.
func (cmd *entriesCommand) Run(c *console) error {
	return c.readBooks(&cmd.Config, func(m *Main) error {
		first, last, err := cmd.days(m)
		if err != nil {
			return err
		}
		if cmd.Account != "" {
			if _, err := books.Of(cmd.Account); err != nil {
				return err
			}
		}
		if cmd.JSON {
			return cmd.writeJSON(c, m.books(), first, last)
		}
		file := table.NewCSV(c.stdout) // people read it as well
		if err := m.books().Rows(c, words.English, cmd.Account, first, last, file.Cells); err != nil {
			return err
		}
		return file.Flush()
	})
}

// writeJSON writes one document a line, so that none of them waits for all.
func (cmd *entriesCommand) writeJSON(c *console, b *books.Books, first, last clock.Day) error {
	out := json.NewEncoder(c.stdout)
	return b.Each(c, cmd.Account, first, last, func(e books.Entry) error {
		told := entryTold{ID: e.ID, Day: e.Day, At: e.At.Format(time.RFC3339Nano), Kind: e.Kind, Source: e.Source, Memo: e.Memo, Sides: []sideTold{}}
		for _, s := range e.Sides {
			told.Sides = append(told.Sides, sideTold{s.Code, s.Party, s.Cents})
		}
		return out.Encode(told)
	})
}
