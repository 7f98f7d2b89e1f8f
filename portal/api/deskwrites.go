package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/support"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// Cutter ends sessions, and tells the trail who did.
type Cutter interface {
	CutOff(ctx context.Context, o radius.Online, by apikeys.By) error
}

var noTime time.Time

type ticketWish struct {
	CustomerID string       `json:"customer_id" doc:"Empty: of somebody who is no customer, at contact."`
	Contact    *contactWish `json:"contact" doc:"Where they are answered, when it is not where the customer is reached."`
	SiteID     string       `json:"site_id" doc:"Of who is no customer; of a key that has sites: one of them."`
	Subject    string       `json:"subject" must:"true"`
	Text       string       `json:"text" must:"true"`
	Category   string       `json:"category" must:"true" enum:"offline slow payment bill voucher installation other"`
	Priority   string       `json:"priority" enum:"urgent high normal low" doc:"Normal when it is not said."`
	How        string       `json:"how" enum:"phone email portal staff" doc:"By which way it came; portal when it is not said."`
	Tell       bool         `json:"tell" doc:"The customer is told the reference."`
}

type answerWish struct {
	Text    string `json:"text" must:"true"`
	Channel string `json:"channel" enum:"sms email" doc:"Empty: they were told already, and nothing is sent."`
	State   string `json:"state" enum:"open waiting solved closed" doc:"After the answer; empty: as it is."`
	Version string `json:"version" doc:"Of the ticket as you read it; empty: whatever it is."`
}

type batchWish struct {
	PlanID      string `json:"plan_id" must:"true"`
	SiteID      string `json:"site_id" doc:"Empty: every site; of a key that has sites: one of them."`
	Size        int64  `json:"size" must:"true" doc:"1 to 100000."`
	PriceCents  int64  `json:"price_cents" doc:"The plan's when it is not said."`
	Digits      bool   `json:"digits" doc:"Codes of digits alone."`
	Random      int64  `json:"random" doc:"Random symbols of a code; as many as are safe when it is not said."`
	Prefix      string `json:"prefix"`
	Live        bool   `json:"live" doc:"They may be used without being signed out."`
	UnsoldUntil string `json:"unsold_until" doc:"When unsold ones expire, RFC 3339; empty: never."`
	UnusedDays  int64  `json:"unused_days" doc:"For how many days after its sale one may be used; for good when it is not said."`
}

type sessionEnd struct {
	SessionID string `json:"session_id"`
	State     string `json:"state" enum:"ending over"`
}

var ticketAt = map[string]string{"ticket.subject": "subject", "ticket.text": "text", "ticket.category": "category", "ticket.who": "customer_id", "ticket.unreached": "tell", "ticket.contact": "contact", "customer.merged": "customer_id",
	"ticket.channel": "channel", "message.long": "text", "ticket.turn": "state", "ticket.changed": "version", "phone.empty": "contact", "phone.short": "contact", "phone.long": "contact", "phone.foreign": "contact",
	"phone.letters": "contact", "customer.email": "contact"}

var batchAt = map[string]string{"voucher.size": "size", "voucher.odds": "random", "voucher.style": "random", "voucher.expiry": "unsold_until", "voucher.price": "price_cents", "voucher.not_sold": "plan_id",
	"voucher.no_plan_chosen": "plan_id", "voucher.not_everywhere": "site_id", "site.is_closed": "site_id"}

func (a *API) deskWrites() []operation {
	return []operation{
		{method: fiber.MethodPost, path: "/tickets", id: "createTicket", tag: "tickets", scope: apikeys.TicketsWrite, answer: ticketRecord{}, summary: "Open a ticket",
			deed: &deed{asks: ticketWish{}, status: http.StatusCreated, object: "ticket", fields: ticketAt, do: a.openTicket, look: a.lookTicket}},
		{method: fiber.MethodPost, path: "/tickets/{id}/answers", id: "answerTicket", tag: "tickets", scope: apikeys.TicketsWrite, answer: ticketRecord{}, summary: "Answer a ticket; one that nobody has is the key's then",
			deed: &deed{asks: answerWish{}, status: http.StatusOK, object: "ticket", fields: ticketAt, do: a.answerTicket, look: a.lookTicket}},
		{method: fiber.MethodPost, path: "/voucher-batches", id: "createVoucherBatch", tag: "vouchers", scope: apikeys.VouchersWrite, answer: batchRecord{}, summary: "Have a batch of vouchers made",
			deed: &deed{asks: batchWish{}, status: http.StatusCreated, object: "vouchers", fields: batchAt, do: a.placeBatch, look: a.lookBatch}},
		{method: fiber.MethodPost, path: "/sessions/{id}/disconnect", id: "disconnectSession", tag: "sessions", scope: apikeys.SessionsWrite, answer: sessionEnd{}, summary: "Have a session ended by its router",
			deed: &deed{status: http.StatusOK, object: "session", do: a.cutOff, look: a.lookCutOff}},
	}
}

func idText(typed string) (int64, error) { return strconv.ParseInt(typed, 10, 64) }

