package invoices

import (
	"context"
	"fmt"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// CreditNote asks to take from an invoice: all that it still asks, or an Amount of it. The same Request is one note.
type CreditNote struct {
	Request   string
	InvoiceID int64
	Amount    money.Amount // zero: all
	Why       string
}

// creditCause begins the cause of what somebody credits.
const creditCause = "credit:"

// Credit issues a credit note at once: it lessens what is open, and what was paid already is the customer's credit again. An invoice that is credited
// in full is void, and a late fee of it that has no number yet is dropped. fault.Invalid "invoice.reason", "invoice.credit_amount"; fault.Conflict "invoice.not_issued".
func (s *Service) Credit(ctx context.Context, n CreditNote, by By) (note Document, err error) {
	if n.Why = strings.TrimSpace(n.Why); n.Why == "" || !shortText(n.Why, longestNote) {
		return note, fault.New(fault.Invalid, "invoice.reason")
	}
	if !requestForm.MatchString(n.Request) {
		return note, fault.New(fault.Invalid, "invoice.request")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		note, err = s.credit(tx, n, by)
		return err
	})
	return note, err
}

func (s *Service) credit(tx *db.Tx, n CreditNote, by By) (note Document, err error) {
	if first, err := s.firstCredit(tx, n); !fault.Is(err, fault.NotFound) {
		return first, err
	}
	d, left, since, err := s.creditable(tx, n.InvoiceID)
	if first, e := s.firstCredit(tx, n); !fault.Is(e, fault.NotFound) { // made while this one waited for the invoice
		return first, e
	}
	if err != nil {
		return note, err
	}
	most := max(0, d.Gross-d.Credited-d.Written-since)
	amount := n.Amount.Cents
	if n.Amount.IsZero() {
		amount = most
	}
	if amount <= 0 || amount > most {
		return note, tooMuch(most, since)
	}
	b, err := creditOf(left, amount, d, n.Why, s.today())
	if err != nil {
		return note, err
	}
	note = Document{ID: tx.ID(), Kind: Note, State: Draft, Cause: creditCause + n.Request, CustomerID: d.CustomerID, OfID: d.ID, PONumber: d.PONumber, Why: n.Why, Period: d.Period, Line: d.Line, By: by.Actor,
		CreatedAt: s.now(), Parts: d.Parts}.with(b)
	if err := s.putNote(tx, d, note); err != nil {
		return note, err
	}
	if err := s.record(tx, by, "invoice credited", d, money.KES(amount).String()+" "+n.Why); err != nil {
		return note, err
	}
	return s.getTx(tx, note.ID)
}

// tooMuch says that no more than so much may be credited, and what of it was credited since on later bills.
func tooMuch(most, since int64) error {
	if since > 0 {
		return fault.New(fault.Invalid, "invoice.credited_since", "Most", money.KES(most), "Since", money.KES(since))
	}
	return fault.New(fault.Invalid, "invoice.credit_amount", "Most", money.KES(most))
}

// firstCredit is the note that a request made before; fault.NotFound when it made none, fault.Conflict "invoice.request" when that is of another invoice.
func (s *Service) firstCredit(tx *db.Tx, n CreditNote) (Document, error) {
	first, err := s.byCause(tx, creditCause+n.Request)
	if err == nil && first.OfID != n.InvoiceID {
		err = fault.New(fault.Conflict, "invoice.request")
	}
	return first, err
}

// putNote issues a note of an invoice, both of which are held, and takes it from there.
func (s *Service) putNote(tx *db.Tx, d, note Document) error {
	if err := note.check(); err != nil {
		return err
	}
	if _, err := s.insert(tx, []Document{note}); err != nil {
		return err
	}
	amount := -note.Gross
	if over := amount - d.Open; over > 0 { // it was paid: that is credit again
		paid, err := s.allocated(tx, d.CustomerID, d.ID)
		if err != nil {
			return err
		}
		if back, err := s.takeBack(tx, paid, over, "credit note"); err != nil || back.Cents != over {
			return wrap(err, back.Cents, over)
		}
	}
	if err := s.credited(tx, d, amount); err != nil {
		return err
	}
	if err := s.issueTx(tx, []Document{note}); err != nil {
		return err
	}
	if d.Credited+amount == d.Gross {
		if err := s.dropFees(tx, d, By{Actor: note.By}); err != nil {
			return err
		}
	}
	if err := s.tellGiven(tx, d); err != nil {
		return err
	}
	fact := FactPaid
	if d.Open > amount {
		fact = FactPartPaid
	}
	return s.Jobs.Emit(tx, fact, idText(d.ID), Fact{d.ID, d.CustomerID})
}

func wrap(err error, got, want int64) error {
	if err == nil {
		err = fault.Wrap(fault.Internal, "internal", fmt.Errorf("%d of %d cents were paid", got, want))
	}
	return err
}

