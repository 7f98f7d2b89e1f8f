package papers

import (
	"context"
	"strconv"
	"strings"

	"mtandao/billing"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/site"
)

// MakeStatement is a paper of some days of a customer, kept so that it can be sent: asked for again it is the same one, while it says the same. fault.Invalid "invoice.days".
func (s *Service) MakeStatement(ctx context.Context, customerID int64, from, until clock.Day) (Paper, error) {
	p, b, err := s.statement(ctx, customerID, from, until)
	if err != nil {
		return p, err
	}
	return s.keep(ctx, p, b)
}

// StatementFile is the file of some days of a customer, which is not kept.
func (s *Service) StatementFile(ctx context.Context, customerID int64, from, until clock.Day) (name string, file []byte, err error) {
	p, b, err := s.statement(ctx, customerID, from, until)
	if err != nil {
		return "", nil, err
	}
	p.facts.Link = ""
	file, err = s.draw(ctx, p, worn(b))
	return p.FileName(), file, err
}

func (s *Service) statement(ctx context.Context, customerID int64, from, until clock.Day) (p Paper, b site.Brand, err error) {
	if p, b, err = s.begin(ctx, customerID); err != nil {
		return p, b, err
	}
	until = min(until, clock.DayOf(s.Plan.Now()))
	st, err := s.Invoices.StatementOf(ctx, customerID, from, until)
	if err != nil {
		return p, b, err
	}
	if st.Cut { // what would be left out is not made
		return p, b, fault.New(fault.Invalid, "paper.too_long", "Most", len(st.Lines))
	}
	p.Kind, p.Name = Statement, "Statement-"+p.facts.Account+"-"+until.String()
	p.facts.Balanced, p.facts.Owed = true, st.Closing.Cents
	p.facts.Span = &span{From: from, Until: until, Opening: st.Opening.Cents, Closing: st.Closing.Cents}
	if until == clock.DayOf(s.Plan.Now()) { // how old what was open on another day was then is not known any more
		age, err := s.Invoices.AgeOf(ctx, customerID, until)
		if err != nil {
			return p, b, err
		}
		if age.Total() == st.Closing.Cents && age.Total() > 0 {
			p.facts.Span.Age = &age
		}
	}
	shares, err := s.sharesOf(ctx, p, st.Lines)
	if err != nil {
		return p, b, err
	}
	for _, l := range st.Lines {
		e := entry{Shares: shares[invoiceOf(l)], Day: l.Day, Key: entryKey(l), Amount: l.Amount.Cents, Balance: l.Balance.Cents}
		if e.Reference, err = s.referenceOf(ctx, l); err != nil {
			return p, b, err
		}
		p.facts.Span.Entries = append(p.facts.Span.Entries, e)
	}
	return p, b, nil
}

// invoiceOf is the invoice that a line of a statement is; 0 when it is none.
func invoiceOf(l invoices.StatementLine) int64 {
	number, is := strings.CutPrefix(l.Source, "invoice:")
	id, err := strconv.ParseInt(number, 10, 64)
	if !is || err != nil || l.Kind != "invoice" {
		return 0
	}
	return id
}

// sharesOf tell of bills of several accounts what of each is whose.
func (s *Service) sharesOf(ctx context.Context, p Paper, lines []invoices.StatementLine) (map[int64][]share, error) {
	var ids []int64
	for _, l := range lines {
		if id := invoiceOf(l); id != 0 {
			ids = append(ids, id)
		}
	}
	found, err := s.Invoices.SharesOf(ctx, ids)
	all := map[int64][]share{}
	for id, of := range found {
		for _, one := range of {
			whose := one.Whose
			if whose == "" {
				whose = p.facts.Buyer.Name + ", " + p.facts.Account
			}
			all[id] = append(all[id], share{whose, one.Gross})
		}
	}
	return all, err
}

// KindOf names what a line of a statement is: "invoice", "payment".
func KindOf(l invoices.StatementLine) string { return strings.TrimPrefix(entryKey(l), "paper.entry.") }

// entryKey names what a line of a statement is.
func entryKey(l invoices.StatementLine) string {
	first, _, _ := strings.Cut(l.Text, " ")
	switch {
	case l.Kind == "invoice" || l.Kind == "credit note" || l.Kind == "write-off":
		return "paper.entry." + strings.NewReplacer(" ", "_", "-", "_").Replace(l.Kind)
	case l.Kind == billing.EntryMoneyIn, l.Kind == "customer" && first == "counter":
		return "paper.entry.payment"
	case l.Kind == billing.EntryReversed, l.Kind == "customer" && first == "returned":
		return "paper.entry.returned"
	case l.Kind == "customer" && first == "opened":
		return "paper.entry.opened"
	case l.Amount.IsPositive():
		return "paper.entry.charge"
	}
	return "paper.entry.credit"
}

// referenceOf is a document's number, or the rail's receipt of a payment.
func (s *Service) referenceOf(ctx context.Context, l invoices.StatementLine) (string, error) {
	if strings.HasPrefix(entryKey(l), "paper.entry.invoice") || l.Kind == "credit note" || l.Kind == "write-off" {
		return l.Text, nil
	}
	rest, came := strings.CutPrefix(l.Source, "receipt:")
	if !came || l.Kind != billing.EntryMoneyIn {
		return "", nil
	}
	var id int64
	for _, r := range rest {
		if r < '0' || r > '9' {
			return "", nil
		}
		id = id*10 + int64(r-'0')
	}
	r, err := s.Tills.ReceiptByID(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return r.Number, err
}