func (a *API) lookTicket(q *call, made string) (any, error) {
	id, err := idText(made)
	if err != nil {
		return nil, err
	}
	t, err := a.Tickets.Get(q.ctx, id)
	if err != nil {
		return nil, err
	}
	return a.ticketRecord(q, t)
}

// whose is the customer of an id that was sent, whom the key reaches.
func (q *call) whose(typed string) (c customers.Customer, err error) {
	id, err := idText(typed)
	if err == nil {
		c, err = q.api.Customers.Get(q.ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return c, err
		}
	}
	if err != nil || !q.key.Sees(c.SiteID) {
		return c, atField("customer_id", "customer.unknown")
	}
	return c, nil
}

func (a *API) openTicket(q *call) (string, error) {
	w := q.asked.(*ticketWish)
	o := support.Opening{Ticket: support.Ticket{Subject: w.Subject, Category: w.Category, Priority: support.Priority(w.Priority), How: support.How(w.How)}, Text: w.Text, Request: q.once, Tell: w.Tell}
	if o.Priority == "" {
		o.Priority = support.Normal
	}
	if o.How == "" {
		o.How = support.ByPortal
	}
	if w.Contact != nil {
		o.Contact = contactsOf([]contactWish{*w.Contact})[0]
	}
	if w.CustomerID != "" {
		c, err := q.whose(w.CustomerID)
		if err != nil {
			return "", err
		}
		o.CustomerID = c.ID
	} else {
		site, err := q.siteNamed(w.SiteID)
		if err != nil {
			return "", err
		}
		o.SiteID = site
	}
	t, err := a.Tickets.Open(q.ctx, o, q.ticketBy())
	return text(t.ID), err
}

func (q *call) ticketBy() support.By { return support.By{Actor: q.key.Actor(), From: q.from()} }

func (a *API) answerTicket(q *call) (string, error) {
	w := q.asked.(*answerWish)
	t, err := q.ticketOf()
	if err != nil {
		return "", err
	}
	act := support.Act{TicketID: t.ID, Request: q.once}
	if w.Version != "" {
		if act.Seen, err = idText(w.Version); err != nil || act.Seen == 0 {
			return "", fault.New(fault.Conflict, "conflict")
		}
	}
	return text(t.ID), a.Tickets.Answer(q.ctx, support.Answer{Act: act, Text: w.Text, Channel: notify.Channel(w.Channel), Then: support.State(w.State)}, q.ticketBy())
}

func (a *API) lookBatch(q *call, made string) (any, error) {
	id, err := idText(made)
	if err != nil {
		return nil, err
	}
	b, err := a.Vouchers.Batch(q.ctx, id)
	if err != nil {
		return nil, err
	}
	return a.batchRecord(q, b)
}

func (a *API) placeBatch(q *call) (string, error) {
	w := q.asked.(*batchWish)
	planID, err := idText(w.PlanID)
	if err != nil {
		return "", atField("plan_id", "api.plan")
	}
	p, err := a.Plans.Get(q.ctx, planID)
	if fault.Is(err, fault.NotFound) || err == nil && !q.sells(p) {
		return "", atField("plan_id", "api.plan")
	}
	if err != nil {
		return "", err
	}
	const most = 1_000_000 // more than anything here may be
	if w.Size > most || w.Random < 0 || w.Random > most || w.UnusedDays < 0 || w.UnusedDays > most {
		return "", fault.New(fault.Invalid, "voucher.number")
	}
	wish := vouchers.Wish{PlanID: planID, Size: int(w.Size), Style: access.CodeStyle{Random: int(w.Random), Digits: w.Digits, Prefix: access.FoldCode(w.Prefix)}, Live: w.Live,
		UnusedFor: vouchers.Days(w.UnusedDays)}
	if wish.SiteID, err = q.siteNamed(w.SiteID); err != nil {
		return "", err
	}
	if w.PriceCents != 0 {
		wish.Price = money.KES(w.PriceCents)
	}
	if w.UnsoldUntil != "" {
		if wish.UnsoldUntil, err = time.Parse(time.RFC3339, w.UnsoldUntil); err != nil {
			return "", atField("unsold_until", "voucher.expiry")
		}
	}
	b, err := a.Vouchers.Place(q.ctx, wish, vouchers.By{Actor: q.key.Actor(), From: q.from()})
	return text(b.ID), err
}

func (a *API) cutOff(q *call) (string, error) {
	s, err := q.sessionOf()
	if err != nil {
		return "", err
	}
	return text(s.ID), a.Cutter.CutOff(q.ctx, s, apikeys.By{Actor: q.key.Actor(), From: q.from()})
}

func (a *API) lookCutOff(q *call, made string) (any, error) {
	id, err := idText(made)
	if err != nil {
		return nil, err
	}
	_, err = a.Network.OpenSession(q.ctx, id)
	if fault.Is(err, fault.NotFound) {
		return sessionEnd{made, "over"}, nil
	}
	return sessionEnd{made, "ending"}, err
}
