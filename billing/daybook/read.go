package daybook

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// By is what a report tells money apart by.
type By string

// What money can be told apart by. Only what is earned and spent is of a plan, a site, a way, a reseller or a partner.
const (
	ByPlan        By = "plan_key"
	BySite        By = "site_id"
	ByWay         By = "way"
	ByReseller    By = "reseller_id"
	ByPartner     By = "partner_id"
	ByAccountCode By = "account"
)

// LongestDays is how many days one question may be about, and LongestMonths how many months.
const (
	LongestDays   = 92
	LongestMonths = 42 // the longest a page asks for, out to whole quarters
)

// Asked is what is asked of the daybook: from a day to another, both included. Sites are those that the asker may see, nil all; money of no site is of all sites only.
type Asked struct {
	First, Last clock.Day
	Months      bool // a line for each month in place of each day
	Sites       []int64
}

func (a Asked) check() error {
	most := clock.Day(LongestDays)
	if a.Months {
		most = LongestMonths * 31
	}
	if a.Last < a.First || a.Last-a.First >= most {
		return fault.New(fault.Invalid, "report.days")
	}
	return nil
}

// Sum is money of a day, or of a month ("2026-11"), of one that it is told apart by: Name is a plan's key, a site's id, a way.
type Sum struct {
	Day, Name string
	Cents     int64
}

// Earned is what income accounts were given less what was taken from them again: taxes are no part of it, and what was paid for and is not used yet is neither.
func (b *Book) Earned(ctx context.Context, by By, a Asked) ([]Sum, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return b.sumsBy(ctx, accountsOf(ledger.Income), by, a)
}

// Recurring is what customers' lines earned for internet, from credit or by invoice. What guests and vouchers bring is no part of it.
func (b *Book) Recurring(ctx context.Context, a Asked) ([]Sum, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return b.sumsOfLines(ctx, []string{ByAccount, ByInvoice}, a)
}

// Spent is what it cost to sell, account by account.
func (b *Book) Spent(ctx context.Context, by By, a Asked) ([]Sum, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return b.sumsBy(ctx, accountsOf(ledger.Expense), by, a)
}

// VAT and Excise are the names by which Taxes tells them.
const (
	VAT    = ledger.VATPayable
	Excise = ledger.ExcisePayable
)

// Taxes is what was charged of taxes for the state less what was credited again, account by account. A tax is of no site.
func (b *Book) Taxes(ctx context.Context, a Asked) ([]Sum, error) {
	a.Sites = nil
	if err := a.check(); err != nil {
		return nil, err
	}
	return b.sumsBy(ctx, []string{VAT, Excise}, ByAccountCode, a)
}

func accountsOf(kind ledger.Kind) (codes []string) {
	for _, a := range ledger.Chart {
		if a.Kind == kind {
			codes = append(codes, a.Code)
		}
	}
	return codes
}

// Licensed are the accounts of what a licence of the regulator is for: internet that was used or billed, what was paid for it and never used, and fees.
var Licensed = []string{ledger.InternetSales, ledger.Breakage, ledger.FeeIncome}

// Unlicensed are the other accounts of income: equipment and work.
func Unlicensed() []string {
	return slices.DeleteFunc(accountsOf(ledger.Income), func(code string) bool { return slices.Contains(Licensed, code) })
}

// Till are the accounts in which money really is: what moves in them is the cash flow.
var Till = []string{ledger.TillClearing, ledger.PayoutCodes, ledger.Cash, ledger.Cheques, ledger.Bank}

// Flow is what came into an account and went out of it on a day.
type Flow struct {
	Day, Account      string
	InCents, OutCents int64
}

// CashFlow is what moved in each account of Till. Money that was carried from one of them to another went out here and came in there.
func (b *Book) CashFlow(ctx context.Context, a Asked) ([]Flow, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return b.flows(ctx, Till, a)
}

// Total is the money of all sums.
func Total(sums []Sum) (cents int64) {
	for _, s := range sums {
		cents += s.Cents
	}
	return cents
}

// Names are those of sums, the one with the most money first.
func Names(sums []Sum) []string {
	cents := map[string]int64{}
	var names []string
	for _, s := range sums {
		if _, seen := cents[s.Name]; !seen {
			names = append(names, s.Name)
		}
		cents[s.Name] += s.Cents
	}
	slices.SortFunc(names, func(a, b string) int {
		switch {
		case cents[a] > cents[b], cents[a] == cents[b] && a < b:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	return names
}

// Spans are the days, or months, that are asked for, in order, as Sum names them.
func (a Asked) Spans() (all []string) {
	for day := a.First; day <= a.Last; day++ {
		span := day.String()
		if a.Months {
			span = span[:len("2026-11")]
		}
		if len(all) == 0 || all[len(all)-1] != span {
			all = append(all, span)
		}
	}
	return all
}

// MonthsUntil asks for whole months, the last of which is that of a day.
func MonthsUntil(last clock.Day, months int) Asked {
	year, month, _ := last.Date()
	return Asked{First: clock.Date(year, month-time.Month(months-1), 1), Last: clock.Date(year, month+1, 0), Months: true}
}

// NameKeys are the keys in internal/words of the accounts' names, by their codes.
func NameKeys() map[string]string {
	keys := map[string]string{}
	for _, a := range ledger.Chart {
		keys[a.Code] = a.NameKey
	}
	return keys
}
