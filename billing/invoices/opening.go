package invoices

import (
	"cmp"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// OpeningLine is the key of the line of a debt that a customer came with: earned and taxed in the books of before, and no income here.
const OpeningLine = "opening"

// openingSeries has the numbers of opening documents and of the notes that take them back; they are nothing that was sold, and no tax documents.
const openingSeries = "OB"

// Causes of opening documents and of the notes that take them back, with the customer's id after them.
const (
	opened   = "opening:"
	unopened = "unopened:"
)

func (d Document) opening() bool {
	return strings.HasPrefix(d.Cause, opened) || strings.HasPrefix(d.Cause, unopened)
}

// Opening is a debt with which a customer comes from another system. From is its name.
type Opening struct {
	CustomerID int64
	Owed       money.Amount
	From       string
}

// dearestOpening is of one debt: a hundred million shillings.
const dearestOpening = 10_000_000_000

// Check says what is wrong with a debt: fault.Invalid "invoice.opening".
func (o Opening) Check() error {
	if !o.Owed.IsPositive() || o.Owed.Cents > dearestOpening || o.CustomerID == 0 || !shortText(o.From, longestNote) {
		return fault.New(fault.Invalid, "invoice.opening", "Most", money.KES(dearestOpening))
	}
	return nil
}

// Open issues a document for each debt, booked against OpeningBalances: from then on the debt ages, is dunned and is paid as any other. It is due
// as an invoice of this day would be. Nobody is sent anything. One customer has one.
func (s *Service) Open(tx *db.Tx, debts []Opening, by By) error {
	var all []Document
	for _, o := range debts {
		if err := o.Check(); err != nil {
			return err
		}
		all = append(all, s.openingOf(o, by))
	}
	if len(all) == 0 {
		return nil
	}
	added, err := s.insert(tx, all)
	if err != nil {
		return err
	}
	fresh := all[:0]
	for _, d := range all {
		if added[d.ID] {
			fresh = append(fresh, d)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return s.issueTx(tx, fresh)
}

func (s *Service) openingOf(o Opening, by By) Document {
	today, cents := s.today(), o.Owed.Cents
	line := Line{Key: OpeningLine, Why: "invoice.why.opening", Args: []string{"From", o.From}, Supply: taxes.Levy, PeriodDay: today, From: today, Until: today + 1, Quantity: 1, Amount: cents,
		Parts: taxes.Parts{Net: cents, Gross: cents}}
	return Document{ID: s.DB.ID(), Kind: Invoice, State: Draft, Cause: opened + idText(o.CustomerID), CustomerID: o.CustomerID, Period: Period{today, today + 1}, By: by.Actor, CreatedAt: s.now()}.
		with(Bill{Lines: []Line{line}, Net: cents, Gross: cents})
}

// Unopen takes the opening document of a customer back, by a note that leaves nothing open, while nothing has happened to it; it tells whether
// there was one that was not taken back before. fault.Conflict "invoice.opening_moved" names it when it was paid, credited or written off, and
// "invoice.billed_since" another document of the customer.
func (s *Service) Unopen(tx *db.Tx, customerID int64, by By) (bool, error) {
	if others, err := s.besides(tx, customerID, opened+idText(customerID), unopened+idText(customerID)); err != nil || len(others) > 0 {
		if err == nil {
			err = fault.New(fault.Conflict, "invoice.billed_since", "Number", cmp.Or(others[0].Text(), idText(others[0].ID)))
		}
		return false, err
	}
	d, err := s.byCause(tx, opened+idText(customerID))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d, left, _, err := s.creditable(tx, d.ID)
	if fault.Is(err, fault.Conflict) || err == nil && (d.State != Issued || d.Open != d.Gross) {
		if _, e := s.byCause(tx, unopened+idText(customerID)); !fault.Is(e, fault.NotFound) {
			return false, e
		}
		return false, fault.New(fault.Conflict, "invoice.opening_moved", "Number", d.Text())
	}
	if err != nil {
		return false, err
	}
	b, err := creditOf(left, d.Gross, d, "", s.today())
	if err != nil {
		return false, err
	}
	note := Document{ID: tx.ID(), Kind: Note, State: Draft, Cause: unopened + idText(customerID), CustomerID: customerID, OfID: d.ID, Period: d.Period, By: by.Actor, CreatedAt: s.now()}.with(b)
	if _, err := s.insert(tx, []Document{note}); err != nil {
		return false, err
	}
	if err := s.credited(tx, d, d.Gross); err != nil {
		return false, err
	}
	return true, s.issueTx(tx, []Document{note})
}

// accountOf is what a line is booked to.
func (d Document) accountOf(l Line) ledger.Posting {
	switch l.Key {
	case DepositLine:
		return ledger.Posting{Account: ledger.Deposits, Party: party(d.CustomerID)}
	case OpeningLine:
		return ledger.Posting{Account: ledger.OpeningBalances}
	}
	to := ledger.Posting{Account: incomeOf[l.Supply]}
	if p, is := d.part(l.Part); is { // the books tell what each line of several earned
		to.Party = "subscription:" + idText(p.SubscriptionID)
	}
	return to
}
