package mpesa

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"mtandao/billing"
)

const (
	pushPath       = "/mpesa/stkpush/v1/processrequest"
	mostCheckoutID = 100
)

// pushFields are a prompt as Daraja wants it.
type pushFields struct {
	BusinessShortCode, Password, Timestamp string
	TransactionType                        string
	Amount                                 int64
	PartyA, PartyB, PhoneNumber            string
	CallBackURL                            string
	AccountReference, TransactionDesc      string
}

var errPushUnread = errors.New("the answer to a push cannot be read")

// Push prompts the payer. Its fields are checked before anything is sent. *billing.Refused means that nobody was prompted;
// any other error, fault.Unavailable "rail.no_answer", that nobody knows.
func (c *Client) Push(ctx context.Context, t billing.Till, p billing.Push) (billing.Pushed, error) {
	if bad := checkPush(t, p); bad != nil {
		return billing.Pushed{}, bad
	}
	a, err := c.call(ctx, t, pushPath, c.pushFields(t, p), pushTimeout)
	if err != nil {
		return billing.Pushed{}, pushError(err)
	}
	return readPushed(a)
}

func (c *Client) pushFields(t billing.Till, p billing.Push) pushFields {
	shillings, _ := p.Amount.WholeShillings()
	f := pushFields{
		BusinessShortCode: business(t), Timestamp: c.stamp(), TransactionType: "CustomerPayBillOnline", Amount: shillings,
		PartyA: string(p.Phone), PartyB: t.ShortCode, PhoneNumber: string(p.Phone), CallBackURL: p.CallbackURL,
		AccountReference: p.Reference, TransactionDesc: p.Description,
	}
	if t.Type == billing.TillBuyGoods {
		f.TransactionType, f.PartyB = "CustomerBuyGoodsOnline", t.PartyB
	}
	f.Password = password(f.BusinessShortCode, t.Passkey, f.Timestamp)
	return f
}

// business is the short code that the passkey belongs to: a till's is its store number.
func business(t billing.Till) string {
	if t.Type == billing.TillBuyGoods {
		return t.StoreNumber
	}
	return t.ShortCode
}

func password(business, passkey, stamp string) string {
	return base64.StdEncoding.EncodeToString([]byte(business + passkey + stamp))
}

// readPushed: only a whole acceptance is one. A prompt that cannot be asked about later is in doubt.
func readPushed(a answer) (billing.Pushed, error) {
	if r := refusal(a); r != nil {
		return billing.Pushed{}, r
	}
	var reply struct{ MerchantRequestID, CheckoutRequestID, ResponseCode text }
	if a.status != http.StatusOK || a.refuses() {
		return billing.Pushed{}, declined(a)
	}
	if err := json.Unmarshal(a.body, &reply); err != nil || reply.ResponseCode != "0" || reply.CheckoutRequestID.id(mostCheckoutID) == "" {
		return billing.Pushed{}, failed(errPushUnread)
	}
	return billing.Pushed{MerchantRequestID: reply.MerchantRequestID.id(mostID), CheckoutRequestID: string(reply.CheckoutRequestID)}, nil
}
