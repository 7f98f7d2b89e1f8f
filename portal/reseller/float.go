package reseller

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers/resellers"
)

// slowAfter is when nobody is told any more to look at the phone.
const slowAfter = time.Minute

// floatPage is how far a prompt for float is.
type floatPage struct {
	frame
	Amount, Phone, Came, Float string
	State                      string // ask, slow, paid, failed
	Why                        string // it failed
	Account, Paybill           string // to pay by hand
}

// buyFloat prompts a phone to pay in float. The same form is one prompt.
func (f *Face) buyFloat(q *request) error {
	amount, err := money.Parse(q.FormValue("amount"), money.Shilling)
	if err == nil {
		var o billing.Order
		if o, err = f.Floats.AskForMoney(q.ctx, billing.MoneyRequest{For: payee(q.seller), Amount: amount, Phone: q.FormValue("phone"),
			SiteID: firstOf(q.seller), Lang: q.lang, Once: q.FormValue("once")}); err == nil {
			return led("/sell/float/" + strconv.FormatInt(o.ID, 10))
		}
	}
	p, e := q.settlePage()
	if e != nil {
		return e
	}
	return q.refuse(err, "settle", p)
}

// payee is a reseller's float.
func payee(r resellers.Reseller) billing.Payee {
	return billing.Payee{Segment: billing.SegmentFloat, ID: r.ID, Number: r.Account()}
}

// firstOf is the site whose till takes a reseller's money; 0: the common one.
func firstOf(r resellers.Reseller) int64 {
	if len(r.Sites) == 0 {
		return 0
	}
	return r.Sites[0]
}

// float shows a prompt of one's own, and looks again by itself while there is no verdict.
func (f *Face) float(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	v, err := f.Floats.MoneyAsked(q.ctx, payee(q.seller), id)
	if fault.Is(err, fault.NotFound) {
		err = notHere()
	}
	if err != nil {
		return err
	}
	p := &floatPage{frame: q.page("sell.float.title"), Amount: v.Order.Price.String(), Phone: v.Order.PhoneMask, Came: v.Came.String(), Float: q.seller.Balance.String(), Account: q.seller.Account()}
	switch {
	case v.Came.IsPositive():
		p.State = "paid"
	case v.Payment.State == billing.PaymentPaid: // the prompt's money has gone elsewhere, as credit of a guest would
		p.State = "slow"
	case v.Payment.State.Final():
		p.State, p.Why = "failed", q.t("guest.fail."+string(v.Payment.Reason), "Phone", p.Phone)
	case v.Payment.State == billing.PaymentUnknown || v.Age > slowAfter:
		p.State = "slow"
		q.Set("Refresh", "15")
	default:
		p.State = "ask"
		q.Set("Refresh", "4")
	}
	if p.Paybill, err = f.paybill(q); err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "float", p)
}

// paybill is the number to which float is paid in by hand; empty: there is none.
func (f *Face) paybill(q *request) (string, error) {
	tills, err := f.Tills.Tills(q.ctx)
	for _, t := range tills {
		if t.Type == billing.TillPaybill && t.State == billing.TillLive {
			return t.ShortCode, err
		}
	}
	return "", err
}
