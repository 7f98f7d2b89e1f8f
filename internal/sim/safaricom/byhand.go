package safaricom

import (
	"context"
	"fmt"
	"net/http"
)

// Rejected says that a payment by hand did not happen.
type Rejected struct{ Code, Text string }

func (r *Rejected) Error() string { return "payment rejected: " + r.Code + " " + r.Text }

// PayBill pays by hand with the account number as typed, and returns the receipt. *Rejected when no money moved.
func (s *Server) PayBill(ctx context.Context, phone, shortCode, account string, cents int64) (string, error) {
	return s.byHand(ctx, Payment{Kind: KindPayBill, Phone: phone, ShortCode: shortCode, Reference: account, Cents: cents})
}

// BuyGoods pays a till by hand; there is no account number. *Rejected when no money moved.
func (s *Server) BuyGoods(ctx context.Context, phone, till string, cents int64) (string, error) {
	return s.byHand(ctx, Payment{Kind: KindTill, Phone: phone, ShortCode: till, Cents: cents})
}

const maxAccount = 20

func (s *Server) byHand(ctx context.Context, p Payment) (string, error) {
	m, ok := s.payee(p.Kind, p.ShortCode)
	if !ok {
		return "", &Rejected{"C2B00015", "There is no such business number."}
	}
	if len(p.Reference) > maxAccount || (p.Kind == KindPayBill && p.Reference == "") {
		return "", &Rejected{"C2B00012", "The account number has 1 to 20 characters."}
	}
	draft := s.begin(p)
	third, code := s.validate(ctx, m, draft)
	if code != "" {
		return "", s.fail(p, m, code)
	}
	return s.payNow(m, draft, third)
}

func (s *Server) payee(kind, code string) (Merchant, bool) {
	for _, m := range s.opt.Merchants {
		if m.payee() == code && (m.Type == BuyGoods) == (kind == KindTill) {
			return m, true
		}
	}
	return Merchant{}, false
}

// begin gives the payment its receipt and faults; money has not moved yet.
func (s *Server) begin(p Payment) Move {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Move{Payment: p, Receipt: s.nextReceipt(), At: s.opt.Clock.Now(), faults: s.faultsOf(p)}
}

func (s *Server) fail(p Payment, m Merchant, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(p.Phone).receive(s.opt.Clock.Now(),
		fmt.Sprintf("Failed. %s did not accept Ksh%s for account %q.", m.Name, grouped(p.Cents), p.Reference))
	return &Rejected{code, "The business did not accept the payment."}
}

func (s *Server) payNow(m Merchant, draft Move, third string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code, done := s.move(draft.Payment, m, draft.Receipt, draft.faults)
	if code != "0" {
		return "", &Rejected{code, wording(code, 0)}
	}
	s.dispatch(s.confirmations(m, done, third, s.takings[done.ShortCode]), done.faults.Reorder, nil, func() {})
	return done.Receipt, nil
}

// validate asks the merchant, when he has that; code is why he refuses, "" when the payment may go on.
func (s *Server) validate(ctx context.Context, m Merchant, draft Move) (third, code string) {
	s.mu.Lock()
	r, registered := s.urls[m.payee()]
	name := s.person(draft.Phone).name
	s.mu.Unlock()
	if !registered || !m.Validation {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.Delays.Validation)
	defer cancel()
	body := c2bBody(r, m, draft, name, "", "")
	status, reply, err := s.post(ctx, message{kind: "validation", url: r.validate, body: body})
	if third, code, ok := readValidation(reply); err == nil && status == http.StatusOK && ok {
		return third, code
	}
	if r.completed {
		return "", ""
	}
	return "", "C2B00016"
}

func readValidation(reply []byte) (third, code string, ok bool) {
	f, err := parseFields(reply)
	if err != nil || f.text("ResultCode") == "" {
		return "", "", false
	}
	if code = f.text("ResultCode"); code == "0" {
		code = ""
	}
	return f.text("ThirdPartyTransID"), code, true
}
