package backoffice

import (
	"strconv"
	"strings"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/portal/web"
)

// eventMore tells what an event says, in a line.
func (b *Backoffice) eventMore(f *frame, e subscriptions.Event, names map[string]string) string {
	said := e.Said
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if said.Sold != nil {
		add(names[said.Sold.PlanKey])
		add(said.Sold.Level)
	}
	if said.Place != nil {
		add(b.siteName(said.Place.SiteID))
		add(said.Place.Installed)
	}
	if said.Login != nil {
		add(said.Login.Name)
		add(said.Login.Own.IPv4)
	}
	if said.Paid != nil && said.Paid.To.IsZero() {
		add(said.Paid.Interval.Words(f.Lang))
	} else if said.Paid != nil {
		add(f.T("office.line.elsewhere", "When", b.planWhen(f, said.Paid.To)))
	}
	if said.AddOn != nil {
		add(said.AddOn.Name(f.Lang))
	}
	if said.Given != nil {
		add(discountText(f, said.Given.Discount))
		add(said.Given.Coupon + said.Given.Reason)
	}
	if said.Contract != nil && !said.Contract.Until.IsZero() {
		add(f.T("office.line.contract_says", "When", b.planWhen(f, said.Contract.Until), "Fee", said.Contract.Fee.String()))
	}
	if said.Equipment != nil {
		add(said.Equipment.Name + " " + said.Equipment.Serial)
	}
	if said.Days != 0 {
		add(f.T("interval.day", "Count", strconv.Itoa(said.Days)))
	}
	if said.Minutes != 0 {
		add(web.Span(f.Lang, time.Duration(said.Minutes)*time.Minute))
	}
	add(said.Key)
	add(said.Reason)
	return strings.Join(parts, " · ")
}

func eventAmount(e subscriptions.Event) string {
	switch {
	case e.Said.Paid != nil && !e.Said.Paid.To.IsZero(): // elsewhere
		return ""
	case e.Said.Paid != nil:
		return e.Said.Paid.Amount.String()
	case e.Said.Amount != nil:
		return e.Said.Amount.String()
	}
	return ""
}
