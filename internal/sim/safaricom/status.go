package safaricom

import (
	"net/http"
	"regexp"
	"time"
)

var (
	base64Form     = regexp.MustCompile(`^[A-Za-z0-9+/]{40,}={0,2}$`)
	identifierType = regexp.MustCompile(`^[24]$`)
)

var statusRules = []rule{
	{"CommandID", func(_ *Server, f fields) bool { return f.text("CommandID") == "TransactionStatusQuery" }},
	{"Initiator", func(_ *Server, f fields) bool { return f.text("Initiator") != "" }},
	{"SecurityCredential", func(_ *Server, f fields) bool { return f.matches("SecurityCredential", base64Form) }},
	{"TransactionID", func(_ *Server, f fields) bool { return f.text("TransactionID")+f.text("OriginalConversationID") != "" }},
	{"PartyA", func(_ *Server, f fields) bool { return f.matches("PartyA", shortCode) }},
	{"IdentifierType", func(_ *Server, f fields) bool { return f.matches("IdentifierType", identifierType) }},
	{"ResultURL", func(s *Server, f fields) bool { return allowedURL(f.text("ResultURL"), s.opt.Production) }},
	{"QueueTimeOutURL", func(s *Server, f fields) bool { return allowedURL(f.text("QueueTimeOutURL"), s.opt.Production) }},
	{"Remarks", func(_ *Server, f fields) bool { n := len(f.text("Remarks")); return n >= 1 && n <= 100 }},
	{"Occasion", func(_ *Server, f fields) bool { return len(f.text("Occasion")) <= 100 }},
}

// status accepts a question about a receipt; the answer goes to ResultURL later.
func (s *Server) status(w http.ResponseWriter, app string, f fields) *apiError {
	if bad := s.firstInvalid(statusRules, f); bad != nil {
		return bad
	}
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == app && (m.answersTo(f.text("PartyA")) || m.Payout != "" && m.Payout == f.text("PartyA")) {
			s.acceptStatus(w, m, f)
			return nil
		}
	}
	return errMerchant
}

type statusQuestion struct {
	merchant                 Merchant
	fields                   fields
	originator, conversation string
	variant                  int
}

func (s *Server) acceptStatus(w http.ResponseWriter, m Merchant, f fields) {
	s.mu.Lock()
	q := statusQuestion{merchant: m, fields: f, originator: s.requestID(), variant: s.random.IntN(60)}
	q.conversation = "AG_" + s.opt.Clock.Now().In(eastAfrica).Format("20060102") + "_" + s.requestID()
	faults := s.statusFaults(f.text("TransactionID"))
	s.mu.Unlock()
	s.work.begin()
	defer s.work.end()
	answer(w, http.StatusOK, map[string]any{
		"OriginatorConversationID": q.originator, "ConversationID": q.conversation,
		"ResponseCode": "0", "ResponseDescription": "Accept the service request successfully.",
	})
	_ = http.NewResponseController(w).Flush()
	s.dispatch(s.statusMessages(q, faults), faults.Reorder, nil, func() {})
}

// statusFaults are those of the payment asked about when faults are chosen by payment; the caller holds the lock.
func (s *Server) statusFaults(receipt string) Faults {
	if s.faultsFor == nil {
		return s.faults
	}
	for _, m := range s.moves {
		if m.Receipt == receipt {
			return m.faults
		}
	}
	return Faults{}
}

func (s *Server) statusMessages(q statusQuestion, f Faults) []message {
	if f.LoseStatus {
		return nil
	}
	at := s.opt.Delays.Status
	if f.StatusTimeout {
		notice := q.result("26", s.receiptLike(), nil)
		return []message{{kind: "time-out notice", url: q.fields.text("QueueTimeOutURL"), body: notice, at: at}}
	}
	return []message{{kind: "status result", url: q.fields.text("ResultURL"), body: s.statusResult(q), at: at}}
}

func (s *Server) receiptLike() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextReceipt()
}

func (s *Server) statusResult(q statusQuestion) map[string]any {
	own := s.receiptLike()
	if code := s.operatorProblem(q.merchant, q.fields.text("Initiator"), q.fields.text("SecurityCredential")); code != "" {
		return q.result(code, own, nil)
	}
	if q.fields.text("TransactionID") == "" {
		if b, known := s.payoutOf(q.fields.text("OriginalConversationID")); known {
			return q.result("0", own, []parameter{{"TransactionStatus", "Completed"}, {"Amount", number(decimal(b.Cents))}, {"ReceiptNo", b.Receipt},
				{"CreditPartyName", b.Phone}, {"DebitPartyName", q.merchant.Payout + " - " + q.merchant.Name}, {"FinalisedTime", number(stamp(b.At))}})
		}
	}
	move, known := s.moveOf(q.fields.text("TransactionID"))
	if !known || move.ShortCode != q.merchant.payee() {
		return q.result("R000002", own, parameter{Key: "BOCompletedTime", Value: number(stamp(s.opt.Clock.Now()))})
	}
	s.mu.Lock()
	name := s.person(move.Phone).name
	s.mu.Unlock()
	return q.result("0", own, q.parameters(move, name))
}

// dotted is the second form of dates in results.
func dotted(t time.Time) string { return t.In(eastAfrica).Format("02.01.2006 15:04:05") }
