package papers

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/pdf"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
)

// begin is a paper of a customer with what all papers say.
func (s *Service) begin(ctx context.Context, customerID int64) (p Paper, b site.Brand, err error) {
	c, err := s.Customers.Get(ctx, customerID)
	if err != nil {
		return p, b, err
	}
	contacts, err := s.Customers.Contacts(ctx, c.ID)
	if err != nil {
		return p, b, err
	}
	addresses, err := s.Customers.Addresses(ctx, c.ID)
	if err != nil {
		return p, b, err
	}
	at, b, err := s.dress(c.SiteID)
	if err != nil {
		return p, b, err
	}
	p = Paper{CustomerID: c.ID, SiteID: c.SiteID}
	p.facts = facts{Lang: c.Lang, Seller: s.seller(at, b), Buyer: buyer(c, contacts, addresses), Account: c.Number, Bank: s.Settings.String(settings.PaperBank),
		Base: s.PublicURL, Link: base64.RawURLEncoding.EncodeToString(seal.Random(16))}
	till, err := s.Tills.TillFor(ctx, c.SiteID)
	switch {
	case fault.KeyOf(err) == "till.missing":
	case err != nil:
		return p, b, err
	case till.Type == billing.TillPaybill:
		p.facts.Paybill = till.ShortCode
	default:
		p.facts.Till = till.PartyB
	}
	return p, b, nil
}

// dress is the site of a customer and its brand; who has none gets the house's, in the provider's name.
func (s *Service) dress(siteID int64) (site.Site, site.Brand, error) {
	at, b, err := s.Sites.Get(siteID)
	if fault.Is(err, fault.NotFound) {
		b, err = site.House, nil
		b.Name = s.Settings.String(settings.ProviderName)
	}
	return at, b, err
}

func (s *Service) seller(at site.Site, b site.Brand) pdf.Party {
	p := pdf.Party{Name: s.Settings.String(settings.PaperSeller), PIN: s.Settings.String(settings.PaperPIN), Address: s.Settings.String(settings.PaperAddress), Phone: at.Phone,
		Email: s.Settings.String(settings.PaperEmail)}
	if p.Name == "" {
		p.Name = s.Settings.String(settings.ProviderName)
	}
	if p.Phone == "" {
		p.Phone = s.Settings.String(settings.ProviderPhone)
	}
	if p.Email == "" {
		p.Email = b.Email
	}
	return p
}

// buyer is the customer as the paper names them: where letters go, and the contacts that are for bills.
func buyer(c customers.Customer, contacts []customers.Contact, addresses []customers.Address) pdf.Party {
	p := pdf.Party{Name: c.Name, PIN: c.PIN}
	for _, one := range contacts {
		switch {
		case one.Kind == customers.ByPhone && p.Phone == "":
			p.Phone = one.Shown()
		case one.Kind == customers.ByEmail && one.ForBills && p.Email == "":
			p.Email = one.Value
		}
	}
	for _, kind := range []customers.AddressKind{customers.Postal, customers.Premises} {
		if n := slices.IndexFunc(addresses, func(a customers.Address) bool { return a.Kind == kind }); n >= 0 && p.Address == "" {
			p.Address = strings.Trim(addresses[n].Line+"\n"+addresses[n].Area, "\n")
		}
	}
	return p
}

// OfDocument is the paper of a document that has a number. The first who asks has it made. fault.Conflict "paper.no_number".
func (s *Service) OfDocument(ctx context.Context, documentID int64) (Paper, error) {
	if p, err := s.byAbout(ctx, Document, documentID); !fault.Is(err, fault.NotFound) {
		return p, err
	}
	d, err := s.Invoices.Get(ctx, documentID)
	if err == nil && d.Number == 0 {
		err = fault.New(fault.Conflict, "paper.no_number")
	}
	if err != nil {
		return Paper{}, err
	}
	p, b, err := s.begin(ctx, d.CustomerID)
	if err != nil {
		return p, err
	}
	p.Kind, p.AboutID, p.Name = Document, d.ID, d.Text()
	p.facts.Doc, p.facts.Total, p.facts.Due = d.Kind, d.Gross, d.DueDay
	p.facts.Named = s.Settings.String(settings.InvoiceProForma) == settings.LabelInvoice
	if d.Kind != invoices.Note {
		p.facts.Note = d.Why
	}
	if d.DueDay > d.Day {
		p.facts.DueDays = int(d.DueDay - d.Day)
	}
	if p.facts.Line, err = s.lineOfSeveral(ctx, d); err != nil {
		return p, err
	}
	if d.Kind == invoices.Note {
		p.facts.Total, p.facts.Due = -d.Gross, 0
	}
	if err := s.balance(ctx, &p, d); err != nil {
		return p, err
	}
	return s.keep(ctx, p, b)
}

