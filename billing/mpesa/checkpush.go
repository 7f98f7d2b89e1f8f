package mpesa

import (
	"net/url"
	"regexp"
	"strings"

	"mtandao/billing"
	"mtandao/internal/money"
)

const (
	leastShillings  = 1
	mostShillings   = 250_000
	mostDescription = 13
)

var (
	phoneForm     = regexp.MustCompile(`^254[71][0-9]{8}$`)
	referenceForm = regexp.MustCompile(`^[A-Za-z0-9]{1,12}$`)
	printable     = regexp.MustCompile(`^[ -~]*$`)
)

// checkPush refuses what the rail would refuse, or worse, take for something else (reference/mpesa.md §3).
func checkPush(t billing.Till, p billing.Push) *billing.Refused {
	if bad := checkAmount(p.Amount); bad != nil {
		return bad
	}
	checks := []struct {
		ok     bool
		reason billing.Reason
		what   string
	}{
		{phoneForm.MatchString(string(p.Phone)), billing.ReasonPushFailed, "phone number"},
		{referenceForm.MatchString(p.Reference), billing.ReasonMerchantFault, "reference"},
		{len(p.Description) <= mostDescription && printable.MatchString(p.Description), billing.ReasonMerchantFault, "description"},
		{allowedURL(p.CallbackURL), billing.ReasonMerchantFault, "callback address"},
		{shortCodeForm.MatchString(business(t)), billing.ReasonMerchantFault, "short code"},
		{t.Type != billing.TillBuyGoods || shortCodeForm.MatchString(t.PartyB), billing.ReasonMerchantFault, "till number"},
		{t.Type == billing.TillBuyGoods || t.Type == billing.TillPaybill, billing.ReasonMerchantFault, "till type"},
		{t.Passkey != "", billing.ReasonMerchantFault, "passkey"},
	}
	for _, c := range checks {
		if !c.ok {
			return &billing.Refused{Reason: c.reason, Message: "not sent: " + c.what}
		}
	}
	return nil
}

// checkAmount: whole shillings from 1 to 250,000.
func checkAmount(a money.Amount) *billing.Refused {
	shillings, whole := a.WholeShillings()
	switch {
	case a.Currency != money.Shilling || !whole:
		return &billing.Refused{Reason: billing.ReasonMerchantFault, Message: "not sent: amount in whole shillings"}
	case shillings < leastShillings:
		return &billing.Refused{Reason: billing.ReasonTooSmall, Message: "not sent: amount too small"}
	case shillings > mostShillings:
		return &billing.Refused{Reason: billing.ReasonTooLarge, Message: "not sent: amount too large"}
	}
	return nil
}

// forbiddenWords may stand nowhere in an address given to the rail, in any case ("exec" is covered by "exe").
var forbiddenWords = []string{"mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query"}

// AllowedAddress says that the rail would call us at this address.
func AllowedAddress(address string) bool { return allowedURL(address) }

// allowedURL applies the rail's rules for addresses that it calls (reference/mpesa.md §6). Plain HTTP is for the sandbox;
// the program refuses it in production when it starts.
func allowedURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return false
	}
	if u.Host != strings.ToLower(u.Host) {
		return false
	}
	lower := strings.ToLower(address)
	for _, word := range forbiddenWords {
		if strings.Contains(lower, word) {
			return false
		}
	}
	return true
}
