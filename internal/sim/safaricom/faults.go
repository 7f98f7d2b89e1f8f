package safaricom

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// Faults are what goes wrong with a payment. Those in force when it begins stay with it to its end.
type Faults struct {
	LoseCallback, LateCallback, DoubleCallback bool
	Reorder                                    bool // messages overtake each other
	FailThenSucceed                            bool // first 1037, then the truth
	CallbackFirst                              bool // the push is answered after its result was delivered
	ErrorAfterAccept, DropAfterAccept          bool // the prompt is out, the merchant gets a 500, or nothing
	Busy                                       bool // the push is refused
	QueryPending                               bool // for ever
	QueryFlaky                                 bool // every other query has no answer
	QueryDenies                                bool // paid, and the query says cancelled
	QueryClaims                                bool // not paid, and the query says paid
	ConfirmPushes                              bool // a C2B confirmation of each push as well
	LoseConfirmation, LateConfirmation         bool
	DoubleConfirmation                         bool
	LoseStatus, StatusTimeout                  bool // Transaction Status: no result, or a time-out notice
	LoseSentBack, SentBackTimeout              bool // reversals and payouts: no result, or a time-out notice
	DropSendBack, DoubleSentBack               bool // the answer is lost, or the result comes twice
	OperatorLocked, NoRoles                    bool // result 8006, or 21 for all that an operator wants
	SameAmountRule                             bool // result 17 within two minutes
	Down                                       bool // every connection is dropped; SetFaults only
}

// Switch is one fault in plain words.
type Switch struct {
	Key, Group, Title, Text string
	whole                   bool // of all calls, not of one payment: never chosen at random
	of                      func(*Faults) *bool
}

const (
	groupPush   = "The push and its result"
	groupQuery  = "The status query"
	groupByHand = "Confirmations and receipts"
	groupBack   = "Money sent back"
	groupAll    = "Everything"
)

