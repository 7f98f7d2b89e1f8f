package safaricom

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// authorise checks the fields that push and query share.
func (s *Server) authorise(app string, f fields) (Merchant, *apiError) {
	if !f.matches("BusinessShortCode", shortCode) {
		return Merchant{}, invalid("BusinessShortCode")
	}
	if f.text("Password") == "" {
		return Merchant{}, invalid("Password")
	}
	if _, err := time.Parse(stampLayout, f.text("Timestamp")); err != nil {
		return Merchant{}, invalid("Timestamp")
	}
	m, ok := s.merchant(app, f.text("BusinessShortCode"))
	if !ok {
		return Merchant{}, errMerchant
	}
	want := base64.StdEncoding.EncodeToString([]byte(m.business() + m.Passkey + f.text("Timestamp")))
	if f.text("Password") != want {
		return Merchant{}, errCredentials
	}
	return m, nil
}

var pushRules = []rule{
	{"TransactionType", func(_ *Server, f fields) bool {
		t := f.text("TransactionType")
		return t == "CustomerPayBillOnline" || t == "CustomerBuyGoodsOnline"
	}},
	{"Amount", func(_ *Server, f fields) bool { n, ok := f.whole("Amount"); return ok && n >= 1 }},
	{"PartyA", func(_ *Server, f fields) bool { return f.matches("PartyA", msisdn) }},
	{"PartyB", func(_ *Server, f fields) bool { return f.matches("PartyB", shortCode) }},
	{"PhoneNumber", func(_ *Server, f fields) bool { return f.matches("PhoneNumber", msisdn) }},
	{"CallBackURL", func(s *Server, f fields) bool { return allowedURL(f.text("CallBackURL"), s.opt.Production) }},
	{"AccountReference", func(_ *Server, f fields) bool { return f.matches("AccountReference", reference) }},
	{"TransactionDesc", func(_ *Server, f fields) bool { return len(f.text("TransactionDesc")) <= 13 }},
}

func (s *Server) push(w http.ResponseWriter, app string, f fields) *apiError {
	m, bad := s.authorise(app, f)
	if bad != nil {
		return bad
	}
	if bad := s.firstInvalid(pushRules, f); bad != nil {
		return bad
	}
	s.work.begin() // from here until the prompt is presented, Idle waits
	defer s.work.end()
	p, bad := s.accept(m, f)
	if bad != nil {
		return bad
	}
	s.respond(w, p)
	return nil
}

// accept makes the prompt; a payment that cannot be asked for ends at once by its callback.
func (s *Server) accept(m Merchant, f fields) (*prompt, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.draft(m, f)
	if p.faults.Busy {
		return nil, errBusy
	}
	if s.open[p.Phone] != nil {
		return nil, errLocked
	}
	s.prompts[p.CheckoutID] = p
	if code := s.unaskable(p, f); code != "" {
		s.finish(p, code)
		return p, nil
	}
	s.open[p.Phone] = p
	p.timer = time.AfterFunc(s.opt.Delays.PromptLife, func() { s.expire(p) })
	return p, nil
}

func (s *Server) draft(m Merchant, f fields) *prompt {
	shillings, _ := f.whole("Amount")
	phone, now := f.text("PhoneNumber"), s.opt.Clock.Now()
	payment := Payment{Kind: KindPush, Phone: phone, Cents: shillings * 100, ShortCode: m.payee(), Reference: f.text("AccountReference")}
	payment.CheckoutID = s.checkoutID(phone, now)
	return &prompt{
		Prompt: Prompt{Payment: payment, MerchantRequestID: s.requestID(), Merchant: m.Name,
			Text: promptText(payment, m), At: now, Until: now.Add(s.opt.Delays.PromptLife)},
		merchant: m, callback: f.text("CallBackURL"), faults: s.faultsOf(payment), variant: s.random.IntN(60),
		responded: make(chan struct{}), called: make(chan struct{}),
	}
}

// checkoutID has the real form: stamp, three digits, subscriber number.
func (s *Server) checkoutID(phone string, now time.Time) string {
	for {
		s.counter++
		id := fmt.Sprintf("ws_CO_%s%03d%s", now.In(eastAfrica).Format("02012006150405"), s.counter%1000, strings.TrimPrefix(phone, "254"))
		if s.prompts[id] == nil {
			return id
		}
	}
}

// unaskable is the code of a payment for which no prompt can be shown; the caller holds the lock.
func (s *Server) unaskable(p *prompt, f fields) string {
	wanted := "CustomerPayBillOnline"
	if p.merchant.Type == BuyGoods {
		wanted = "CustomerBuyGoodsOnline"
	}
	switch {
	case f.text("TransactionType") != wanted:
		return "2028"
	case f.text("PartyB") != p.merchant.payee():
		return "SFC_IC0003"
	case len(p.Text) > maxPromptText:
		return "1025"
	case p.Cents > maxPayment:
		return "3"
	}
	return ""
}

// respond answers the push, before or after its result as the faults want it, and then shows the prompt.
func (s *Server) respond(w http.ResponseWriter, p *prompt) {
	defer close(p.responded)
	if p.faults.CallbackFirst {
		s.present(p)
		s.sleepUnless(s.opt.Delays.PromptLife, p.called)
	} else {
		defer s.present(p)
	}
	switch {
	case p.faults.DropAfterAccept:
		panic(http.ErrAbortHandler)
	case p.faults.ErrorAfterAccept:
		s.refuse(w, errInternal)
	default:
		answer(w, http.StatusOK, map[string]any{
			"MerchantRequestID": p.MerchantRequestID, "CheckoutRequestID": p.CheckoutID, "ResponseCode": "0",
			"ResponseDescription": "Success. Request accepted for processing",
			"CustomerMessage":     "Success. Request accepted for processing",
		})
	}
	_ = http.NewResponseController(w).Flush()
}
