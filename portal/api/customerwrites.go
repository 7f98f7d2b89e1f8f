package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

type contactWish struct {
	Kind      string `json:"kind" must:"true" enum:"phone email"`
	Value     string `json:"value" must:"true" doc:"A number such as 0712345678, or an e-mail address."`
	Person    string `json:"person" doc:"Whose it is; empty: the customer's own."`
	ForBills  bool   `json:"for_bills"`
	ForAlerts bool   `json:"for_alerts"`
}

type addressWish struct {
	Kind     string `json:"kind" must:"true" enum:"premises postal"`
	Line     string `json:"line"`
	Area     string `json:"area"`
	Landmark string `json:"landmark"`
}

type customerWish struct {
	Name      string        `json:"name" must:"true" doc:"At most 120 letters; of a business, as it is registered."`
	Kind      string        `json:"kind" enum:"person business" doc:"A person when it is not said."`
	Segment   string        `json:"segment" enum:"home business high-usage" doc:"By the kind when it is not said."`
	SiteID    string        `json:"site_id" doc:"Of a key that has sites: one of them."`
	Language  string        `json:"language" enum:"en sw"`
	BillDay   int64         `json:"bill_day" doc:"1 to 31, the last of shorter months; 1 when it is not said."`
	BillWeek  int64         `json:"bill_weekday" doc:"Of weekly plans: 1 for Monday to 7; 0, or not said, for the day on which the line begins."`
	Contacts  []contactWish `json:"contacts" doc:"The first phone is theirs."`
	Addresses []addressWish `json:"addresses"`
	Tags      []string      `json:"tags"`
}

type customerChangeWish struct {
	Version   string         `json:"version" must:"true" doc:"Of the customer as you read it: who changed them meanwhile is not written over."`
	Name      *string        `json:"name"`
	Kind      *string        `json:"kind" enum:"person business"`
	Segment   *string        `json:"segment" enum:"home business high-usage"`
	SiteID    *string        `json:"site_id"`
	Language  *string        `json:"language" enum:"en sw"`
	Contacts  *[]contactWish `json:"contacts" doc:"In the place of those that there are."`
	Addresses *[]addressWish `json:"addresses" doc:"In the place of those that there are."`
	Tags      *[]string      `json:"tags" doc:"In the place of those that there are."`
}

// customerAt is at which field a fault of a customer shows.
var customerAt = map[string]string{"customer.name": "name", "customer.kind": "kind", "customer.segment": "segment", "customer.language": "language", "customer.bill_day": "bill_day", "customer.bill_weekday": "bill_weekday",
	"customer.tags": "tags", "customer.address": "addresses", "customer.contacts": "contacts", "customer.contact_person": "contacts", "customer.email": "contacts", "phone.empty": "contacts",
	"phone.short": "contacts", "phone.long": "contacts", "phone.foreign": "contacts", "phone.letters": "contacts", "customer.changed": "version"}

func (a *API) customerWrites() []operation {
	return []operation{
		{method: fiber.MethodPost, path: "/customers", id: "createCustomer", tag: "customers", scope: apikeys.CustomersWrite, answer: customerRecord{}, summary: "Make a customer, with an account number of their own",
			deed: &deed{asks: customerWish{}, status: http.StatusCreated, object: "customer", fields: customerAt, do: a.createCustomer, look: a.lookCustomer}},
		{method: fiber.MethodPatch, path: "/customers/{id}", id: "changeCustomer", tag: "customers", scope: apikeys.CustomersWrite, answer: customerRecord{}, summary: "Change a customer; what is not sent stays",
			deed: &deed{asks: customerChangeWish{}, status: http.StatusOK, object: "customer", fields: customerAt, do: a.changeCustomer, look: a.lookCustomer}},
	}
}

func (a *API) lookCustomer(q *call, made string) (any, error) {
	id, err := strconv.ParseInt(made, 10, 64)
	if err != nil {
		return nil, err
	}
	c, err := a.Customers.Get(q.ctx, id)
	if err != nil {
		return nil, err
	}
	return a.customerRecord(q, c)
}

