package mpesa

import "mtandao/billing"

// ReadPushResult reads the callback about a prompt (reference/mpesa.md §4). A receipt or an amount that is missing is
// left empty; one that is there but garbled makes the message fault.Invalid "callback.unreadable".
func (c *Client) ReadPushResult(body []byte) (billing.PushResult, error) {
	var message struct {
		Body struct {
			StkCallback struct {
				MerchantRequestID, CheckoutRequestID text
				ResultCode, ResultDesc               text
				CallbackMetadata                     struct{ Item pairs }
			} `json:"stkCallback"`
		}
	}
	if err := decode(body, &message); err != nil {
		return billing.PushResult{}, err
	}
	m := message.Body.StkCallback
	r := billing.PushResult{MerchantRequestID: m.MerchantRequestID.id(mostID), CheckoutRequestID: m.CheckoutRequestID.id(mostCheckoutID)}
	code := m.ResultCode.code()
	if r.CheckoutRequestID == "" || code == "" {
		return billing.PushResult{}, unreadable("id or code")
	}
	r.Verdict = verdictOf(code, m.ResultDesc.words())
	if r.Verdict.State != billing.VerdictPaid {
		return r, nil
	}
	return readPaid(r, m.CallbackMetadata.Item)
}

func readPaid(r billing.PushResult, items pairs) (billing.PushResult, error) {
	receipt, err := items.only("MpesaReceiptNumber")
	if err != nil {
		return billing.PushResult{}, err
	}
	amount, err := items.only("Amount")
	if err != nil {
		return billing.PushResult{}, err
	}
	if r.Receipt = receipt.receipt(); r.Receipt == "" && receipt != "" {
		return billing.PushResult{}, unreadable("receipt")
	}
	if amount != "" {
		if r.Amount, err = amount.amount(); err != nil {
			return billing.PushResult{}, err
		}
	}
	r.Phone = items.first("PhoneNumber").plain(mostPayer)
	r.At = items.first("TransactionDate").time()
	return r, nil
}
