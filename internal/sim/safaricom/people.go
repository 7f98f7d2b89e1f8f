package safaricom

import (
	"fmt"
	"hash/fnv"
	"time"
)

// PIN is everybody's M-Pesa PIN.
const PIN = "1234"

const (
	maxPayment    = 250_000_00 // cents
	maxDaily      = 500_000_00
	wrongPINs     = 3
	sameAmountFor = 2 * time.Minute
)

// SMS is a message in a person's inbox.
type SMS struct {
	At   time.Time
	Text string
}

type person struct {
	phone, name string
	cents       int64
	wrong       int
	locked      bool
	day         string // of spent
	spent       int64
	last        map[string]time.Time // payee and amount
	inbox       []SMS                // newest first
}

var firstNames = []string{"AMINA", "JOHN", "WANJIKU", "OTIENO", "FATUMA", "KIPROTICH", "MARY", "HASSAN", "NJERI", "PETER"}

// person with this phone, made up at first sight; the caller holds the lock.
func (s *Server) person(phone string) *person {
	if p := s.people[phone]; p != nil {
		return p
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(phone))
	name := firstNames[h.Sum32()%uint32(len(firstNames))]
	p := &person{phone: phone, name: name, cents: s.opt.Balance, last: map[string]time.Time{}}
	s.people[phone] = p
	return p
}

func (p *person) receive(at time.Time, text string) {
	p.inbox = append([]SMS{{at, text}}, p.inbox[:min(len(p.inbox), 19)]...)
}

// refusal is the result code for which this person cannot pay; "" when nothing is in the way.
func (p *person) refusal(payee string, cents int64, at time.Time, sameAmountRule bool) string {
	if day := stamp(at)[:8]; p.day != day {
		p.day, p.spent = day, 0
	}
	last, paid := p.last[lastKey(payee, cents)]
	switch {
	case p.locked:
		return "8006"
	case cents < 1_00:
		return "2"
	case cents > maxPayment:
		return "3"
	case p.spent+cents > maxDaily:
		return "4"
	case sameAmountRule && paid && at.Sub(last) < sameAmountFor:
		return "17"
	case p.cents < cents:
		return "1"
	}
	return ""
}

func (p *person) pay(payee string, cents int64, at time.Time) {
	p.cents -= cents
	p.spent += cents
	p.last[lastKey(payee, cents)] = at
	p.wrong = 0
}

func lastKey(payee string, cents int64) string { return fmt.Sprintf("%s/%d", payee, cents) }

func (p *person) enterWrongPIN() {
	p.wrong++
	p.locked = p.wrong >= wrongPINs
}

// SetBalance puts this many cents on a person's account.
func (s *Server) SetBalance(phone string, cents int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(phone).cents = cents
}

// Balance of a person in cents.
func (s *Server) Balance(phone string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(phone).cents
}

// Unlock forgets wrong PINs, as a call to customer care does.
func (s *Server) Unlock(phone string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(phone)
	p.wrong, p.locked = 0, false
}

// Inbox is a person's messages, newest first.
func (s *Server) Inbox(phone string) []SMS {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SMS(nil), s.person(phone).inbox...)
}
