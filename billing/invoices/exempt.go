package invoices

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// exemptCause begins the cause of a note that credits taxes which a customer need not have paid.
const exemptCause = "exempt:"

// TaxBack is what a late certificate takes from an invoice: taxes of days on which its customer was exempt. Lines are those of the note.
type TaxBack struct {
	Invoice Document
	Lines   []Line
	Taxes   money.Amount
}

// place is one thing that a customer was billed for in a period, with all that was corrected of it; a document that somebody wrote stands for itself.
type place struct {
	track
	document int64
	day      clock.Day
	billing
}

func (d Document) place(l Line) place {
	p := place{day: l.PeriodDay, billing: l.billing()}
	p.payer, p.part = 0, 0
	if part, is := d.part(l.Part); is {
		p.track = part.track()
	} else if strings.HasPrefix(d.Cause, runCause) {
		p.track = trackOf(d)
	} else {
		p.document = d.ID
	}
	return p
}

// taxBill is a place's taxes on exempt days: what of them is not credited yet, and the lines that charged them.
type taxBill struct {
	left  sums
	lines []taxLine
}

// taxLine is a line that charged taxes for exempt days, and which of them.
type taxLine struct {
	document int // its index
	Line
	taxes sums
}

// portion is what of a line's taxes is of the days of a certificate.
func portion(l Line, exempt Period) (part sums, err error) {
	days := exempt.both(Period{l.From, l.Until}).Days()
	if days == 0 {
		return part, nil
	}
	return shareOf(days, sums{excise: l.Excise, vat: l.VAT}, Period{l.From, l.Until}.Days())
}

// taxBills are those of a customer, in the order in which they are met.
type taxBills struct {
	of  map[place]*taxBill
	all []*taxBill
}

func (b *taxBills) at(p place) *taxBill {
	if b.of[p] == nil {
		b.of[p] = &taxBill{}
		b.all = append(b.all, b.of[p])
	}
	return b.of[p]
}

// credited takes off what notes for a certificate have credited of a document, and gives its other notes.
func (b *taxBills) credited(d Document, notes []Document) (others []Document) {
	for _, note := range notes {
		if !strings.HasPrefix(note.Cause, exemptCause) {
			others = append(others, note)
			continue
		}
		for _, l := range note.Lines {
			bill := b.at(d.place(l))
			bill.left = bill.left.plus(taxes.Parts{Excise: l.Excise, VAT: l.VAT})
		}
	}
	return others
}

// charged adds what a document, the nth, charged for exempt days, less what notes took of its lines.
func (b *taxBills) charged(n int, d Document, notes []Document, exempt Period) error {
	took, err := given(d, notes)
	if err != nil {
		return err
	}
	for i, l := range d.Lines {
		part, err := portion(l, exempt)
		if err != nil {
			return err
		}
		less, err := portion(took[i], exempt)
		if err != nil {
			return err
		}
		bill := b.at(d.place(l))
		bill.left = bill.left.plus(taxes.Parts{Excise: part.excise - less.excise, VAT: part.vat - less.vat})
		if d.Kind == Invoice && part.gross() > 0 {
			bill.lines = append(bill.lines, taxLine{n, l, part})
		}
	}
	return nil
}

// taxesBack tells what is to be credited of a customer's documents, with the notes of each: taxes of days on which they are exempt, less what was corrected,
// credited or written off since.
func taxesBack(docs []Document, notes map[int64][]Document, exempt Period, certificate string) ([]TaxBack, error) {
	bills := taxBills{of: map[place]*taxBill{}}
	for n, d := range docs {
		others := bills.credited(d, notes[d.ID])
		if err := bills.charged(n, d, others, exempt); err != nil {
			return nil, err
		}
	}
	return shareBack(docs, bills.all, certificate)
}

