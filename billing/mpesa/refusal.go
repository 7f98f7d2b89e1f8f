package mpesa

import (
	"errors"
	"strings"

	"mtandao/billing"
)

// meaning is one reason under a code and words of its message; "" matches any.
type meaning struct {
	code, words string
	reason      billing.Reason
}

// refusals are the errors that say for certain that nobody was prompted. 500.001.1001 alone says nothing, so each of its
// messages stands here by itself; 500.003.02 "System is busy" and 500.003.1001 are absent on purpose: a prompt may be out.
var refusals = []meaning{
	{"500.001.1001", "unable to lock subscriber", billing.ReasonPhoneBusy},
	{"500.001.1001", "merchant does not exist", billing.ReasonMerchantFault},
	{"500.001.1001", "wrong credentials", billing.ReasonMerchantFault},
	{"", "apiproduct", billing.ReasonMerchantFault},
}

// refusal classifies an answer; nil when it leaves in doubt whether the call was accepted.
func refusal(a answer) *billing.Refused {
	refused := func(r billing.Reason) *billing.Refused {
		return &billing.Refused{Reason: r, Code: a.code, Message: a.message}
	}
	for _, m := range refusals {
		if (m.code == "" || m.code == a.code) && a.says(m.words) {
			return refused(m.reason)
		}
	}
	switch {
	case a.throttled():
		return refused(billing.ReasonRailBusy)
	case a.badToken(): // twice in a row: somebody else mints for the same app, or the rail is out of order
		return refused(billing.ReasonRailDown)
	case a.refuses() && a.status >= 400 && a.status < 500:
		return refused(invalidField(a))
	}
	return nil
}

// invalidField blames the number when the rail named it, and else how the till is set up.
func invalidField(a answer) billing.Reason {
	if a.says("phonenumber") || a.says("partya") {
		return billing.ReasonPushFailed
	}
	return billing.ReasonMerchantFault
}

// pushError is the error of a push that got no answer: *billing.Refused only when nothing left.
func pushError(err error) error {
	var never *unsent
	if !errors.As(err, &never) {
		return failed(err)
	}
	var noToken *refusedToken
	if errors.As(err, &noToken) {
		return tokenRefusal(noToken.answer)
	}
	return &billing.Refused{Reason: billing.ReasonRailDown, Message: scrub(never.cause.Error())}
}

// tokenRefusal: a wrong key or secret is a fault of the till; anything else is the rail's bad day.
func tokenRefusal(a answer) *billing.Refused {
	r := &billing.Refused{Reason: billing.ReasonRailDown, Code: a.code, Message: "no token: " + a.message}
	switch {
	case a.throttled():
		r.Reason = billing.ReasonRailBusy
	case strings.HasPrefix(a.code, "400.008."), a.notEnabled(), a.status == 401:
		r.Reason = billing.ReasonMerchantFault
	}
	return r
}
