package safaricom

import "time"

type item struct {
	Name  string
	Value any `json:",omitempty"`
}

// news are the messages about a finished push: its result, and its confirmation when the switch is on.
func (s *Server) news(p *prompt) []message {
	var batch []message
	at := s.opt.Delays.Callback
	if p.faults.LateCallback {
		at += s.opt.Delays.Late
	}
	for i, code := range resultsToTell(p.code, p.faults) {
		batch = append(batch, message{
			kind: "push result", url: p.callback, shortCode: p.merchant.business(),
			body: callbackBody(p, code), at: at + time.Duration(i)*s.opt.Delays.Gap,
		})
	}
	if p.code == "0" && p.faults.ConfirmPushes {
		batch = append(batch, s.confirmations(p.merchant, p.paid, "", s.takings[p.ShortCode])...)
	}
	return batch
}

func resultsToTell(code string, f Faults) []string {
	codes := []string{code}
	if f.FailThenSucceed && code == "0" {
		codes = []string{"1037", "0"}
	}
	if f.DoubleCallback {
		codes = append(codes, codes...)
	}
	if f.LoseCallback {
		return nil
	}
	return codes
}

func callbackBody(p *prompt, code string) map[string]any {
	result := map[string]any{
		"MerchantRequestID": p.MerchantRequestID, "CheckoutRequestID": p.CheckoutID,
		"ResultCode": resultCode(code), "ResultDesc": wording(code, p.variant),
	}
	if code == "0" {
		result["CallbackMetadata"] = map[string]any{"Item": metadata(p)}
	}
	return map[string]any{"Body": map[string]any{"stkCallback": result}}
}

// metadata varies in order, and has an empty Balance half of the time, as documents and samples disagree.
func metadata(p *prompt) []item {
	items := []item{
		{"Amount", number(decimal(p.paid.Cents))},
		{"MpesaReceiptNumber", p.paid.Receipt},
		{"TransactionDate", number(stamp(p.paid.At))},
		{"PhoneNumber", number(p.Phone)},
	}
	if p.variant%2 == 0 {
		items = append(items, item{Name: "Balance"})
	}
	turn := p.variant % len(items)
	return append(items[turn:], items[:turn]...)
}
