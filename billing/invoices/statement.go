package invoices

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Statement is what a customer owed when it begins, what changed that, and what they owe when it ends; below zero they have credit.
type Statement struct {
	From, Until      clock.Day // Until is the last day
	Opening, Closing money.Amount
	Lines            []StatementLine
	Cut              bool // there are more lines than these; Opening and Closing are as the books say
}

// StatementLine is one change: an invoice, a credit note, a payment. Text is the number of a document, or what the books say of it.
type StatementLine struct {
	EntryID            int64
	Day                clock.Day
	Kind, Source, Text string
	Amount, Balance    money.Amount
}

// ownMoney are the accounts that together are what a customer owes.
var ownMoney = []string{ledger.Receivables, ledger.CustomerCredit, ledger.CustomerDebts}

// StatementOf tells a customer's statement of some days; fault.Invalid "invoice.days". Money that moved between credit and invoices is no change.
func (s *Service) StatementOf(ctx context.Context, customerID int64, from, until clock.Day) (Statement, error) {
	return s.StatementAfter(ctx, customerID, from, until, StatementLine{}, ledger.MostMovements)
}

// StatementAfter is StatementOf, of which the lines after one of it are told, so many at the most; that of the zero line begins it. Of the line its entry and balance are enough.
func (s *Service) StatementAfter(ctx context.Context, customerID int64, from, until clock.Day, last StatementLine, limit int) (st Statement, err error) {
	if from <= 0 || until < from {
		return st, fault.New(fault.Invalid, "invoice.days")
	}
	st.From, st.Until = from, until
	var all []ledger.Movement
	if st.Opening, st.Closing, all, err = s.Ledger.Movements(ctx, party(customerID), ownMoney, from.String(), until.String(), last.EntryID, limit); err != nil {
		return st, err
	}
	balance := st.Opening
	if last.EntryID != 0 {
		balance = last.Balance
	}
	for _, m := range all {
		balance = money.KES(balance.Cents + m.Amount.Cents)
		st.Lines = append(st.Lines, StatementLine{EntryID: m.EntryID, Day: dayIn(m.Day), Kind: m.Kind, Source: m.Source, Text: m.Memo, Amount: m.Amount, Balance: balance})
	}
	st.Cut = balance != st.Closing
	return st, nil
}

// Age is how old what is open of a customer is, in cents: not late, and late by up to 30, 60 and 90 days and by more.
type Age struct {
	CustomerID                             int64
	Current, Days30, Days60, Days90, Older int64
}

// Total is all that is open.
func (a Age) Total() int64 { return a.Current + a.Days30 + a.Days60 + a.Days90 + a.Older }

// Overdue is a customer's place in the list of who owes: how much of it is late, and who; the zero one stands before everybody.
type Overdue struct{ Cents, CustomerID int64 }

// Overdue is where a customer stands in the list.
func (a Age) Overdue() Overdue { return Overdue{a.Total() - a.Current, a.CustomerID} }
