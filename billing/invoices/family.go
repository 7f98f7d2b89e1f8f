package invoices

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// Choice is whether an account gets one bill for all the lines that it pays for, or one for each, for periods that begin on a day or later.
type Choice struct {
	From clock.Day
	One  bool
	By   string
}

// Choices are those of an account, the oldest first. Nobody chose: a bill for each line.
type Choices []Choice

// On says whether periods that begin on a day go onto one bill.
func (c Choices) On(d clock.Day) (one bool) {
	for _, choice := range c {
		if choice.From <= d {
			one = choice.One
		}
	}
	return one
}

// After is the choice that begins after a day; false when none does.
func (c Choices) After(d clock.Day) (Choice, bool) {
	if n := len(c); n > 0 && c[n-1].From > d {
		return c[n-1], true
	}
	return Choice{}, false
}

// ChooseBills says whether an account gets one bill for all the lines that it pays for, its own with them, or one for each: for periods that begin tomorrow or later. What
// was billed for others stays as it is. fault.Conflict "family.no_parts" when it pays for no other account.
func (s *Service) ChooseBills(ctx context.Context, parentID int64, one bool, by By) (from clock.Day, err error) {
	from = s.today() + 1
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.Purse.Held(tx, parentID); err != nil {
			return err
		}
		parts, err := s.Customers.PaidFor(tx, parentID)
		if err == nil && one && len(parts) == 0 {
			err = fault.New(fault.Conflict, "family.no_parts")
		}
		if err != nil {
			return err
		}
		all, err := s.choices(tx, []int64{parentID})
		if err != nil || all[parentID].On(from) == one {
			return err
		}
		if err := s.choose(tx, parentID, Choice{From: from, One: one, By: by.Actor}); err != nil {
			return err
		}
		return s.recordOf(tx, by, "family bill chosen", parentID, map[string]any{"one": one, "from": from.String()})
	})
	return from, err
}

// takenOver has whoever answers for an account from now on get the bills of its parts as that had chosen, unless they have chosen themselves, or pay for other parts, which get theirs as before.
func (s *Service) takenOver(tx *db.Tx, m customers.TakenOver) error {
	if _, err := s.Purse.Held(tx, m.To); err != nil {
		return err
	}
	all, err := s.choices(tx, []int64{m.From, m.To})
	if err != nil || len(all[m.From]) == 0 || len(all[m.To]) > 0 {
		return err
	}
	parts, err := s.Customers.PaidFor(tx, m.To)
	if err != nil || len(parts) > len(m.Paid) {
		return err
	}
	return s.moveChoices(tx, m.From, m.To)
}

// Part is what one line's period is on a bill of several: the document that tells it by itself, and whose line it is.
type Part struct {
	ID, SubscriptionID, ChildID int64
	Whose                       string // the name and number of the account whose line it is; empty: who gets the bill
	Line                        string // where the line is, and its login
	Cause                       string
}

func (p Part) track() track {
	return trackOf(Document{SubscriptionID: p.SubscriptionID, Cause: p.Cause})
}

// part is one of a document's; false when it has none of that id.
func (d Document) part(id int64) (Part, bool) {
	n := slices.IndexFunc(d.Parts, func(p Part) bool { return p.ID == id })
	if id == 0 || n < 0 {
		return Part{}, false
	}
	return d.Parts[n], true
}

// Share is what of a document is of one account.
type Share struct {
	Whose                   string // empty: who gets it
	Lines                   []Line
	Net, Excise, VAT, Gross int64
}

// Shares are the accounts of a bill of several lines, in its order; nil for one that is of no parts.
func (d Document) Shares() (all []Share) {
	if len(d.Parts) == 0 {
		return nil
	}
	for _, l := range d.Lines {
		p, _ := d.part(l.Part)
		n := slices.IndexFunc(all, func(one Share) bool { return one.Whose == p.Whose })
		if n < 0 {
			n, all = len(all), append(all, Share{Whose: p.Whose})
		}
		all[n].add(l)
	}
	return all
}

func (s *Share) add(l Line) {
	s.Lines = append(s.Lines, l)
	s.Net, s.Excise, s.VAT, s.Gross = s.Net+l.Net, s.Excise+l.Excise, s.VAT+l.VAT, s.Gross+l.Gross
}

// Of is the line, of several, that a line of a bill is of; nothing for a document of one.
func (d Document) Of(l Line) Part {
	p, _ := d.part(l.Part)
	return p
}

