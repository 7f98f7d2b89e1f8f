package safaricom

import (
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// SentBack is money that really went back: the reversal of a move, or a payout (B2C) to a phone.
type SentBack struct {
	Receipt    string // its own
	Of         string // the move that a reversal took back; "" of a payout
	Phone      string
	Cents      int64
	Originator string // of a payout
	At         time.Time
}

var (
	wholeNumber = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
	payoutKinds = map[string]bool{"BusinessPayment": true, "SalaryPayment": true, "PromotionPayment": true}
)

func between(name string, least, most int) rule {
	return rule{name, func(_ *Server, f fields) bool { n := len(f.text(name)); return n >= least && n <= most }}
}

func address(name string) rule {
	return rule{name, func(s *Server, f fields) bool { return allowedURL(f.text(name), s.opt.Production) }}
}

var reversalRules = []rule{
	{"CommandID", func(_ *Server, f fields) bool { return f.text("CommandID") == "TransactionReversal" }},
	between("Initiator", 1, 100),
	{"SecurityCredential", func(_ *Server, f fields) bool { return f.matches("SecurityCredential", base64Form) }},
	between("TransactionID", 1, 30),
	{"Amount", func(_ *Server, f fields) bool { return f.matches("Amount", wholeNumber) }},
	{"ReceiverParty", func(_ *Server, f fields) bool { return f.matches("ReceiverParty", shortCode) }},
	{"RecieverIdentifierType", func(_ *Server, f fields) bool { return f.text("RecieverIdentifierType") == "11" }},
	address("ResultURL"), address("QueueTimeOutURL"), between("Remarks", 2, 100), between("Occasion", 0, 100),
}

var payoutRules = []rule{
	between("OriginatorConversationID", 1, 60),
	{"CommandID", func(_ *Server, f fields) bool { return payoutKinds[f.text("CommandID")] }},
	between("InitiatorName", 1, 100),
	{"SecurityCredential", func(_ *Server, f fields) bool { return f.matches("SecurityCredential", base64Form) }},
	{"Amount", func(_ *Server, f fields) bool { return f.matches("Amount", wholeNumber) }},
	{"PartyA", func(_ *Server, f fields) bool { return f.matches("PartyA", shortCode) }},
	{"PartyB", func(_ *Server, f fields) bool { return f.matches("PartyB", msisdn) }},
	address("ResultURL"), address("QueueTimeOutURL"), between("Remarks", 2, 100), between("Occassion", 0, 100),
}

// SentBack is all money that went back so far, oldest first.
func (s *Server) SentBack() []SentBack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SentBack(nil), s.sentBack...)
}

// reversal accepts the wish to take a payment back; what came of it goes to ResultURL later.
func (s *Server) reversal(w http.ResponseWriter, app string, f fields) *apiError {
	if bad := s.firstInvalid(reversalRules, f); bad != nil {
		return bad
	}
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == app && m.answersTo(f.text("ReceiverParty")) {
			return s.acceptSendBack(w, m, f, "", s.reverse)
		}
	}
	return errMerchant
}

// payout accepts money to be paid to a phone. An originator is taken once.
func (s *Server) payout(w http.ResponseWriter, app string, f fields) *apiError {
	if bad := s.firstInvalid(payoutRules, f); bad != nil {
		return bad
	}
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey != app || m.Payout == "" || m.Payout != f.text("PartyA") {
			continue
		}
		originator := f.text("OriginatorConversationID")
		s.mu.Lock()
		known := s.originators[originator]
		s.originators[originator] = true
		s.mu.Unlock()
		if known {
			return errDuplicate
		}
		return s.acceptSendBack(w, m, f, originator, s.payOut)
	}
	return errMerchant
}

type sendBackAct func(q statusQuestion) (code, receipt string, parameters any)

func (s *Server) acceptSendBack(w http.ResponseWriter, m Merchant, f fields, originator string, act sendBackAct) *apiError {
	s.mu.Lock()
	q := statusQuestion{merchant: m, fields: f, originator: originator, variant: s.random.IntN(60)}
	if originator == "" {
		q.originator = s.requestID()
	}
	q.conversation = "AG_" + s.opt.Clock.Now().In(eastAfrica).Format("20060102") + "_" + s.requestID()
	faults := s.faults
	s.mu.Unlock()
	if faults.Busy {
		s.mu.Lock()
		delete(s.originators, originator)
		s.mu.Unlock()
		return errSpike
	}
	s.work.begin()
	defer s.work.end()
	code, own, parameters := act(q)
	result := message{kind: "result of money sent back", url: f.text("ResultURL"), body: q.result(code, own, parameters), at: s.opt.Delays.Status}
	var batch []message
	switch {
	case faults.LoseSentBack:
	case faults.SentBackTimeout:
		batch = []message{{kind: "time-out notice", url: f.text("QueueTimeOutURL"), body: q.result("26", own, nil), at: result.at}}
	case faults.DoubleSentBack:
		again := result
		again.at += s.opt.Delays.Gap
		batch = []message{result, again}
	default:
		batch = []message{result}
	}
	s.dispatch(batch, false, nil, func() {})
	if faults.DropSendBack {
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusOK, map[string]any{"OriginatorConversationID": q.originator, "ConversationID": q.conversation,
		"ResponseCode": "0", "ResponseDescription": "Accept the service request successfully."})
	return nil
}