// siteNamed is the site of an id that was sent, and that the key reaches; 0 of none.
func (q *call) siteNamed(typed string) (int64, error) {
	id, err := strconv.ParseInt(typed, 10, 64)
	if typed == "" {
		id, err = 0, nil
	}
	known := func(s site.Site) bool { return s.ID == id }
	if err != nil || !q.key.Sees(id) || id != 0 && !slices.ContainsFunc(q.api.Sites.Sites(), known) {
		return 0, atField("site_id", "api.site")
	}
	return id, nil
}

func contactsOf(all []contactWish) (typed []customers.Contact) {
	for _, one := range all {
		typed = append(typed, customers.Contact{Kind: customers.ContactKind(one.Kind), Value: one.Value, Person: one.Person, ForBills: one.ForBills, ForAlerts: one.ForAlerts})
	}
	return typed
}

func addressesOf(all []addressWish) (typed []customers.Address) {
	for _, one := range all {
		typed = append(typed, customers.Address{Kind: customers.AddressKind(one.Kind), Line: one.Line, Area: one.Area, Landmark: one.Landmark})
	}
	return typed
}

func (q *call) customerBy() customers.By { return customers.By{Actor: q.key.Actor(), From: q.from()} }

func (a *API) createCustomer(q *call) (string, error) {
	w := q.asked.(*customerWish)
	siteID, err := q.siteNamed(w.SiteID)
	if err != nil {
		return "", err
	}
	p := customers.Profile{Customer: customers.Customer{Name: w.Name, Kind: customers.Kind(w.Kind), Segment: customers.Segment(w.Segment), SiteID: siteID, Lang: words.Lang(w.Language), BillDay: int(w.BillDay), BillWeekday: int(w.BillWeek)},
		Contacts: contactsOf(w.Contacts), Addresses: addressesOf(w.Addresses), Tags: w.Tags}
	c, err := a.Customers.Keep(q.ctx, p, q.customerBy())
	return text(c.ID), err
}

func (a *API) changeCustomer(q *call) (string, error) {
	w := q.asked.(*customerChangeWish)
	c, err := q.customerOf()
	if err != nil {
		return "", err
	}
	p, err := a.profile(q, c)
	if err != nil {
		return "", err
	}
	if w.SiteID != nil {
		if p.SiteID, err = q.siteNamed(*w.SiteID); err != nil {
			return "", err
		}
	}
	if w.Version != text(c.Version) {
		return "", fault.New(fault.Conflict, "customer.changed")
	}
	put(&p.Name, w.Name)
	put(&p.Kind, w.Kind)
	put(&p.Segment, w.Segment)
	put(&p.Lang, w.Language)
	if w.Contacts != nil {
		p.Contacts = contactsOf(*w.Contacts)
	}
	if w.Addresses != nil {
		p.Addresses = a.samePlaces(p.Addresses, addressesOf(*w.Addresses))
	}
	if w.Tags != nil {
		p.Tags = *w.Tags
	}
	c, err = a.Customers.Keep(q.ctx, p, q.customerBy())
	return text(c.ID), err
}

// samePlaces keeps the point on the map of an address that is sent as it was.
func (a *API) samePlaces(had, sent []customers.Address) []customers.Address {
	for n, one := range sent {
		for _, old := range had {
			if old.Kind == one.Kind && old.Line == one.Line && old.Area == one.Area && old.Landmark == one.Landmark {
				sent[n].At = old.At
			}
		}
	}
	return sent
}

func put[T ~string](to *T, sent *string) {
	if sent != nil {
		*to = T(*sent)
	}
}

// profile is all that there is of a customer that a save would drop.
func (a *API) profile(q *call, c customers.Customer) (p customers.Profile, err error) {
	p.Customer = c
	if p.Contacts, err = a.Customers.Contacts(q.ctx, c.ID); err != nil {
		return p, err
	}
	if p.Addresses, err = a.Customers.Addresses(q.ctx, c.ID); err != nil {
		return p, err
	}
	p.Tags, err = a.Customers.Tags(q.ctx, c.ID)
	return p, err
}
