package invoices

import (
	"context"
	"strings"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// NewLine is a line that somebody writes.
type NewLine struct {
	Key, Name string
	Supply    taxes.Supply
	Quantity  int64
	Amount    money.Amount // of one
	Inclusive bool
}

// NewDocument is an invoice or a pro forma that somebody writes. The same Request is one document.
type NewDocument struct {
	Request        string
	Kind           Kind
	CustomerID     int64
	SubscriptionID int64
	PONumber, Why  string
	Lines          []NewLine
	Review         bool
}

const mostQuantity = 100_000

// writtenCause begins the cause of what somebody writes.
const writtenCause = "by:"

// Write makes a document that will be issued by itself, or waits for review. fault.Invalid "invoice.…".
func (s *Service) Write(ctx context.Context, n NewDocument, by By) (d Document, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		var fresh bool
		if d, fresh, err = s.write(tx, n, by); err != nil || !fresh {
			return err
		}
		return s.record(tx, by, "invoice written", d, money.KES(d.Gross).String())
	})
	return d, err
}

// Try tells what Write would make of a document, and makes nothing.
func (s *Service) Try(ctx context.Context, n NewDocument) (Document, error) {
	terms, err := s.OwnTermsOf(ctx, n.CustomerID)
	if err != nil {
		return Document{}, err
	}
	rates, err := s.Taxes.All(ctx)
	if err != nil {
		return Document{}, err
	}
	return s.compose(n, terms, rates)
}

// compose is the document that somebody wrote, with its taxes and sums.
func (s *Service) compose(n NewDocument, terms Terms, rates taxes.Rates) (d Document, err error) {
	if !requestForm.MatchString(n.Request) || n.Kind != Invoice && n.Kind != ProForma || n.CustomerID == 0 {
		return d, fault.New(fault.Invalid, "invoice.request")
	}
	if !shortText(n.PONumber, longestPO) || !shortText(n.Why, longestNote) {
		return d, fault.New(fault.Invalid, "invoice.note")
	}
	today := s.today()
	var b Bill
	for _, l := range n.Lines {
		line, err := l.line(rates, today, terms.ExemptOn(today))
		if err != nil {
			return d, err
		}
		b.add(line)
	}
	d = Document{Kind: n.Kind, State: Draft, Cause: writtenCause + n.Request, CustomerID: n.CustomerID, SubscriptionID: n.SubscriptionID, PONumber: strings.TrimSpace(n.PONumber), Why: n.Why,
		Period: Period{today, today + 1}, CreatedAt: s.now()}.with(b)
	if d.PONumber == "" {
		d.PONumber = terms.PONumber
	}
	if n.Review || n.Kind == Invoice && terms.NeedsPO && d.PONumber == "" {
		d.State = Review
	}
	return d, d.check()
}

// write says whether the document is a new one; else it is the first of that request.
func (s *Service) write(tx *db.Tx, n NewDocument, by By) (d Document, fresh bool, err error) {
	terms, err := s.termsOf(tx, []int64{n.CustomerID})
	if err != nil {
		return d, false, err
	}
	rates, err := s.Taxes.All(tx.Context())
	if err == nil {
		d, err = s.compose(n, terms[n.CustomerID], rates)
	}
	if err != nil {
		return d, false, err
	}
	d.ID, d.By = tx.ID(), by.Actor
	added, err := s.insert(tx, []Document{d})
	if err != nil || added[d.ID] {
		return d, err == nil, err
	}
	first, err := s.byCause(tx, d.Cause)
	if err == nil && (first.linesHash != d.linesHash || first.CustomerID != d.CustomerID) {
		err = fault.New(fault.Conflict, "invoice.request")
	}
	return first, false, err
}

func (n NewLine) line(rates taxes.Rates, today clock.Day, exempt bool) (l Line, err error) {
	wrong := fault.New(fault.Invalid, "invoice.line")
	if _, known := incomeOf[n.Supply]; !known || strings.TrimSpace(n.Name) == "" || !shortText(n.Name, longestNote) || n.Quantity < 1 || n.Quantity > mostQuantity || n.Amount.IsZero() {
		return l, wrong
	}
	if n.Key == "" {
		n.Key = "written"
	}
	l = Line{Key: n.Key, Name: strings.TrimSpace(n.Name), Why: "invoice.why.each", Args: []string{"Price", cents(n.Amount.Cents)}, Supply: n.Supply, PeriodDay: today, From: today, Until: today + 1, Quantity: n.Quantity, Inclusive: n.Inclusive}
	if l.Amount, err = money.MulDiv(n.Amount.Cents, n.Quantity, 1, money.Down); err != nil {
		return l, err
	}
	l, err = l.split(rates, exempt)
	return l, err
}
