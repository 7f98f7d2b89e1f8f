package papers

import (
	"context"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/money"
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
	Pay   string       // empty: nothing is to be paid
	Asks  money.Amount // what is to be paid
	Note  string       // that it is paid, or credited
	Off   bool         // the note says that it holds no more
	Until string       // the last day of the link
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
	now, err := s.now(ctx, p)
	if err != nil {
		return v, err
	}
	if v.Rows = now.rows(); now.asks() > 0 {
		v.Pay, v.Asks = now.payWords(), money.KES(now.asks())
	}
	if p.Kind != Document {
		return v, nil
	}
	d, err := s.Invoices.Get(ctx, p.AboutID)
	if err != nil {
		return v, err
	}
	switch {
	case d.State == invoices.Paid && d.Kind == invoices.Invoice:
		v.Note = words.Text(l, "paper.page.paid")
	case d.State == invoices.Void:
		v.Note, v.Off = words.Text(l, "paper.page.void"), true
	}
	i := p.invoice(d, p.common(worn(b)))
	for _, line := range i.Lines {
		v.Lines = append(v.Lines, ViewLine{line.Text, line.Reason, line.Amount.String()})
	}
	for _, t := range i.Taxes {
		v.Lines = append(v.Lines, ViewLine{Text: t.Name, Amount: t.Amount.String()})
	}
	return v, nil
}

// now is a paper that asks for no more than is owed today: what was paid since, or taken back, is not asked for again.
func (s *Service) now(ctx context.Context, p Paper) (Paper, error) {
	if p.asks() == 0 {
		return p, nil
	}
	if p.Kind == Document {
		d, err := s.Invoices.Get(ctx, p.AboutID)
		switch {
		case err != nil:
			return p, err
		case d.State == invoices.Paid || d.State == invoices.Void || d.State == invoices.Written:
			p.facts.Balanced, p.facts.Owed = true, 0
			return p, nil
		case d.Kind != invoices.Invoice: // an offer
			return p, nil
		}
	}
	st, err := s.Invoices.StandingOf(ctx, p.CustomerID, clock.DayOf(s.Clock.Now()))
	p.facts.Balanced, p.facts.Owed = true, min(p.asks(), st.Open.Cents)
	return p, err
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