// Called is it with whose it is: "Amina, 1042: Plot 4, amina".
func (d Document) Called(l Line) string { return called(d.Of(l).Whose, d.Of(l).Line) }

// familyCause begins the cause of a bill that was made of parts.
const familyCause = "family:"

func (d Document) ofFamily() bool { return strings.HasPrefix(d.Cause, familyCause) }

// OfRun says that a bill run made a document: what it says follows from what happened to its lines.
func (d Document) OfRun() bool { return strings.HasPrefix(d.Cause, runCause) || d.ofFamily() }

// gatherable has the document of a period wait for the others of its payer's one bill.
func (d Document) gatherable(due Due, payer Terms) Document {
	if due.Together && (d.State == Draft || d.State == Review) {
		d.State, d.childID, d.whose = Gathering, due.CustomerID, payer.For
	}
	return d
}

// Bounds of one bill of parts: what is beyond goes onto a second one.
const (
	mostParts      = 2_000
	mostPartsLines = 10_000
)

// Room says whether a bill of so many parts, which have so many lines, takes one more of so many.
func Room(parts, lines, more int) bool {
	return parts == 0 || parts < mostParts && lines+more <= mostPartsLines
}

// gather makes the bills of what waits for them, of periods that begin on a day or before. A run that went to its end has drafted all of them, whoever else runs: what is left
// here of a run that died is gathered by the next.
func (s *Service) gather(ctx context.Context, asOf clock.Day, wrote func(*db.Tx, Drafted) error) (made int64, err error) {
	for {
		all, err := s.gatherings(ctx, asOf, atOnce)
		if err != nil || len(all) == 0 {
			return made, err
		}
		for _, g := range all {
			one := int64(0)
			err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
				if one, err = s.gatherOne(tx, g); err != nil || one == 0 || wrote == nil {
					return err
				}
				return wrote(tx, Drafted{Drafts: one})
			})
			if err != nil {
				return made, err
			}
			made += one
		}
	}
}

// gatherOne makes one bill. Of several who do so at once, whoever holds the account first does it.
func (s *Service) gatherOne(tx *db.Tx, g gathering) (made int64, err error) {
	if _, err := s.Purse.Held(tx, g.CustomerID); err != nil {
		return 0, err
	}
	parts, err := s.waiting(tx, g)
	if err != nil || len(parts) == 0 {
		return 0, err
	}
	terms, err := s.termsOf(tx, []int64{g.CustomerID})
	if err != nil {
		return 0, err
	}
	d, parts := s.bill(tx, g, terms[g.CustomerID], parts)
	added, err := s.insert(tx, []Document{d})
	if err == nil && !added[d.ID] {
		err = fault.Wrap(fault.Internal, "internal", fmt.Errorf("%s was made before", d.Cause))
	}
	if err != nil {
		return 0, err
	}
	return 1, s.gathered(tx, d.ID, parts)
}

// bill is the document of several parts, and which of them are on it.
func (s *Service) bill(tx *db.Tx, g gathering, terms Terms, parts []Document) (Document, []Document) {
	slices.SortStableFunc(parts, func(a, b Document) int { // its own lines first
		return cmp.Or(cmp.Compare(a.whose, b.whose), cmp.Compare(a.childID, b.childID), cmp.Compare(a.SubscriptionID, b.SubscriptionID), cmp.Compare(a.Cause, b.Cause))
	})
	var b Bill
	on, first, until := 0, parts[0].ID, clock.Day(0)
	for _, part := range parts {
		if !Room(on, len(b.Lines), len(part.Lines)) {
			break
		}
		for _, l := range part.Lines {
			if l.Part = part.ID; l.Key == RoundingLine {
				l.Why = "invoice.why.rounding_part"
			}
			b.add(l)
		}
		on, first, until = on+1, min(first, part.ID), max(until, part.Period.Until)
	}
	d := Document{ID: tx.ID(), Kind: Invoice, State: Draft, Cause: familyCause + idText(g.CustomerID) + ":" + g.PeriodDay + ":" + idText(first), CustomerID: g.CustomerID,
		Period: Period{dayIn(g.PeriodDay), until}, PONumber: terms.PONumber, By: "bill run", CreatedAt: s.now()}.with(b)
	if terms.Review || terms.NeedsPO && terms.PONumber == "" || s.Settings.String(settings.InvoiceReview) == settings.ReviewAll {
		d.State = Review
	}
	if d.Gross < 0 {
		d.Kind = Note
	}
	return d, parts[:on]
}
