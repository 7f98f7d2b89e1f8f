package backoffice

import (
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/radius"
	"mtandao/radius/access"
)

// toned is a state in words, with the tone that it has among these; any other has none.
func toned[S ~string](f *frame, words string, state S, tones map[S]string) stateView {
	return stateView{tones[state], f.T(words + string(state))}
}

func orderState(f *frame, s billing.OrderState) stateView {
	return toned(f, "office.order.", s, map[billing.OrderState]string{billing.OrderPlaced: "warn", billing.OrderPaid: "good"})
}

func paymentState(f *frame, s billing.PaymentState) stateView {
	return toned(f, "office.payment.", s, map[billing.PaymentState]string{billing.PaymentCreated: "warn", billing.PaymentSending: "warn", billing.PaymentSent: "warn",
		billing.PaymentUnknown: "warn", billing.PaymentPaid: "good", billing.PaymentFailed: "bad"})
}

func placedState(f *frame, placed string) stateView {
	return toned(f, "office.placed.", placed, map[string]string{billing.PlacedOrder: "good", billing.PlacedSuspense: "warn"})
}

func grantState(f *frame, s access.State) stateView {
	return toned(f, "office.grant.", s, map[access.State]string{access.Active: "good", access.Suspended: "bad", access.Dormant: "warn"})
}

func enforcementState(f *frame, s string) stateView {
	return toned(f, "office.enforcement.", s, map[string]string{radius.Outstanding: "warn", radius.Done: "good", radius.GivenUp: "bad"})
}

// shownPayer hides the middle of a number; what the rail has hidden itself is shown as it is, a hash not at all.
func shownPayer(payer string) string {
	if phone, err := customers.ParsePhone(payer); err == nil {
		return phone.Masked()
	}
	if len(payer) == 64 { // a hash
		return ""
	}
	return payer
}

// when is an instant in the provider's time, as short as it can be: the time today, the day in this year, else the date.
func (b *Backoffice) when(f *frame, at time.Time) string { return moment(f, at, b.Clock.Now(), b.Zone) }

// planWhen is an instant of the plan clock, which a demo runs faster than the machine's.
func (b *Backoffice) planWhen(f *frame, at time.Time) string {
	return moment(f, at, b.PlanClock.Now(), b.Zone)
}

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

func secondsOf(n int64) time.Duration { return time.Duration(n) * time.Second }
