package books

import (
	"context"

	"mtandao/billing/daybook"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// Books read the ledger and its days.
type Books struct {
	db      *db.DB
	clock   clock.Clock
	jobs    *jobs.Queue
	ledger  *ledger.Ledger
	daybook *daybook.Book
}

// New makes them.
func New(d *db.DB, c clock.Clock, q *jobs.Queue, l *ledger.Ledger, b *daybook.Book) *Books {
	return &Books{db: d, clock: c, jobs: q, ledger: l, daybook: b}
}

// Account is one of the chart. NameKey is its name in internal/words.
type Account struct {
	Code, NameKey, Kind string
	Owes                bool // grows by credits: what is owed, earned or owned
}

// PhoneCredit is the account whose parts are told apart by phone numbers that nobody can read.
const PhoneCredit = ledger.GuestCredit

// Kinds are those of accounts, in the order in which they are shown.
var Kinds = []string{string(ledger.Asset), string(ledger.Liability), string(ledger.Equity), string(ledger.Income), string(ledger.Expense)}

// Chart is all accounts, in order.
var Chart = func() (all []Account) {
	for _, a := range ledger.Chart {
		all = append(all, Account{a.Code, a.NameKey, string(a.Kind), a.Kind != ledger.Asset && a.Kind != ledger.Expense})
	}
	return all
}()

// Of is the account of a code; fault.NotFound "ledger.account" when there is none.
func Of(code string) (Account, error) {
	for _, a := range Chart {
		if a.Code == code {
			return a, nil
		}
	}
	return Account{}, fault.New(fault.NotFound, "ledger.account", "Account", code)
}

// Own is an amount as the account's kind has it: what an account that owes is owed is above zero.
func (a Account) Own(cents int64) int64 {
	if a.Owes {
		return -cents
	}
	return cents
}

// Standing is an account over a time.
type Standing struct {
	Account
	daybook.Standing
}

// Trial is a trial balance: accounts in which anything ever moved, and the sums of all.
type Trial struct {
	Accounts                                 []Standing
	Before, Debits, Credits, After, Postings int64
}

// Agrees says that all of it sums to zero.
func (t Trial) Agrees() bool { return t.Before == 0 && t.After == 0 && t.Debits == t.Credits }

// Trial is the trial balance from a day until another, both included; fault.Invalid "books.days" for a time that ends before it begins.
func (b *Books) Trial(ctx context.Context, first, last clock.Day) (t Trial, err error) {
	found, err := b.daybook.Standings(ctx, first, last)
	if err != nil {
		return t, err
	}
	for _, s := range found {
		a, err := Of(s.Account)
		if err != nil {
			return t, err
		}
		t.Accounts = append(t.Accounts, Standing{a, s})
		t.Before, t.Debits, t.Credits, t.Postings = t.Before+s.BeforeCents, t.Debits+s.DebitCents, t.Credits+s.CreditCents, t.Postings+s.Postings
	}
	t.After = t.Before + t.Debits - t.Credits
	return t, nil
}

// Balances are what stands in each account at the end of a day, a debit above zero.
func (b *Books) Balances(ctx context.Context, day clock.Day) (map[string]int64, error) {
	found, err := b.daybook.Standings(ctx, day, day)
	all := map[string]int64{}
	for _, s := range found {
		all[s.Account] = s.AfterCents()
	}
	return all, err
}
