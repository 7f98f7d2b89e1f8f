package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// told keeps what people were sent.
type told struct {
	mu   sync.Mutex
	sent []notify.Message
	full error // what it says to a code too many
}

func (m *told) Send(_ *db.Tx, message notify.Message) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return 0, m.full
	}
	m.sent = append(m.sent, message)
	return 1, nil
}

func (m *told) code(t *testing.T) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sent) == 0 {
		t.Fatal("no code was sent")
	}
	return m.sent[len(m.sent)-1].Args[1].(string)
}

const ourPhone customers.Phone = "254712345678"

func (s *shop) askCode(phone customers.Phone) {
	s.t.Helper()
	if err := s.bill.SendPhoneCode(context.Background(), s.site, phone, words.Swahili); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) useCode(code string) ([]billing.Bought, error) {
	return s.bill.UsePhoneCode(context.Background(), s.site, ourPhone, code)
}

func TestAPhoneProvesItselfByACode(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.success(0, "SJ90000001", 10))
		s.askCode("254799000111")
		if len(s.told.sent) != 0 {
			t.Error("a phone without a plan costs an SMS")
		}
		s.askCode(ourPhone)
		m := s.told.sent[0]
		if m.To != string(ourPhone) || m.Purpose != notify.ForCode || m.Channel != notify.SMS || m.Language != words.Swahili || len(s.told.code(t)) != 6 {
			t.Errorf("sent %+v", m)
		}
		if _, err := s.useCode("nothing"); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		code := s.told.code(t)
		bought, err := s.useCode(" " + code[:3] + " " + code[3:])
		if err != nil || len(bought) != 1 || bought[0].Order.Token != s.view(o).Order.Token || bought[0].Grant.State != access.Dormant {
			t.Errorf("%+v %v", bought, err)
		}
		if _, err := s.useCode(code); !fault.Is(err, fault.Denied) {
			t.Error("a code works twice", err)
		}
		for _, value := range s.strings("SELECT code_hash FROM phone_codes UNION ALL SELECT phone_hash FROM phone_codes") {
			if strings.Contains(value, code) || strings.Contains(value, string(ourPhone)) {
				t.Error("in the clear:", value)
			}
		}
	})
}

func TestACodeIsNotGuessed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		s.hear(s.success(0, "SJ90000001", 10))
		s.askCode(ourPhone)
		code := s.told.code(t)
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if _, err := s.useCode("x"); !fault.Is(err, fault.Denied) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, err := s.useCode(code); !fault.Is(err, fault.Denied) {
			t.Error("after five wrong ones the right one is too late:", err)
		}
		s.askCode(ourPhone)
		s.clock.Advance(11 * time.Minute)
		if _, err := s.useCode(s.told.code(t)); !fault.Is(err, fault.Denied) {
			t.Error("an old code works:", err)
		}
		s.clock.Advance(2 * time.Hour)
		if err := s.bill.ForgetCodes(context.Background()); err != nil || len(s.strings("SELECT phone_hash FROM phone_codes")) != 0 {
			t.Error("old codes are kept", err)
		}
	})
}

func TestOneCodeHasOneTaker(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		s.hear(s.success(0, "SJ90000001", 10))
		s.askCode(ourPhone)
		code := s.told.code(t)
		results := make([]error, 5)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() { _, results[i] = s.useCode(code) })
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			}
		}
		if won != 1 {
			t.Errorf("%d took one code: %v", won, results)
		}
	})
}

// Who asks until it is too much learns nothing: of a phone without a plan no code is ever too many.
func TestTooManyCodesDoNotTellWhoHasAPlan(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		s.hear(s.success(0, "SJ90000001", 10))
		s.askCode(ourPhone)
		code := s.told.code(t)
		s.told.full = fault.New(fault.TooMany, "message.too_many")
		s.askCode("254799000111")
		s.askCode(ourPhone)
		if bought, err := s.useCode(code); err != nil || len(bought) != 1 {
			t.Errorf("the code that was sent does not work any more: %v", err)
		}
	})
}
