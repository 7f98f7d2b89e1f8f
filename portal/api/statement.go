package api

import (
	"fmt"
	"slices"

	"mtandao/billing/invoices"
	"mtandao/billing/papers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type statementLineView struct {
	Day       string     `json:"day" format:"date"`
	Kind      string     `json:"kind" enum:"invoice credit_note write_off payment returned opened charge credit"`
	Reference string     `json:"reference" doc:"The number of a document; else empty."`
	Amount    amountView `json:"amount" doc:"Above zero more is owed, below zero less."`
	Balance   amountView `json:"balance" doc:"What is owed after it; below zero it is the customer's credit."`
}

type statementView struct {
	CustomerID string              `json:"customer_id"`
	From       string              `json:"from" format:"date"`
	To         string              `json:"to" format:"date"`
	Opening    amountView          `json:"opening" doc:"What was owed when the first day began."`
	Closing    amountView          `json:"closing" doc:"What is owed when the last day ends."`
	Data       []statementLineView `json:"data"`
	Next       string              `json:"next" doc:"The cursor of the next page; empty on the last."`
}

// documentLines are the kinds of lines that name a document.
var documentLines = []string{"invoice", "credit_note", "write_off"}

func viewStatementLine(l invoices.StatementLine) statementLineView {
	v := statementLineView{Day: l.Day.String(), Kind: papers.KindOf(l), Amount: viewAmount(l.Amount), Balance: viewAmount(l.Balance)}
	if slices.Contains(documentLines, v.Kind) {
		v.Reference = l.Text
	}
	return v
}

// getStatement tells a statement. Its cursor is whose it is, the last line told, and what was owed after it.
func (a *API) getStatement(q *call) (any, error) {
	c, err := q.customerOf()
	if err != nil {
		return nil, err
	}
	first, until, err := q.days()
	if err != nil {
		return nil, err
	}
	place, err := q.place()
	if err != nil {
		return nil, err
	}
	limit, err := q.limit()
	if err != nil {
		return nil, err
	}
	last := invoices.StatementLine{Balance: money.KES(0)}
	if place != "" {
		whose := int64(0)
		if _, err := fmt.Sscan(place, &whose, &last.EntryID, &last.Balance.Cents); err != nil || whose != c.ID {
			return nil, fault.New(fault.Invalid, "api.cursor")
		}
	}
	st, err := a.Invoices.StatementAfter(q.ctx, c.ID, first, until, last, limit+1)
	if err != nil {
		return nil, err
	}
	out := statementView{CustomerID: text(c.ID), From: first.String(), To: until.String(), Opening: viewAmount(st.Opening), Closing: viewAmount(st.Closing), Data: []statementLineView{}}
	if len(st.Lines) > limit {
		st.Lines = st.Lines[:limit]
		end := st.Lines[limit-1]
		out.Next = q.cursor(fmt.Sprint(c.ID, " ", end.EntryID, " ", end.Balance.Cents))
	}
	for _, l := range st.Lines {
		out.Data = append(out.Data, viewStatementLine(l))
	}
	return out, nil
}
