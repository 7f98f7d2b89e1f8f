package backoffice

import (
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/radius"
	"mtandao/radius/access"
)

func orderState(f *frame, s billing.OrderState) stateView {
	tone := "warn"
	if s == billing.OrderPaid {
		tone = "good"
	}
	return stateView{tone, f.T("office.order." + string(s))}
}

func paymentState(f *frame, s billing.PaymentState) stateView {
	tone := "warn"
	switch s {
	case billing.PaymentPaid:
		tone = "good"
	case billing.PaymentFailed:
		tone = "bad"
	case billing.PaymentExpired:
		tone = ""
	}
	return stateView{tone, f.T("office.payment." + string(s))}
}

func placedState(f *frame, placed string) stateView {
	tone := ""
	switch placed {
	case billing.PlacedOrder:
		tone = "good"
	case billing.PlacedSuspense:
		tone = "warn"
	}
	return stateView{tone, f.T("office.placed." + placed)}
}

func grantState(f *frame, s access.State) stateView {
	tone := ""
	switch s {
	case access.Active:
		tone = "good"
	case access.Suspended:
		tone = "bad"
	case access.Dormant:
		tone = "warn"
	}
	return stateView{tone, f.T("office.grant." + string(s))}
}

func enforcementState(f *frame, s string) stateView {
	tone := "warn"
	switch s {
	case radius.Done:
		tone = "good"
	case radius.GivenUp:
		tone = "bad"
	}
	return stateView{tone, f.T("office.enforcement." + s)}
}

// shownPayer hides the middle of a number; what the rail has hidden itself is shown as it is, a hash not at all.
func shownPayer(payer string) string {
	switch {
	case len(payer) == 64: // a hash
		return ""
	case len(payer) >= 9 && !strings.ContainsAny(payer, "*•"):
		return payer[:len(payer)-6] + "***" + payer[len(payer)-3:]
	}
	return payer
}

// when is an instant in the provider's time, as short as it can be: the time today, the day in this year, else the date.
func (b *Backoffice) when(f *frame, at time.Time) string { return moment(f, at, b.Clock.Now(), b.Zone) }

func moment(f *frame, at, now time.Time, zone *time.Location) string {
	if at.IsZero() {
		return "–"
	}
	at, now = at.In(zone), now.In(zone)
	months := strings.Fields(f.T("guest.months"))
	day := at.Format("2 ") + months[at.Month()-1]
	switch {
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return at.Format("15:04:05")
	case at.Year() == now.Year():
		return day + ", " + at.Format("15:04")
	}
	return day + " " + at.Format("2006, 15:04")
}
