package papers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// byMPesa is how money came that a rail brought; others are the words of billing/accounts.
const byMPesa = "mpesa"

func dayOf(s string) clock.Day {
	d, _ := clock.ParseDay(s) // written by us
	return d
}

// OfPayment is the receipt of a payment to a customer's account; fault.NotFound "paper.unknown" for what is no payment.
func (s *Service) OfPayment(ctx context.Context, customerID, eventID int64) (Paper, error) {
	if p, err := s.byAbout(ctx, Receipt, eventID); !fault.Is(err, fault.NotFound) {
		if err == nil && p.CustomerID != customerID {
			err = fault.New(fault.NotFound, "paper.unknown")
		}
		return p, err
	}
	e, err := s.Accounts.Event(ctx, customerID, eventID)
	if fault.Is(err, fault.NotFound) || err == nil && !IsPayment(e) {
		err = fault.New(fault.NotFound, "paper.unknown")
	}
	if err != nil {
		return Paper{}, err
	}
	return s.ofEvent(ctx, e)
}

// Numbered is the paper of a document's number, or of a receipt's, as people read them; fault.NotFound "paper.unknown".
func (s *Service) Numbered(ctx context.Context, text string) (Paper, error) {
	rest, isReceipt := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), "RC-")
	if !isReceipt {
		d, err := s.Invoices.Numbered(ctx, text)
		if err != nil {
			return Paper{}, err
		}
		return s.OfDocument(ctx, d.ID)
	}
	number, nth, _ := strings.Cut(rest, "-")
	seq, err := strconv.ParseInt(nth, 10, 64)
	c, missing := s.Customers.ByNumber(ctx, number)
	if err != nil || fault.Is(missing, fault.NotFound) {
		return Paper{}, fault.New(fault.NotFound, "paper.unknown")
	}
	if missing != nil {
		return Paper{}, missing
	}
	all, err := s.Accounts.Events(ctx, c.ID, seq+1, 1)
	if err == nil && (len(all) == 0 || all[0].Seq != seq) {
		err = fault.New(fault.NotFound, "paper.unknown")
	}
	if err != nil {
		return Paper{}, err
	}
	return s.OfPayment(ctx, c.ID, all[0].ID)
}

func (s *Service) ofEvent(ctx context.Context, e accounts.Event) (Paper, error) {
	p, b, err := s.begin(ctx, e.CustomerID)
	if err != nil {
		return p, err
	}
	came, err := s.paymentOf(ctx, e)
	if err != nil {
		return p, err
	}
	st, err := s.Invoices.StatementOf(ctx, e.CustomerID, came.Day, came.Day)
	if err != nil {
		return p, err
	}
	p.Kind, p.AboutID, p.Name = Receipt, e.ID, "RC-"+p.facts.Account+"-"+idText(e.Seq)
	p.facts.Money, p.facts.Total, p.facts.Balanced, p.facts.Owed = &came, came.Cents, true, st.Closing.Cents
	return s.keep(ctx, p, b)
}

// Bought is something that was bought on the portal and paid for.
type Bought struct {
	OrderID    int64
	SiteID     int64
	Code       string // of the order, as people read it
	What       string // the plan's name
	Reference  string // the rail's receipt
	Cents      int64
	Tax        taxes.Tax // in them
	Day        clock.Day
	Phone      string // who paid
	CustomerID int64
}

// ofSale is the receipt of a sale to a customer, in the brand of the site where it was.
func (s *Service) ofSale(ctx context.Context, sold Bought) (Paper, error) {
	if p, err := s.byAbout(ctx, Sale, sold.OrderID); !fault.Is(err, fault.NotFound) {
		return p, err
	}
	p, _, err := s.begin(ctx, sold.CustomerID)
	if err != nil {
		return p, err
	}
	at, b, err := s.dress(sold.SiteID)
	if err != nil {
		return p, err
	}
	p.Kind, p.AboutID, p.SiteID, p.Name = Sale, sold.OrderID, sold.SiteID, "RC-"+sold.Code
	p.facts.Seller, p.facts.Total = s.seller(at, b), sold.Cents
	p.facts.Money = &receipt{payment: payment{Day: sold.Day, How: byMPesa, Reference: sold.Reference, Cents: sold.Cents}, What: sold.What, Tax: sold.Tax, Payer: customers.Phone(sold.Phone).Masked()}
	return s.keep(ctx, p, b)
}

// wentBack says of a receipt that its payment, or some of it, went back since: a cheque bounced, or the rail took it back. Empty while it is here.
func (s *Service) wentBack(ctx context.Context, p Paper) (string, error) {
	switch p.Kind {
	case Receipt:
		return s.paymentBack(ctx, p)
	case Sale:
		return s.saleBack(ctx, p)
	}
	return "", nil
}

func (s *Service) paymentBack(ctx context.Context, p Paper) (string, error) {
	e, err := s.Accounts.Event(ctx, p.CustomerID, p.AboutID)
	if err != nil {
		return "", err
	}
	back, gone, err := s.Accounts.Return(ctx, e)
	if err != nil || !gone {
		return "", err
	}
	return p.returned(money.KES(-back.Delta.Cents), back.At, back.Note), nil
}

func (s *Service) saleBack(ctx context.Context, p Paper) (string, error) {
	_, r, err := s.Tills.Sold(ctx, p.AboutID)
	if err != nil || !r.Reversed.IsPositive() {
		return "", err
	}
	all, err := s.Tills.ReversalsOf(ctx, r.ID)
	for _, v := range all {
		if v.State == billing.ReversalTaken {
			return p.returned(r.Reversed, v.SettledAt, ""), err
		}
	}
	return "", err
}

func (p Paper) returned(amount money.Amount, at time.Time, why string) string {
	key := "paper.page.returned"
	if why != "" {
		key = "paper.page.returned_why"
	}
	return words.Text(p.facts.Lang, key, "Amount", amount, "Day", p.day(clock.DayOf(at)), "Why", strings.TrimSuffix(why, "."))
}
