package safaricom

import "net/http"

// query tells the result, never receipt, amount or payer.
func (s *Server) query(w http.ResponseWriter, app string, f fields) *apiError {
	m, bad := s.authorise(app, f)
	if bad != nil {
		return bad
	}
	checkoutID := f.text("CheckoutRequestID")
	if checkoutID == "" {
		return invalid("CheckoutRequestID")
	}
	reply, bad := s.verdict(m, checkoutID)
	if bad != nil {
		return bad
	}
	answer(w, http.StatusOK, reply)
	return nil
}

func (s *Server) verdict(m Merchant, checkoutID string) (map[string]any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.prompts[checkoutID]
	if p == nil || p.merchant.business() != m.business() {
		return nil, errNoPush
	}
	p.queries++
	code, bad := p.verdict()
	if bad != nil {
		return nil, bad
	}
	text := "The transaction is still under processing"
	if code != pending {
		text = wording(code, p.variant+p.queries)
	}
	return map[string]any{
		"ResponseCode": "0", "ResponseDescription": "The service request has been accepted successsfully",
		"MerchantRequestID": p.MerchantRequestID, "CheckoutRequestID": p.CheckoutID,
		"ResultCode": code, "ResultDesc": text,
	}, nil
}

const pending = "4999"

// verdict is what the query says; while the prompt is open each of the forms seen in practice comes in turn.
func (p *prompt) verdict() (string, *apiError) {
	switch {
	case p.code == "" || p.faults.QueryPending:
		return p.undecided()
	case p.faults.QueryFlaky && p.queries%2 == 1:
		return "", errSilent
	case p.faults.QueryDenies && p.code == "0":
		return "1032", nil
	case p.faults.QueryClaims && p.code != "0":
		return "0", nil
	}
	return p.code, nil
}

func (p *prompt) undecided() (string, *apiError) {
	switch p.queries % 4 {
	case 2:
		return "", errInProcess
	case 3:
		return "", errSilent
	case 0:
		return "", errInProcessOK
	}
	return pending, nil
}
