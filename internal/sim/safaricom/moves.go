package safaricom

import (
	"fmt"
	"strings"
	"time"
)

// Kinds of payment.
const (
	KindPush    = "push"
	KindPayBill = "paybill"
	KindTill    = "till"
)

// Payment is one attempt to pay, whoever began it.
type Payment struct {
	Kind       string
	Phone      string // 254XXXXXXXXX
	Cents      int64
	ShortCode  string // the PayBill or till that is paid
	Reference  string // account number as sent or typed; empty for a till paid by hand
	CheckoutID string // pushes only
}

// Move is money that really moved.
type Move struct {
	Payment
	Receipt  string
	At       time.Time
	Reversed bool
	faults   Faults
}

// Moves are all moves of money so far, oldest first.
func (s *Server) Moves() []Move {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Move(nil), s.moves...)
}

func (s *Server) moveOf(receipt string) (Move, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.moves {
		if m.Receipt == receipt {
			return m, true
		}
	}
	return Move{}, false
}

// move is the only place where money moves. It returns the result code; the caller holds the lock.
func (s *Server) move(p Payment, m Merchant, receipt string, f Faults) (string, Move) {
	now, payer := s.opt.Clock.Now(), s.person(p.Phone)
	if code := payer.refusal(p.ShortCode, p.Cents, now, f.SameAmountRule); code != "" {
		payer.receive(now, fmt.Sprintf("Failed. %s Ksh%s was not paid to %s.", wording(code, 0), grouped(p.Cents), m.Name))
		return code, Move{}
	}
	payer.pay(p.ShortCode, p.Cents, now)
	s.takings[p.ShortCode] += p.Cents
	done := Move{Payment: p, Receipt: receipt, At: now, faults: f}
	s.moves = append(s.moves, done)
	payer.receive(now, confirmationText(done, m, payer.cents))
	return "0", done
}

func confirmationText(m Move, to Merchant, left int64) string {
	payee := "paid to " + to.Name + "."
	if m.Reference != "" {
		payee = "sent to " + to.Name + " for account " + m.Reference
	}
	at := m.At.In(eastAfrica)
	return fmt.Sprintf("%s Confirmed. Ksh%s %s on %s at %s. New M-PESA balance is Ksh%s. Transaction cost, Ksh0.00.",
		m.Receipt, grouped(m.Cents), payee, at.Format("2/1/06"), at.Format("3:04 PM"), grouped(left))
}

const receiptSymbols = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

const receiptSpace = 36 * 36 * 36 * 36 * 36 * 36 * 36

// nextReceipt is year, month and day as symbols and seven more that never repeat; the caller holds the lock.
func (s *Server) nextReceipt() string {
	s.receipts++
	// The factor shares no divisor with the space, so that distinct counts give distinct receipts.
	n := s.receipts % receiptSpace * 7_654_321 % receiptSpace
	at := s.opt.Clock.Now().In(eastAfrica)
	var b strings.Builder
	b.WriteByte(byte('A' + (at.Year()-2006)%26))
	b.WriteByte(byte('A' + int(at.Month()) - 1))
	b.WriteByte(receiptSymbols[at.Day()])
	for range 7 {
		b.WriteByte(receiptSymbols[n%36])
		n /= 36
	}
	return b.String()
}

// decimal writes cents the way Daraja writes amounts: "10.00".
func decimal(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
