package papers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/pdf"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/words"
)

// word names a paper in the keys of its texts.
func (p Paper) word() string {
	if p.Kind == Document {
		return string(p.facts.Doc)
	}
	return string(p.Kind)
}

func (p Paper) say(what string, args ...any) string {
	return words.Text(p.facts.Lang, "paper.say."+p.word()+"."+what, args...)
}

// asks is what is to be paid by a paper, in cents; nothing by one that thanks, or when credit covers it.
func (p Paper) asks() int64 {
	switch {
	case p.Kind == Receipt || p.Kind == Sale || p.facts.Doc == docCredit:
		return 0
	case p.facts.Balanced:
		return max(p.facts.Owed, 0)
	}
	return max(p.facts.Total, 0)
}

// day is "26 Nov 2026" in the paper's language.
func (p Paper) day(d clock.Day) string {
	if d == 0 {
		return ""
	}
	year, month, day := d.Date()
	return strconv.Itoa(day) + " " + strings.Fields(words.Text(p.facts.Lang, "guest.months"))[month-1] + " " + strconv.Itoa(year)
}

// longestSaid is of a line's name in a message: an SMS stays within two parts.
const longestSaid = 60

// number is the paper's name, with its line among several, or of a statement its days.
func (p Paper) number() string {
	if s := p.facts.Span; s != nil {
		return p.day(s.From) + " – " + p.day(s.Until)
	}
	if line := []rune(p.facts.Line); len(line) > longestSaid {
		return p.Name + " (" + string(line[:longestSaid-1]) + "…)"
	} else if len(line) > 0 {
		return p.Name + " (" + p.facts.Line + ")"
	}
	return p.Name
}

// args are what the texts about a paper may name.
func (p Paper) args(brand string) []any {
	return []any{"Brand", brand, "Name", p.facts.Buyer.Name, "Number", p.number(), "Total", kes(p.facts.Total), "Owed", kes(p.asks()), "Due", p.day(p.facts.Due), "Paybill", p.facts.Paybill,
		"Till", p.facts.Till, "Account", p.facts.Account}
}

func kes(cents int64) string { return money.KES(cents).String() }

// rows are what matters of a paper, for an e-mail and for the page of its link.
func (p Paper) rows() (all []notify.Fact) {
	add := func(key, value string, strong bool) {
		if value != "" {
			all = append(all, notify.Fact{Name: words.Text(p.facts.Lang, key), Value: value, Strong: strong})
		}
	}
	if p.Kind != Statement && p.asks() != p.facts.Total { // else it is what is asked for
		add("paper.row.total", kes(p.facts.Total), p.asks() == 0)
	}
	if m := p.facts.Money; m != nil {
		add("paper.row.what", m.What, false)
		add("pdf.received_on", p.day(m.Day), false)
		add("pdf.how", strings.TrimSpace(said(p.facts.Lang, m.How)+" "+m.Reference), false)
	}
	switch {
	case p.facts.Doc == docOffer:
		add("paper.row.total", kes(p.asks()), true)
	case p.asks() > 0:
		add("pdf.owed", kes(p.asks()), true)
		add("pdf.due", p.day(p.facts.Due), false)
	case p.facts.Balanced && p.facts.Owed < 0:
		add("pdf.in_credit", kes(-p.facts.Owed), false)
	case p.facts.Balanced && p.facts.Owed > 0:
		add("pdf.owed_after", kes(p.facts.Owed), false)
	}
	if p.asks() > 0 && p.facts.Paybill != "" {
		add("paper.row.paybill", p.facts.Paybill, false)
		add("pdf.pay.account", p.facts.Account, false)
	} else if p.asks() > 0 && p.facts.Till != "" {
		add("pdf.pay.till", p.facts.Till, false)
	}
	return all
}

// lead is what is said first: what this is, and what is to be done.
func (p Paper) lead(b pdf.Brand) string {
	what := "lead"
	if p.asks() == 0 && (p.facts.Doc == docInvoice || p.Kind == Statement) {
		what = "lead_nothing"
	}
	return p.say(what, p.args(b.Name)...)
}

// letter is the e-mail about a paper.
func (p Paper) letter(b pdf.Brand) *notify.Letter {
	l := p.facts.Lang
	return &notify.Letter{Lang: string(l), Heading: p.say("title", p.args(b.Name)...), Text: words.Text(l, "paper.mail.greeting", "Name", p.facts.Buyer.Name) + "\n\n" + p.lead(b), Facts: p.rows(),
		Button: words.Text(l, "paper.mail.button"), Link: p.Address(), Foot: strings.Join(some(p.facts.Seller.Name, p.facts.Seller.Phone, p.facts.Seller.Email), " · ")}
}

func some(all ...string) (filled []string) {
	for _, one := range all {
		if one != "" {
			filled = append(filled, one)
		}
	}
	return filled
}

// sms is the text about a paper: the amount, until when, where to pay it, and the link.
func (p Paper) sms() string {
	what := "sms"
	switch {
	case p.asks() > 0 && p.facts.Paybill != "":
		what = "sms_paybill"
	case p.asks() > 0 && p.facts.Till != "":
		what = "sms_till"
	case p.asks() > 0:
		what = "sms_owed"
	}
	return "paper.say." + p.word() + "." + what
}

// messages are what is sent about a paper, a message an address.
func (s *Service) messages(ctx context.Context, p Paper, to reached, how telling) ([]notify.Message, error) {
	b, err := s.brand(ctx, p.brandHash)
	if err != nil {
		return nil, err
	}
	_, brand, err := s.dress(p.SiteID)
	if err != nil {
		return nil, err
	}
	purpose := notify.ForBill
	if p.Kind == Receipt || p.Kind == Sale {
		purpose = notify.ForReceipt
	}
	m := notify.Message{Customer: p.CustomerID, Purpose: purpose, Language: p.facts.Lang, Args: append(p.args(b.Name), "Link", p.Address()), SiteID: p.SiteID}
	var all []notify.Message
	for _, address := range to.emails {
		m := m
		m.Key, m.Channel, m.To = s.key(p, notify.Email, address, how.again), notify.Email, address
		m.Subject, m.Letter, m.Paper = "paper.say."+p.word()+".subject", p.letter(b), p.ID
		all = append(all, m)
	}
	for _, phone := range to.phones {
		m := m
		m.Key, m.Channel, m.To, m.Words, m.Sender = s.key(p, notify.SMS, phone, how.again), notify.SMS, phone, p.sms(), brand.Sender
		if how.again == "" && how.back == nil { // who asks for it gets it, however small
			m.Amount = money.KES(p.facts.Total)
		}
		if how.back != nil {
			key, args := how.back.says(p.facts.Lang)
			m.Words, m.Args = "paper.back.receipt", append(slices.Clip(m.Args), "Back", words.Text(p.facts.Lang, key, args...))
		}
		all = append(all, m)
	}
	return all, nil
}

// key names a message: one for each paper and address, once; again makes it another.
func (s *Service) key(p Paper, c notify.Channel, address, again string) string {
	return strings.TrimSpace(about(p.ID) + " " + string(c) + " " + s.Keys.Lookup("papers.address", address)[:16] + " " + again)
}

// about is the word that keys of messages about a paper begin with.
func about(paperID int64) string { return "paper:" + idText(paperID) }
