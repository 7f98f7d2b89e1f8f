package safaricom

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Act is what a person does with a prompt.
type Act string

// The acts.
const (
	Approve  Act = "approve"   // the right PIN; the money may still be refused
	Cancel   Act = "cancel"    // 1032
	WrongPIN Act = "wrong_pin" // 2001; after three the PIN is locked (8006)
	NoMoney  Act = "no_money"  // 1
	Ignore   Act = "ignore"    // 1037 when the prompt dies
	Refuse   Act = "refuse"    // Answer.Code
)

// Answer to a prompt, After real time.
type Answer struct {
	Act   Act
	Code  string // with Refuse: any result code but 0
	After time.Duration
}

// Prompt is a question on somebody's phone.
type Prompt struct {
	Payment
	MerchantRequestID string
	Merchant          string
	Text              string
	At, Until         time.Time
}

// ErrNoPrompt says that the prompt is unknown, or was answered or has died.
var ErrNoPrompt = errors.New("no such prompt is open")

type prompt struct {
	Prompt
	merchant  Merchant
	callback  string
	faults    Faults
	code      string // "" while open
	variant   int    // of wordings and field order
	queries   int
	paid      Move
	timer     *time.Timer
	responded chan struct{} // closed when the push was answered
	called    chan struct{} // closed when the first message was delivered, or none will be
	callOnce  sync.Once
}

const maxPromptText = 182

func promptText(p Payment, m Merchant) string {
	if p.Reference == "" || m.Type == BuyGoods {
		return fmt.Sprintf("Do you want to pay KES %d to %s (till %s)?", p.Cents/100, m.Name, p.ShortCode)
	}
	return fmt.Sprintf("Do you want to pay KES %d to %s for account %s?", p.Cents/100, m.Name, p.Reference)
}

// Prompts now open, oldest first.
func (s *Server) Prompts() []Prompt {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Prompt, 0, len(s.open))
	for _, p := range s.open {
		all = append(all, p.Prompt)
	}
	slices.SortFunc(all, func(a, b Prompt) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.CheckoutID, b.CheckoutID))
	})
	return all
}

// AutoAnswer answers each prompt that is shown from now on; nil leaves them to the phone screen.
func (s *Server) AutoAnswer(how func(Prompt) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.autoAnswer = how
}

// Answer a prompt at once, whatever a.After says. ErrNoPrompt when it is not open.
func (s *Server) Answer(checkoutID string, a Answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.prompts[checkoutID]
	if p == nil || p.code != "" {
		return ErrNoPrompt
	}
	if code := s.outcome(p, a); code != "" {
		s.finish(p, code)
	}
	return nil
}

// outcome is the result code that an answer leads to; "" leaves the prompt open. The caller holds the lock.
func (s *Server) outcome(p *prompt, a Answer) string {
	payer := s.person(p.Phone)
	switch a.Act {
	case Approve:
		code, paid := s.move(p.Payment, p.merchant, s.nextReceipt(), p.faults)
		p.paid = paid
		return code
	case WrongPIN:
		if payer.locked {
			return "8006"
		}
		payer.enterWrongPIN()
		return "2001"
	case Cancel:
		return "1032"
	case NoMoney:
		return "1"
	case Refuse:
		if a.Code != "0" {
			return a.Code
		}
	}
	return ""
}

// finish closes a prompt with its result and sends the news; the caller holds the lock.
func (s *Server) finish(p *prompt, code string) {
	p.code = code
	if p.timer != nil {
		p.timer.Stop()
	}
	if s.open[p.Phone] == p {
		delete(s.open, p.Phone)
	}
	begin := p.responded
	if p.faults.CallbackFirst {
		begin = nil
	}
	s.dispatch(s.news(p), p.faults.Reorder, begin, func() { p.callOnce.Do(func() { close(p.called) }) })
}

func (s *Server) expire(p *prompt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.code == "" && s.ctx.Err() == nil {
		s.finish(p, "1037")
	}
}

// present lets the automatic person look at a prompt that was just sent.
func (s *Server) present(p *prompt) {
	s.mu.Lock()
	how := s.autoAnswer
	waiting := p.code == ""
	s.mu.Unlock()
	if how == nil || !waiting {
		return
	}
	s.spawn(func() {
		a := how(p.Prompt)
		if s.sleep(a.After) {
			_ = s.Answer(p.CheckoutID, a) // answered by hand or dead meanwhile: then that counts
		}
	})
}