// shareBack writes what is left of each bill's taxes as lines of notes: of the newest documents first, and of none more than it still asks.
func shareBack(docs []Document, bills []*taxBill, certificate string) (all []TaxBack, err error) {
	lines, room := map[int][]Line{}, make([]int64, len(docs))
	for n, d := range docs {
		room[n] = d.Gross - d.Credited - d.Written
	}
	for _, b := range bills {
		for _, one := range slices.Backward(b.lines) {
			part := sums{excise: max(0, min(b.left.excise, one.taxes.excise)), vat: max(0, min(b.left.vat, one.taxes.vat))}
			if part, err = part.within(room[one.document]); err != nil {
				return nil, err
			}
			if part.gross() == 0 {
				continue
			}
			room[one.document] -= part.gross()
			b.left = b.left.plus(taxes.Parts{Excise: -part.excise, VAT: -part.vat})
			l := one.Line
			l.Net, l.Excise, l.VAT, l.Gross = 0, -part.excise, -part.vat, -part.gross()
			l.Amount, l.Inclusive, l.Correction, l.Payer = 0, true, true, 0 // of the price nothing is taken
			l.Why, l.Args = "invoice.why.exempt", []string{"Certificate", certificate}
			lines[one.document] = append(lines[one.document], l)
		}
	}
	for n, d := range docs {
		if len(lines[n]) > 0 {
			var b Bill
			for _, l := range lines[n] {
				b.add(l)
			}
			all = append(all, TaxBack{d, lines[n], money.KES(-b.Gross)})
		}
	}
	return all, nil
}

// within is so much of taxes as there is room for.
func (p sums) within(room int64) (sums, error) {
	if p.gross() <= room {
		return p, nil
	}
	return shareOf(max(0, room), p, p.gross())
}

// TaxesBack tells what CreditTaxes would credit, an invoice each in the order of their IDs: nothing for who is not exempt.
func (s *Service) TaxesBack(ctx context.Context, customerID int64) ([]TaxBack, error) {
	known, err := s.Customers.SomeNow(ctx, []int64{customerID})
	if err != nil || !known[customerID].TaxExempt {
		return nil, err
	}
	docs, notes, err := s.taxedNow(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return taxesBack(docs, notes, exemptDays(known[customerID]), known[customerID].ExemptCertificate)
}

// CreditTaxes credits the taxes that were billed to a customer for days of a certificate which was written down late, by a note for each invoice. Seen is
// their sum as somebody has looked at it. Nothing is credited twice. fault.Conflict "invoice.exempt_none" or "invoice.exempt_moved".
func (s *Service) CreditTaxes(ctx context.Context, customerID int64, seen money.Amount, by By) (notes []Document, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		notes = nil
		if _, err := s.Purse.Held(tx, customerID); err != nil {
			return err
		}
		back, certificate, err := s.taxesBackTx(tx, customerID)
		if err != nil {
			return err
		}
		sum := int64(0)
		for _, one := range back {
			sum += one.Taxes.Cents
		}
		switch {
		case sum == 0:
			return fault.New(fault.Conflict, "invoice.exempt_none")
		case sum != seen.Cents:
			return fault.New(fault.Conflict, "invoice.exempt_moved", "Sum", money.KES(sum))
		}
		for _, one := range back {
			note, err := s.creditTaxes(tx, one, by)
			if err != nil {
				return err
			}
			notes = append(notes, note)
		}
		return s.recordOf(tx, by, "taxes credited", customerID, map[string]any{"certificate": certificate, "amount": money.KES(sum).String(), "notes": len(notes)})
	})
	return notes, err
}

func (s *Service) taxesBackTx(tx *db.Tx, customerID int64) ([]TaxBack, string, error) {
	known, err := s.Customers.Some(tx, []int64{customerID})
	c := known[customerID]
	if err != nil || !c.TaxExempt {
		return nil, "", err
	}
	docs, notes, err := s.taxed(tx, customerID)
	if err != nil {
		return nil, "", err
	}
	back, err := taxesBack(docs, notes, exemptDays(c), c.ExemptCertificate)
	return back, c.ExemptCertificate, err
}

// creditTaxes issues the note of one invoice.
func (s *Service) creditTaxes(tx *db.Tx, one TaxBack, by By) (note Document, err error) {
	d, err := s.lock(tx, one.Invoice.ID)
	if err != nil {
		return note, err
	}
	if d.Credited != one.Invoice.Credited || d.Written != one.Invoice.Written {
		return note, fault.New(fault.Conflict, "invoice.moved")
	}
	var b Bill
	for _, l := range one.Lines {
		b.add(l)
	}
	note = Document{ID: tx.ID(), Kind: Note, State: Draft, CustomerID: d.CustomerID, OfID: d.ID, PONumber: d.PONumber, Period: d.Period, Line: d.Line, By: by.Actor, CreatedAt: s.now(), Parts: d.Parts}.with(b)
	note.Cause = exemptCause + idText(d.ID) + ":" + idText(d.Credited)
	if err := s.putNote(tx, d, note); err != nil {
		return note, err
	}
	if err := s.record(tx, by, "invoice taxes credited", d, one.Taxes.String()); err != nil {
		return note, err
	}
	return s.getTx(tx, note.ID)
}
