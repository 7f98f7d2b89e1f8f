package billing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing"
)

// Anybody may send messages to addresses that they made up: what they send is forgotten after a day, and nothing else is.
func TestStrangersMessagesAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		kinds := []string{"push", "confirm", "status", "timeout"}
		for n := range 250 {
			s.hear(billing.Incoming{Kind: kinds[n%4], Secret: fmt.Sprintf("%032x", n), Body: []byte("{}")})
		}
		s.hear(s.success(0, "SJ00000801", 10), billing.Incoming{Kind: "push", Secret: s.rail.secretOf(0), Body: []byte("not JSON")})
		s.holds(10, 10, 0, 0)
		left := func(after time.Duration) (n int64) {
			t.Helper()
			s.clock.Advance(after)
			if err := s.bill.ForgetStrangers(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := s.db.Read(context.Background()).Table("rail_inbox").Count(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := left(23 * time.Hour); n != 252 {
			t.Errorf("%d messages after less than a day", n)
		}
		if n := left(2 * time.Hour); n != 2 {
			t.Errorf("%d messages after more than a day: two came to a real address", n)
		}
	})
}
