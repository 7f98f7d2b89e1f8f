package papers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/pdf"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// worn is a brand as papers wear it.
func worn(b site.Brand) pdf.Brand {
	return pdf.Brand{Name: b.Name, Accent: b.Accent, AccentInk: b.AccentInk, Logo: b.Logo, LogoType: b.LogoType}
}

// hashOf names a brand's looks: papers that look the same share them.
func hashOf(b pdf.Brand) string {
	sum := sha256.New()
	for _, part := range [][]byte{[]byte(b.Name), []byte(b.Accent), []byte(b.AccentInk), b.Logo, []byte(b.LogoType)} {
		fmt.Fprintf(sum, "%d:", len(part))
		sum.Write(part)
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

// File is a paper's file: the same octets each time.
func (s *Service) File(ctx context.Context, p Paper) ([]byte, error) {
	b, err := s.brand(ctx, p.brandHash)
	if err != nil {
		return nil, err
	}
	return s.draw(ctx, p, b)
}

// Attached is a paper as it goes with an e-mail.
func (s *Service) Attached(ctx context.Context, id int64) (notify.File, error) {
	p, err := s.byID(ctx, id)
	if err != nil {
		return notify.File{}, err
	}
	file, err := s.File(ctx, p)
	return notify.File{Name: p.FileName(), Type: "application/pdf", Bytes: file}, err
}

func (s *Service) draw(ctx context.Context, p Paper, b pdf.Brand) ([]byte, error) {
	common := p.common(b)
	switch p.Kind {
	case Receipt, Sale:
		r := p.receipt(common)
		void, err := s.wentBack(ctx, p)
		if r.Void = void; err != nil {
			return nil, err
		}
		return r.PDF()
	case Statement:
		return p.statement(common).PDF()
	}
	d, err := s.Invoices.Get(ctx, p.AboutID)
	if err != nil {
		return nil, err
	}
	i := p.invoice(d, common)
	if d.OfID != 0 {
		of, err := s.Invoices.Get(ctx, d.OfID)
		if err != nil {
			return nil, err
		}
		i.Of = of.Text()
	}
	return i.PDF()
}

func (p Paper) common(b pdf.Brand) pdf.Common {
	return pdf.Common{Lang: p.facts.Lang, Zone: clock.Nairobi, Brand: b, Seller: p.facts.Seller, Buyer: p.facts.Buyer, Account: p.facts.Account, Number: p.Name,
		Pay: pdf.Pay{Paybill: p.facts.Paybill, Till: p.facts.Till, Bank: p.facts.Bank, Link: p.Address()}}
}

// start is the first instant of a day; zero for none.
func start(d clock.Day) (t time.Time) {
	if d == 0 {
		return t
	}
	return d.Start()
}

// invoice is a document as its paper says it.
func (p Paper) invoice(d invoices.Document, c pdf.Common) pdf.Invoice {
	c.Day = start(d.Day)
	i := pdf.Invoice{Common: c, Kind: pdf.Bill, Due: start(d.DueDay), Order: d.PONumber, OfLine: d.Line, Control: pdf.Control{Number: d.ControlNumber, Link: d.ControlQR},
		Named: p.facts.Named, Inclusive: true, Balanced: p.facts.Balanced, Previous: money.KES(p.facts.Previous), Owed: money.KES(p.facts.Owed)}
	sign := int64(1)
	switch d.Kind {
	case invoices.ProForma:
		i.Kind, i.Due = pdf.ProForma, time.Time{}
	case invoices.Note:
		i.Kind, i.Reason, i.Due, sign = pdf.Credit, d.Why, time.Time{}, -1
	}
	if d.Period.Days() > 1 {
		i.From, i.To = start(d.Period.From), start(d.Period.Until)
	}
	for _, l := range d.Lines {
		i.Inclusive = i.Inclusive && l.Inclusive
	}
	for _, l := range d.Lines {
		one := lineOf(l, p.facts.Lang, i.Inclusive, sign)
		if of := d.Of(l); of.ID != 0 {
			if one.Whose = of.Whose; one.Whose == "" {
				one.Whose = p.facts.Buyer.Name + ", " + p.facts.Account
			}
			one.Reason = strings.TrimPrefix(of.Line+". ", ". ") + one.Reason
		}
		i.Lines = append(i.Lines, one)
	}
	i.Usage, i.Notes = usageOf(d, p.facts.Lang), p.facts.Note
	if p.facts.DueDays > 0 && d.Kind == invoices.Invoice {
		i.Terms = words.Text(p.facts.Lang, "paper.terms", "Days", words.Text(p.facts.Lang, "unit.day", "Count", p.facts.DueDays), "Due", p.day(p.facts.Due))
	}
	i.Net, i.Total, i.Taxes = money.KES(sign*d.Net), money.KES(sign*d.Gross), taxesOf(d.Lines, p.facts.Lang, sign)
	for _, one := range p.facts.Payments {
		i.Payments = append(i.Payments, pdf.Payment{Day: start(one.Day), How: said(p.facts.Lang, one.How), Reference: one.Reference, Amount: money.KES(one.Cents)})
	}
	return i
}

// lineOf is a line of a document; sign turns those of a credit note round.
func lineOf(l invoices.Line, lang words.Lang, inclusive bool, sign int64) pdf.Line {
	text := l.Called(lang)
	if l.Correction {
		text = words.Text(lang, "paper.correction", "Name", text)
	}
	if l.Until > l.From+1 {
		text += ", " + spanOf(lang, l.From, l.Until-1)
	}
	cents := l.Net
	if inclusive {
		cents = l.Gross
	}
	out := pdf.Line{Text: text, Reason: l.Says(lang), Amount: money.KES(sign * cents)}
	if l.Quantity > 1 {
		if out.Quantity = idText(l.Quantity); cents%l.Quantity == 0 { // else one has no price to the cent
			out.Unit = money.KES(sign * cents / l.Quantity)
		}
	}
	return out
}

// usageOf is what meters counted for the lines of a document, each once; what a correction credits is told by what it charges instead.
func usageOf(d invoices.Document, lang words.Lang) (all []pdf.Usage) {
	for _, l := range d.Lines {
		used, included, metered := l.Used()
		what := strings.TrimPrefix(d.Called(l)+": ", ": ") + l.Called(lang) + ", " + spanOf(lang, l.From, l.Until-1)
		if metered && !slices.ContainsFunc(all, func(u pdf.Usage) bool { return u.What == what }) {
			all = append(all, pdf.Usage{What: what, Used: used, Included: included})
		}
	}
	return all
}

func spanOf(lang words.Lang, from, until clock.Day) string {
	return from.Start().In(clock.Nairobi).Format(words.Text(lang, "date.day_short")) + "–" + words.DateOf(lang, until)
}

// taxesOf sums each rate of each tax over the lines: excise on what is before tax, VAT on that and the excise.
func taxesOf(lines []invoices.Line, lang words.Lang, sign int64) (all []pdf.Tax) {
	add := func(key string, share, on, tax int64) {
		if share == 0 && tax == 0 {
			return
		}
		name := words.Text(lang, key)
		n := slices.IndexFunc(all, func(t pdf.Tax) bool { return t.Name == name && t.Rate == share })
		if n < 0 {
			n, all = len(all), append(all, pdf.Tax{Name: name, Rate: share})
		}
		all[n].On, all[n].Amount = money.KES(all[n].On.Cents+sign*on), money.KES(all[n].Amount.Cents+sign*tax)
	}
	for _, kind := range []taxes.Kind{taxes.Excise, taxes.VAT} {
		for _, l := range lines {
			if kind == taxes.Excise {
				add("paper.tax.excise", l.ExciseShare, l.Net, l.Excise)
			} else {
				add("paper.tax.vat", l.VATShare, l.Net+l.Excise, l.VAT)
			}
		}
	}
	return all
}

// said is how money came, in words.
func said(l words.Lang, how string) string {
	if how == "" {
		return ""
	}
	return words.Text(l, "paper.how."+how)
}

func (p Paper) receipt(c pdf.Common) pdf.Receipt {
	m := p.facts.Money
	c.Day = start(m.Day)
	r := pdf.Receipt{Common: c, How: said(p.facts.Lang, m.How), Reference: m.Reference, By: m.Payer, Amount: money.KES(m.Cents), Balanced: p.facts.Balanced, Balance: money.KES(p.facts.Owed)}
	if m.What != "" {
		r.Parts = []pdf.Part{{Text: m.What, Amount: money.KES(m.Cents - m.Tax.Excise - m.Tax.VAT)}}
		for _, tax := range []struct {
			key   string
			cents int64
		}{{"paper.tax.excise", m.Tax.Excise}, {"paper.tax.vat", m.Tax.VAT}} {
			if tax.cents != 0 {
				r.Parts = append(r.Parts, pdf.Part{Text: words.Text(p.facts.Lang, tax.key), Amount: money.KES(tax.cents)})
			}
		}
		r.Pay = pdf.Pay{}
	}
	return r
}

func (p Paper) statement(c pdf.Common) pdf.Statement {
	span := p.facts.Span
	c.Day, c.Number = start(span.Until), ""
	st := pdf.Statement{Common: c, From: start(span.From), To: start(span.Until + 1), Opening: money.KES(span.Opening), Closing: money.KES(span.Closing)}
	for _, e := range span.Entries {
		one := pdf.Entry{Day: start(e.Day), Text: words.Text(p.facts.Lang, e.Key), Reference: e.Reference, Balance: money.KES(e.Balance)}
		var shares []string
		for _, of := range e.Shares {
			shares = append(shares, of.Whose+": "+money.KES(of.Cents).String())
		}
		one.Below = strings.Join(shares, "; ")
		if e.Amount < 0 {
			one.Paid = money.KES(-e.Amount)
		} else {
			one.Charge = money.KES(e.Amount)
		}
		st.Entries = append(st.Entries, one)
	}
	if age := span.Age; age != nil {
		for _, one := range []struct {
			from, to int
			cents    int64
		}{{0, 0, age.Current}, {1, 30, age.Days30}, {31, 60, age.Days60}, {61, 90, age.Days90}, {91, 0, age.Older}} {
			st.Ageing = append(st.Ageing, pdf.Age{From: one.from, To: one.to, Amount: money.KES(one.cents)})
		}
	}
	return st
}
