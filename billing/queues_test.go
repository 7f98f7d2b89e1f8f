package billing_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
)

// TestWhatWaitsIsListedWithItsAge: a clearing account that is not zero is listed, and so is whatever waits for somebody.
func TestWhatWaitsIsListedWithItsAge(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		queues := func() (told []string) {
			all, err := s.proofs().Queues(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range all {
				told = append(told, fmt.Sprint(strings.TrimSpace(q.Name+" "+q.Of), " ", q.Count, " ", q.Amount.Cents, " ", q.Age(s.clock).Round(time.Minute)))
			}
			return told
		}
		if all := queues(); len(all) != 0 {
			t.Fatalf("nothing has happened, and %q", all)
		}
		s.order(phoneMAC)
		s.saysPaid()
		s.rail.verdict = billing.Verdict{}
		s.hear(s.confirmation("SJ60000001", "KIOSK", "2547 ***** 001", 30))
		s.enter(s.orderFrom("0799000111", "aabbccddee02"), "SJ60000002")
		s.idle()
		s.clock.Advance(10 * time.Minute)
		want := []string{"till main (174379) 0 4000 0s", "suspense 1 3000 10m0s", "pending 1 1000 10m0s", "typed 1 0 10m0s"}
		if got := queues(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q\nnot\n%q", got, want)
		}
	})
}
