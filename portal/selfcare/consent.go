package selfcare

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/prompts"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/pace"
)

// consents are what may be sent to each contact, and whether a phone is asked for money by itself.
type consents struct {
	Contacts []consented
	Auto     string // the phone that is asked by itself; empty: none
	Phone    string // as it stands in the form
}

type consented struct {
	Kind, Value, Name string
	Classes           []consentClass
}

type consentClass struct {
	Class, Says string
	Given       bool
}

var channels = map[customers.ContactKind]notify.Channel{customers.ByPhone: notify.SMS, customers.ByEmail: notify.Email}

func (f *Face) consents(q *request) error {
	p := q.page("my.consent.title")
	p.Consents = &consents{Phone: q.typed("phone")}
	contacts, err := f.Desk.Contacts(q.ctx, q.who.ID)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		may, err := f.Desk.Consents(q.ctx, channels[c.Kind], c.Value)
		if fault.Is(err, fault.Invalid) { // no message reaches it
			continue
		}
		if err != nil {
			return err
		}
		one := consented{Kind: string(c.Kind), Value: c.Value, Name: c.Shown()}
		for _, class := range []notify.Class{notify.Services, notify.Offers} {
			one.Classes = append(one.Classes, consentClass{string(class), q.wording(class), may[class]})
		}
		p.Consents.Contacts = append(p.Consents.Contacts, one)
		if c.Kind == customers.ByPhone && p.Consents.Phone == "" && q.failed == nil {
			p.Consents.Phone = customers.Phone(c.Value).Local()
		}
	}
	agreed, err := f.Prompts.Agreed(q.ctx, q.who.ID)
	if err != nil {
		return err
	}
	if agreed != nil {
		p.Consents.Auto = agreed.Phone.Masked()
	}
	return q.send("consent", p)
}

// wording is what somebody agrees to.
func (q *request) wording(c notify.Class) string {
	if c == notify.Offers {
		return q.T("my.consent.offers")
	}
	return q.T("my.consent.service")
}

// consent keeps the customer's word about one of their own contacts.
func (f *Face) consent(q *request) error {
	contacts, err := f.Desk.Contacts(q.ctx, q.who.ID)
	if err != nil {
		return err
	}
	class := notify.Class(q.typed("class"))
	for _, c := range contacts {
		if string(c.Kind) != q.typed("kind") || c.Value != q.typed("to") || class != notify.Services && class != notify.Offers {
			continue
		}
		err := f.Desk.Record(q.ctx, notify.Consent{Channel: channels[c.Kind], To: c.Value, Class: class, Given: q.typed("given") == "1", Wording: q.wording(class), From: "portal"})
		if err != nil {
			return err
		}
		return q.done("saved", "/consent")
	}
	return fault.New(fault.Invalid, "message.consent")
}

// autoPay keeps, or takes back, the customer's word that a phone is asked by itself on the day.
func (f *Face) autoPay(q *request) (err error) {
	by := prompts.By{Actor: "customer " + q.who.Number, From: q.visit().Address.String()}
	done := "auto_on"
	if q.typed("stop") != "" {
		done = "auto_off"
		_, err = f.Prompts.Withdraw(q.ctx, q.who.ID, by)
	} else {
		_, err = f.Prompts.Agree(q.ctx, q.who.ID, q.typed("phone"), q.who.Name, by)
	}
	if err != nil {
		return err
	}
	return q.done(done, "/consent")
}

func (f *Face) askData(q *request) error {
	if err := q.proved("data"); err != nil {
		return err
	}
	return q.send("data", q.page("my.data.title"))
}

// data is all that is stored of the customer, as a file.
func (f *Face) data(q *request) error {
	if err := q.proved("data"); err != nil {
		return err
	}
	if f.files.Take(pace.Network(q.visit().Address), 3) > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	file, err := f.Desk.Export(q.ctx, q.who, q.visit().Address.String())
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderContentType, "application/json")
	q.Set(fiber.HeaderContentDisposition, `attachment; filename="`+q.who.Number+`.json"`)
	q.Set(fiber.HeaderCacheControl, "no-store")
	q.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return q.Send(file)
}