// Switches are all faults in the order of the page.
var Switches = []Switch{
	{"lose_callback", groupPush, "Result is lost", "The merchant never hears how the payment ended.", false, func(f *Faults) *bool { return &f.LoseCallback }},
	{"late_callback", groupPush, "Result is late", "The result comes much later than the payment.", false, func(f *Faults) *bool { return &f.LateCallback }},
	{"double_callback", groupPush, "Result comes twice", "The same result is sent two times.", false, func(f *Faults) *bool { return &f.DoubleCallback }},
	{"reorder", groupPush, "Messages out of order", "The last message of a payment comes first; a lone one is overtaken by the next payment.", false, func(f *Faults) *bool { return &f.Reorder }},
	{"fail_then_succeed", groupPush, "Failure, then success", "A paid prompt is reported as timed out, and then as paid.", false, func(f *Faults) *bool { return &f.FailThenSucceed }},
	{"callback_first", groupPush, "Result before the answer", "The push is answered only after its result was delivered.", false, func(f *Faults) *bool { return &f.CallbackFirst }},
	{"error_after_accept", groupPush, "Error 500 after accepting", "The merchant gets an error, but the phone rings.", false, func(f *Faults) *bool { return &f.ErrorAfterAccept }},
	{"drop_after_accept", groupPush, "Answer is lost", "The connection breaks, but the phone rings.", false, func(f *Faults) *bool { return &f.DropAfterAccept }},
	{"busy", groupPush, "System is busy", "Pushes are refused; no phone rings.", false, func(f *Faults) *bool { return &f.Busy }},
	{"query_pending", groupQuery, "Pending for ever", "The query never knows how the payment ended.", false, func(f *Faults) *bool { return &f.QueryPending }},
	{"query_flaky", groupQuery, "Sometimes no answer", "Every other query of a finished payment fails with 500.001.1001.", false, func(f *Faults) *bool { return &f.QueryFlaky }},
	{"query_denies", groupQuery, "Denies what was paid", "The money moved; the query says the person cancelled.", false, func(f *Faults) *bool { return &f.QueryDenies }},
	{"query_claims", groupQuery, "Claims what was not paid", "No money moved; the query says it did.", false, func(f *Faults) *bool { return &f.QueryClaims }},
	{"confirm_pushes", groupByHand, "Pushes are confirmed as well", "A push is followed by the confirmation of a payment by hand, with the same receipt.", false, func(f *Faults) *bool { return &f.ConfirmPushes }},
	{"lose_confirmation", groupByHand, "Confirmation is lost", "Money arrives at the PayBill or till without a word.", false, func(f *Faults) *bool { return &f.LoseConfirmation }},
	{"late_confirmation", groupByHand, "Confirmation is late", "It comes much later than the money.", false, func(f *Faults) *bool { return &f.LateConfirmation }},
	{"double_confirmation", groupByHand, "Confirmation comes twice", "The same confirmation is sent two times.", false, func(f *Faults) *bool { return &f.DoubleConfirmation }},
	{"lose_status", groupByHand, "Receipt check is never answered", "The result of Transaction Status is lost.", false, func(f *Faults) *bool { return &f.LoseStatus }},
	{"status_timeout", groupByHand, "Receipt check times out", "A time-out notice comes in place of the result.", false, func(f *Faults) *bool { return &f.StatusTimeout }},
	{"lose_sent_back", groupBack, "Result is lost", "The money goes back, and the merchant never hears of it.", true, func(f *Faults) *bool { return &f.LoseSentBack }},
	{"sent_back_timeout", groupBack, "Result times out", "A time-out notice comes in place of the result; the money went back.", true, func(f *Faults) *bool { return &f.SentBackTimeout }},
	{"drop_send_back", groupBack, "Answer is lost", "The connection breaks, but the money goes back.", true, func(f *Faults) *bool { return &f.DropSendBack }},
	{"double_sent_back", groupBack, "Result comes twice", "The same result is sent two times.", true, func(f *Faults) *bool { return &f.DoubleSentBack }},
	{"same_amount_rule", groupAll, "Same amount within two minutes", "Paying the same amount to the same merchant again is refused with code 17.", false, func(f *Faults) *bool { return &f.SameAmountRule }},
	{"down", groupAll, "Safaricom is down", "Every call is cut off without an answer.", true, func(f *Faults) *bool { return &f.Down }},
	{"operator_locked", groupAll, "Operator is locked", "Whatever the operator wants is refused with code 8006.", true, func(f *Faults) *bool { return &f.OperatorLocked }},
	{"no_roles", groupAll, "Operator has no roles", "Whatever the operator wants is refused with code 21.", true, func(f *Faults) *bool { return &f.NoRoles }},
}

// Set switches a fault by its key; false when there is none of that name.
func (f *Faults) Set(key string, on bool) bool {
	for _, w := range Switches {
		if w.Key == key {
			*w.of(f) = on
			return true
		}
	}
	return false
}

// On says whether the fault with this key is on.
func (f Faults) On(key string) bool {
	for _, w := range Switches {
		if w.Key == key {
			return *w.of(&f)
		}
	}
	return false
}

// SetFaults are in force for payments that begin from now on, unless FaultsFor chose others.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Faults now in force.
func (s *Server) Faults() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// FaultsFor chooses the faults of each payment; nil returns to SetFaults. It must not call the server.
func (s *Server) FaultsFor(choose func(Payment) Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faultsFor = choose
}

func (s *Server) faultsOf(p Payment) Faults {
	if s.faultsFor != nil {
		return s.faultsFor(p)
	}
	return s.faults
}

// RandomFaults gives each payment each fault that a payment can have with this chance, the same for the same seed and payment in
// whatever order payments come.
func RandomFaults(seed uint64, percent int) func(Payment) Faults {
	return func(p Payment) Faults {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%s/%s/%d/%s/%s", p.Kind, p.Phone, p.Cents, p.ShortCode, p.Reference)
		random := rand.New(rand.NewPCG(seed, h.Sum64()))
		var f Faults
		for _, w := range Switches {
			*w.of(&f) = random.IntN(100) < percent && !w.whole
		}
		return f
	}
}