// mostLooked bounds the documents among which those of other lines are looked for.
const mostLooked = 40

// lineOfSeveral is the line of a document of somebody who gets those of several, or of another's.
func (s *Service) lineOfSeveral(ctx context.Context, d invoices.Document) (string, error) {
	if d.Line == "" {
		return "", nil
	}
	around, err := s.Invoices.Newest(ctx, invoices.Filter{CustomerID: d.CustomerID}, 0, mostLooked)
	if err != nil || !slices.ContainsFunc(around, func(o invoices.Document) bool { return o.Line != "" && o.Line != d.Line }) {
		return "", err
	}
	return d.Line, nil
}

// balance tells what was owed before and after a document, by the books, and what was paid since the one before it. What else happened in between is in
// what was owed before.
func (s *Service) balance(ctx context.Context, p *Paper, d invoices.Document) error {
	if d.Kind == invoices.ProForma || d.Gross == 0 {
		return nil
	}
	st, err := s.Invoices.StatementOf(ctx, d.CustomerID, d.Day, d.Day)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(st.Lines, func(l invoices.StatementLine) bool { return l.Text == d.Text() && l.Amount.Cents == d.Gross })
	if n < 0 {
		return nil // it is behind more than a statement tells
	}
	earlier, err := s.Invoices.Newest(ctx, invoices.Filter{CustomerID: d.CustomerID, Kind: invoices.Invoice}, d.ID, 10)
	if err != nil {
		return err
	}
	since := slices.IndexFunc(earlier, func(e invoices.Document) bool { return e.Number != 0 && e.IssuedAt.Before(d.IssuedAt) })
	p.facts.Balanced, p.facts.Owed = true, st.Lines[n].Balance.Cents
	if since >= 0 && d.Kind == invoices.Invoice {
		if p.facts.Payments, err = s.paidBetween(ctx, earlier[since], d); err != nil {
			return err
		}
	}
	p.facts.Previous = p.facts.Owed - d.Gross
	for _, one := range p.facts.Payments {
		p.facts.Previous += one.Cents
	}
	return nil
}

const (
	mostEvents = 200 // of an account, that are looked through for payments
	mostPaid   = 20  // payments that an invoice lists
)

// paidBetween are the payments after one document and before another that did not go back, the oldest first.
func (s *Service) paidBetween(ctx context.Context, from, to invoices.Document) (all []payment, err error) {
	events, err := s.Accounts.Events(ctx, to.CustomerID, 0, mostEvents)
	if err != nil {
		return nil, err
	}
	back := map[int64]bool{}
	for _, e := range events { // the newest first: what took money back comes before it
		if e.Kind == accounts.Returned {
			back[e.OtherID] = true
		}
		if !IsPayment(e) || e.At.Before(from.IssuedAt) || e.At.After(to.IssuedAt) || back[e.ID] || e.OtherID != 0 && back[e.OtherID] {
			continue
		}
		one, err := s.paymentOf(ctx, e)
		if err != nil {
			return nil, err
		}
		if all = append(all, one.payment); len(all) == mostPaid {
			break
		}
	}
	slices.Reverse(all)
	return all, nil
}

// IsPayment says that money came by an event of an account: there is a receipt of it.
func IsPayment(e accounts.Event) bool {
	return (e.Kind == accounts.PaidIn || e.Kind == accounts.Counter) && e.Delta.IsPositive()
}

// paymentOf tells of a payment how it came and by which reference.
func (s *Service) paymentOf(ctx context.Context, e accounts.Event) (receipt, error) {
	r := receipt{payment: payment{Day: dayOf(e.Day), How: e.How, Reference: e.Reference, Cents: e.Delta.Cents}}
	if e.Kind == accounts.Counter || e.OtherID == 0 {
		return r, nil
	}
	r.How = byMPesa
	came, err := s.Tills.ReceiptByID(ctx, e.OtherID)
	if fault.Is(err, fault.NotFound) {
		return r, nil
	}
	r.Reference, r.Payer = came.Number, customers.Phone(came.Payer).Masked()
	return r, err
}

// keep stores a paper, unless somebody was quicker: then it is theirs.
func (s *Service) keep(ctx context.Context, p Paper, b site.Brand) (kept Paper, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		kept, err = s.insert(tx, p, b)
		return err
	})
	return kept, err
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }
