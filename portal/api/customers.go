package api

import (
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
)

type customerView struct {
	ID         string `json:"id"`
	Number     string `json:"number" doc:"The account number, seven digits."`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	State      string `json:"state"`
	MergedInto string `json:"merged_into" doc:"The id of who answers for a merged customer; else empty."`
	Segment    string `json:"segment"`
	SiteID     string `json:"site_id" doc:"Empty: of no site."`
	Language   string `json:"language"`
	BillDay    int64  `json:"bill_day" doc:"The day of the month of the bill; in a month without it, its last."`
	BillWeek   int64  `json:"bill_weekday" doc:"The day of the week on which weekly plans are billed, 1 for Monday to 7; 0: the day of the line's beginning."`
	CreatedAt  string `json:"created_at" format:"date-time"`
	Version    string `json:"version" doc:"Changes with the customer."`
}

type contactView struct {
	Kind      string `json:"kind"`
	Value     string `json:"value"`
	Person    string `json:"person"`
	ForBills  bool   `json:"for_bills"`
	ForAlerts bool   `json:"for_alerts"`
}

type addressView struct {
	Kind     string `json:"kind"`
	Line     string `json:"line"`
	Area     string `json:"area"`
	Landmark string `json:"landmark"`
}

type customerRecord struct {
	customerView
	Contacts  []contactView `json:"contacts"`
	Addresses []addressView `json:"addresses"`
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func viewCustomer(c customers.Customer) customerView {
	return customerView{ID: text(c.ID), Number: c.Number, Kind: string(c.Kind), Name: c.Name, State: string(c.State), MergedInto: text(c.MergedInto), Segment: string(c.Segment), SiteID: text(c.SiteID),
		Language: string(c.Lang), BillDay: int64(c.BillDay), BillWeek: int64(c.BillWeekday), CreatedAt: stamp(c.CreatedAt), Version: text(c.Version)}
}

// afterMark is how a cursor of names begins; any other is an id.
const afterMark = "after "

func (a *API) listCustomers(q *call) (any, error) {
	place, err := q.place()
	if err != nil {
		return nil, err
	}
	f := customers.Filter{Typed: strings.TrimSpace(q.Query("q")), Tag: q.Query("tag"), Sites: q.key.Sites}
	if len(f.Typed) > mostListed {
		return nil, fault.New(fault.Invalid, "api.parameter", "Name", "q")
	}
	if after, ok := strings.CutPrefix(place, afterMark); ok {
		f.After = after
	} else if f.Before, f.Limit, err = q.before(); err != nil {
		return nil, err
	}
	if f.Limit, err = q.limit(); err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	segment, err := q.oneOf("segment")
	if err != nil {
		return nil, err
	}
	f.State, f.Segment = customers.State(state), customers.Segment(segment)
	found, err := a.Customers.List(q.ctx, f)
	if err != nil {
		return nil, err
	}
	out := page(q, found.Customers, f.Limit, func(c customers.Customer) int64 { return c.ID }, viewCustomer)
	switch {
	case found.Older != 0:
		out.Next = q.cursor(text(found.Older))
	case found.Next != "":
		out.Next = q.cursor(afterMark + found.Next)
	}
	return out, nil
}

// customerOf is the customer of the address, whom the key reaches.
func (q *call) customerOf() (c customers.Customer, err error) {
	id, err := q.idOf()
	if err == nil {
		c, err = q.api.Customers.Get(q.ctx, id)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(c.SiteID) {
		err = gone()
	}
	return c, err
}

func (a *API) getCustomer(q *call) (any, error) {
	c, err := q.customerOf()
	if err != nil {
		return nil, err
	}
	return a.customerRecord(q, c)
}

func (a *API) customerRecord(q *call, c customers.Customer) (any, error) {
	out := customerRecord{customerView: viewCustomer(c), Contacts: []contactView{}, Addresses: []addressView{}}
	contacts, err := a.Customers.Contacts(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range contacts {
		out.Contacts = append(out.Contacts, contactView{string(one.Kind), one.Value, one.Person, one.ForBills, one.ForAlerts})
	}
	addresses, err := a.Customers.Addresses(q.ctx, c.ID)
	for _, one := range addresses {
		out.Addresses = append(out.Addresses, addressView{string(one.Kind), one.Line, one.Area, one.Landmark})
	}
	return out, err
}
