package papers

import (
	"context"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/notify"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// View is a paper for who cannot open a file: what matters of it, and how to pay.
type View struct {
	Paper Paper
	Brand site.Brand // as it looks today
	Title string
	Phone string // who answers
	Rows  []notify.Fact
	Lines []ViewLine
	Pay   string // empty: nothing is to be paid
	Note  string // that it is paid, or credited
	Until string // the last day of the link
}

// ViewLine is a line of a document.
type ViewLine struct{ Text, Reason, Amount string }

// View shows a paper as things stand today: what was paid since is not asked for again.
func (s *Service) View(ctx context.Context, p Paper) (v View, err error) {
	_, b, err := s.dress(p.SiteID)
	if err != nil {
		return v, err
	}
	l := p.facts.Lang
	v = View{Paper: p, Brand: b, Phone: p.facts.Seller.Phone, Until: p.day(clock.DayOf(p.LinkUntil))}
	frozen, err := s.brand(ctx, p.brandHash)
	if err != nil {
		return v, err
	}
	v.Title = p.say("title", p.args(frozen.Name)...)
	if p.Kind != Document {
		v.Rows = p.rows()
		if p.asks() > 0 {
			v.Pay = p.payWords()
		}
		return v, nil
	}
	d, err := s.Invoices.Get(ctx, p.AboutID)
	if err != nil {
		return v, err
	}
	open := p.asks() > 0 && d.State != invoices.Paid && d.State != invoices.Void && d.State != invoices.Written
	owed, err := s.owedToday(ctx, d)
	if err != nil {
		return v, err
	}
	switch {
	case open:
		v.Pay = p.today(d, open, owed).payWords()
	case d.State == invoices.Paid && d.Kind == invoices.Invoice:
		v.Note = words.Text(l, "paper.page.paid")
	case d.State == invoices.Void:
		v.Note = words.Text(l, "paper.page.void")
	}
	v.Rows = p.today(d, open, owed).rows()
	i := p.invoice(d, p.common(worn(b)))
	for _, line := range i.Lines {
		v.Lines = append(v.Lines, ViewLine{line.Text, line.Reason, line.Amount.String()})
	}
	for _, t := range i.Taxes {
		v.Lines = append(v.Lines, ViewLine{Text: t.Name, Amount: t.Amount.String()})
	}
	return v, nil
}

// owedToday is what is open on all invoices of a document's customer: it was owed before, or is owed for this one.
func (s *Service) owedToday(ctx context.Context, d invoices.Document) (int64, error) {
	st, err := s.Invoices.StandingOf(ctx, d.CustomerID, clock.DayOf(s.Clock.Now()))
	return st.Open.Cents, err
}

// today is a paper that asks for what is still open of its document, and of what was owed before it.
func (p Paper) today(d invoices.Document, open bool, owed int64) Paper {
	switch {
	case !open:
		p.facts.Balanced, p.facts.Owed = true, 0
	case d.Kind == invoices.Invoice:
		p.facts.Owed, p.facts.Balanced = min(p.asks(), owed), true
	}
	return p
}

// payWords is how to pay what a paper asks for; empty while there is no till.
func (p Paper) payWords() string {
	switch {
	case p.facts.Paybill != "":
		return words.Text(p.facts.Lang, "paper.page.pay_paybill", p.args("")...)
	case p.facts.Till != "":
		return words.Text(p.facts.Lang, "paper.page.pay_till", p.args("")...)
	}
	return ""
}