// creditable is an invoice, held, and what of each rate it still asks: less what later bills have credited of it since. The account comes before the invoice.
func (s *Service) creditable(tx *db.Tx, id int64) (d Document, left []Line, since int64, err error) {
	if d, err = s.getTx(tx, id); err != nil {
		return d, nil, 0, err
	}
	if _, err := s.Purse.Held(tx, d.CustomerID); err != nil {
		return d, nil, 0, err
	}
	if d, err = s.lock(tx, id); err != nil {
		return d, nil, 0, err
	}
	if d.Kind != Invoice || d.State != Issued && d.State != Paid && d.State != Written {
		return d, nil, 0, fault.New(fault.Conflict, "invoice.not_issued")
	}
	notes, err := s.notesOf(tx, id)
	if err != nil {
		return d, nil, 0, err
	}
	later, err := s.creditedSince(tx, d)
	for _, l := range later.Lines {
		since -= l.Gross
	}
	return d, grouped(d, append(notes, later)), since, err
}

// grouped sums lines of the same supply and rates, less what notes took of them.
func grouped(d Document, notes []Document) (left []Line) {
	at := map[group]int{}
	add := func(l Line) {
		g := l.group()
		n, seen := at[g]
		if !seen {
			n = len(left)
			at[g] = n
			left = append(left, Line{Key: g.key, Supply: l.Supply, Inclusive: true, Quantity: 1, Part: l.Part, Parts: taxes.Parts{ExciseShare: l.ExciseShare, VATShare: l.VATShare}})
		}
		left[n].Net, left[n].Excise, left[n].VAT, left[n].Gross = left[n].Net+l.Net, left[n].Excise+l.Excise, left[n].VAT+l.VAT, left[n].Gross+l.Gross
	}
	for _, l := range d.Lines {
		add(l)
	}
	for _, note := range notes {
		for _, l := range note.Lines {
			add(l)
		}
	}
	return left
}

// creditOf shares an amount out over what is left of each rate, and tells the taxes in each share. All that is left is credited as it is.
func creditOf(left []Line, amount int64, d Document, why string, today clock.Day) (b Bill, err error) {
	weights, total := make([]int64, len(left)), int64(0)
	for n, l := range left {
		weights[n], total = max(0, l.Gross), total+l.Gross
	}
	shares := make([]money.Amount, len(left))
	if amount == total {
		for n, l := range left {
			shares[n] = money.KES(l.Gross)
		}
	} else if shares, err = money.Allocate(money.KES(amount), weights); err != nil {
		return b, err
	}
	for n, l := range left {
		share := shares[n].Cents
		if share == 0 && (l.Net == 0 || l.Gross != 0) { // of what rounds a bill down nothing is credited with a part of it
			continue
		}
		if share != l.Gross {
			if l.Excise, err = money.MulDiv(l.Excise, share, l.Gross, money.HalfUp); err != nil {
				return b, err
			}
			if l.VAT, err = money.MulDiv(l.VAT, share, l.Gross, money.HalfUp); err != nil {
				return b, err
			}
			l.Gross, l.Net = share, share-l.Excise-l.VAT
		}
		l.Parts = l.Parts.Neg()
		if l.Key == "" {
			l.Key = "credit"
		}
		l.Name, l.Why, l.Args = d.Text(), "invoice.why.note", []string{"Why", why}
		l.Amount, l.PeriodDay, l.From, l.Until = l.Gross, today, today, today+1
		if l.Gross != 0 {
			b.add(l)
		}
	}
	return b, nil
}

// WriteOff gives up what is open on an invoice. Money that comes later is the customer's credit. fault.Invalid "invoice.reason", fault.Conflict
// "invoice.not_issued".
func (s *Service) WriteOff(ctx context.Context, id int64, reason string, by By) error {
	if reason = strings.TrimSpace(reason); reason == "" || !shortText(reason, longestNote) {
		return fault.New(fault.Invalid, "invoice.reason")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := s.lock(tx, id)
		if err != nil {
			return err
		}
		if d.Kind != Invoice || d.State != Issued {
			return fault.New(fault.Conflict, "invoice.not_issued")
		}
		if err := s.writeOff(tx, d, reason); err != nil {
			return err
		}
		e := ledger.Entry{Kind: entryWritten, Source: fmt.Sprintf("%s:%d", d.source(), d.Written+d.Open), At: s.now(), Memo: d.Text(), Postings: []ledger.Posting{
			{Account: ledger.BadDebts, Amount: money.KES(d.Open)}, {Account: ledger.Receivables, Party: party(d.CustomerID), Amount: money.KES(-d.Open)}}}
		if _, err := s.Ledger.Post(tx, e); err != nil {
			return err
		}
		if err := s.tellGiven(tx, d); err != nil {
			return err
		}
		if err := s.record(tx, by, "invoice written off", d, money.KES(d.Open).String()+" "+reason); err != nil {
			return err
		}
		return s.Jobs.Emit(tx, FactPaid, idText(d.ID), Fact{d.ID, d.CustomerID})
	})
}
