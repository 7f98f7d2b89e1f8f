package app

import (
	"context"
	"slices"

	"mtandao/billing/customers"
	"mtandao/internal/notify"
	"mtandao/internal/support"
	"mtandao/internal/words"
)

// demoTicket is a matter of the demo: of the customer with a phone, or of a phone that is nobody's.
type demoTicket struct {
	phone, site                string
	subject, text              string
	category                   string
	priority                   support.Priority
	how                        support.How
	owner, note, answer, reply string
	then                       support.State
	complaint                  bool
}

var demoTickets = []demoTicket{
	{phone: "0722 410 233", subject: "No internet since the rain last night", text: "The small light on the white box is red. She tried switching it off and on twice.", category: "offline", priority: support.High, how: support.ByPhone,
		owner: demoMember, note: "The splice at Sunrise Court was wet in April, too. Take the closure along."},
	{phone: "0733 118 904", subject: "Slow every evening after eight", text: "Films stop to load from eight to ten. In the morning all is well.", category: "slow", priority: support.Normal, how: support.ByEmail,
		owner: demoMember, answer: "We have moved your line to another sector this afternoon. Please tell us tonight whether it is better.", then: support.Waiting},
	{phone: "0711 245 980", subject: "Charged for November twice", text: "The bill says 8,500 twice and she has paid once already. She complained in writing.", category: "bill", priority: support.High, how: support.ByEmail, complaint: true},
	{phone: "0728 450 991", subject: "Nimelipa lakini bado sina intaneti", text: "Alilipa asubuhi saa mbili, ujumbe wa M-Pesa anao.", category: "payment", priority: support.Urgent, how: support.ByPhone},
	{phone: "0721 776 540", subject: "A second access point for the garden", text: "They have a wedding on the 12th and want Wi-Fi as far as the tents.", category: "installation", priority: support.Low, how: support.ByPhone, owner: demoMember},
	{phone: "0798 221 645", subject: "Password of the Wi-Fi forgotten", text: "Her son changed it and is back at school.", category: "other", priority: support.Normal, how: support.ByPhone,
		owner: demoMember, answer: "Nenosiri jipya ni lile ulilochagua kwenye simu. Lihifadhi mahali salama.", reply: "Asante, inafanya kazi.", then: support.Solved},
	{phone: "0706 118 377", site: "ngong", subject: "The voucher says that it was used", text: "Bought at the market this morning, the paper is with him and the silver was whole.", category: "voucher", priority: support.Normal, how: support.ByPhone},
}

var demoAnswers = []support.Canned{
	{Name: "Cable cut", Texts: map[words.Lang]string{words.English: "Hello {name}, a cable near you is cut. Our people are on the way, and we tell you when it works. Your ticket: {reference}.",
		words.Swahili: "Habari {name}, waya karibu nawe umekatika. Mafundi wako njiani, nasi tutakuambia ukirudi kufanya kazi. Tiketi yako: {reference}."}},
	{Name: "Paid and offline", Texts: map[words.Lang]string{words.English: "Hello {name}, your payment has arrived and you are online again. If not, switch the router off and on once, or call {phone}.",
		words.Swahili: "Habari {name}, malipo yako yamefika na uko mtandaoni tena. Kama sivyo, zima na uwashe ruta mara moja, au piga {phone}."}},
	{Name: "Slow in the evening", Texts: map[words.Lang]string{words.English: "Hello {name}, we are looking at your line between eight and ten this evening, and write to you tomorrow.",
		words.Swahili: "Habari {name}, tutaangalia laini yako leo kati ya saa mbili na saa nne usiku, na kukuandikia kesho."}},
}

// seedTickets makes the demo's tickets and canned answers, once.
func (s *Stage) seedTickets(ctx context.Context) error {
	m, by := s.Main, support.By{Actor: "demo"}
	if there, err := m.Tickets.Canned(ctx); err != nil || len(there) > 0 {
		return err
	}
	for _, d := range demoTickets {
		if err := s.seedTicket(ctx, d); err != nil {
			return err
		}
	}
	for _, c := range demoAnswers {
		if _, err := m.Tickets.SaveCanned(ctx, c, by); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) seedTicket(ctx context.Context, d demoTicket) error {
	m := s.Main
	o := support.Opening{Ticket: support.Ticket{Subject: d.subject, Category: d.category, Priority: d.priority, How: d.how, Complaint: d.complaint}, Text: d.text, Request: "demo " + d.phone}
	c, err := m.Customers.FindNow(ctx, d.phone)
	if err == nil {
		o.CustomerID = c.ID
	} else {
		o.Contact, o.SiteID = customers.Contact{Kind: customers.ByPhone, Value: d.phone}, s.seeded.sites[d.site].ID
	}
	t, err := m.Tickets.Open(ctx, o, support.By{Actor: demoMember})
	if err != nil || d.owner == "" {
		return err
	}
	owner := support.By{Actor: d.owner}
	steps := []func() error{func() error { return m.Tickets.Take(ctx, t.ID, owner) }}
	if d.note != "" {
		steps = append(steps, func() error { return m.Tickets.Note(ctx, support.Act{TicketID: t.ID}, d.note, owner) })
	}
	if d.answer != "" {
		steps = append(steps, func() error {
			return m.Tickets.Answer(ctx, support.Answer{Act: support.Act{TicketID: t.ID}, Text: d.answer, Channel: notify.SMS, Then: support.Waiting}, owner)
		})
	}
	if d.reply != "" {
		steps = append(steps, func() error { return m.Tickets.Hear(ctx, support.Act{TicketID: t.ID}, d.reply, support.ByPhone, owner) },
			func() error { return m.Tickets.Turn(ctx, support.Act{TicketID: t.ID}, d.then, owner) })
	}
	for step := range slices.Values(steps) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