// reverse takes a move back, whole, once.
func (s *Server) reverse(q statusQuestion) (code, own string, parameters any) {
	own = s.receiptLike()
	if bad := s.operatorProblem(q.merchant, q.fields.text("Initiator"), q.fields.text("SecurityCredential")); bad != "" {
		return bad, own, nil
	}
	if q.merchant.NoReversal {
		return "21", own, nil
	}
	shillings, _ := q.fields.whole("Amount")
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, m := range s.moves {
		if m.Receipt != q.fields.text("TransactionID") || m.ShortCode != q.merchant.payee() {
			continue
		}
		switch {
		case m.Reversed:
			return "R000001", own, nil
		case m.Cents != shillings*100:
			return "24", own, nil
		case s.takings[m.ShortCode] < m.Cents:
			return "1", own, nil
		}
		s.moves[n].Reversed = true
		s.takings[m.ShortCode] -= m.Cents
		s.goBack(SentBack{Receipt: own, Of: m.Receipt, Phone: m.Phone, Cents: m.Cents}, q.merchant)
		return "0", own, []parameter{{"DebitAccountBalance", "Utility Account|KES|" + decimal(s.takings[m.ShortCode])}, {"Amount", number(decimal(m.Cents))},
			{"TransCompletedTime", number(stamp(s.opt.Clock.Now()))}, {"OriginalTransactionID", m.Receipt}, {"Charge", number("0")},
			{"CreditPartyPublicName", m.Phone + " - " + s.person(m.Phone).name}, {"DebitPartyPublicName", q.merchant.ShortCode + " - " + q.merchant.Name}}
	}
	return "R000002", own, nil
}

// payOut pays money to a phone out of the merchant's paying short code.
func (s *Server) payOut(q statusQuestion) (code, own string, parameters any) {
	own = s.receiptLike()
	if bad := s.operatorProblem(q.merchant, q.fields.text("InitiatorName"), q.fields.text("SecurityCredential")); bad != "" {
		return bad, own, nil
	}
	shillings, _ := q.fields.whole("Amount")
	phone, cents := q.fields.text("PartyB"), shillings*100
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case cents < 10_00:
		return "2", own, nil
	case cents > maxPayment:
		return "3", own, nil
	case s.payouts[q.merchant.Payout]+cents > q.merchant.PayoutFloat:
		return "1", own, nil
	}
	s.payouts[q.merchant.Payout] += cents
	s.goBack(SentBack{Receipt: own, Phone: phone, Cents: cents, Originator: q.originator}, q.merchant)
	left := decimal(q.merchant.PayoutFloat - s.payouts[q.merchant.Payout])
	return "0", own, []parameter{{"TransactionAmount", number(fmt.Sprint(shillings))}, {"TransactionReceipt", own}, {"B2CRecipientIsRegisteredCustomer", "Y"},
		{"B2CChargesPaidAccountAvailableFunds", number("0.00")}, {"ReceiverPartyPublicName", phone + " - " + s.person(phone).name},
		{"TransactionCompletedDateTime", dotted(s.opt.Clock.Now())}, {"B2CUtilityAccountAvailableFunds", number(left)}, {"B2CWorkingAccountAvailableFunds", number("0.00")}}
}

// goBack gives money to a person; the caller holds the lock.
func (s *Server) goBack(b SentBack, from Merchant) {
	b.At = s.opt.Clock.Now()
	s.sentBack = append(s.sentBack, b)
	p := s.person(b.Phone)
	p.cents += b.Cents
	text := fmt.Sprintf("%s Confirmed. You have received Ksh%s from %s.", b.Receipt, grouped(b.Cents), from.Name)
	if b.Of != "" {
		text = fmt.Sprintf("%s Confirmed. Transaction %s of Ksh%s to %s has been reversed.", b.Receipt, b.Of, grouped(b.Cents), from.Name)
	}
	p.receive(b.At, text)
}

// payoutOf finds a payout by its originator.
func (s *Server) payoutOf(originator string) (SentBack, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.sentBack {
		if originator != "" && b.Originator == originator {
			return b, true
		}
	}
	return SentBack{}, false
}
