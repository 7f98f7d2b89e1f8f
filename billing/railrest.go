package billing

import (
	"context"
	"time"
)

// When prompts fail for many, no more are sent: each would cost its payer half a minute and end in nothing. Orders are placed as
// ever and are paid by hand: to the paybill with the order's code, or to the till with the exact amount and then the receipt. One
// order in a while is prompted all the same, and the first prompt that reaches somebody ends it.
const (
	railWithin   = 5 * time.Minute
	railSilent   = 90 * time.Second // after so long without a verdict a prompt counts as lost
	railWeight   = 10               // failures that are the rail's own weigh 2; a prompt that nobody answered, whose cause nobody knows, 1
	railPhones   = 4                // of different people at least
	railProbes   = 30 * time.Second
	mostRailSeen = 40
)

// promptSeen is one order that a till's rail was to prompt for.
type promptSeen struct {
	state  PaymentState
	reason Reason
	phone  string // its hash
	asked  bool   // the rail was
	taken  bool   // and took it
	at     time.Time
}

// weight is how much a prompt says that the rail fails; reached: it came to its payer, who paid or did not. What was paid by hand
// because there was no prompt says what it said before.
func (p promptSeen) weight(now time.Time) (n int, reached bool) {
	switch {
	case p.state == PaymentUnknown: // the rail did not answer
		return 2, false
	case !p.asked || !p.state.Final() && now.Sub(p.at) < railSilent:
		return 0, false
	case !p.state.Final() || p.state == PaymentPaid && !p.taken:
		return 2, false
	case p.state == PaymentPaid:
		return 0, true
	}
	switch p.reason {
	case ReasonRailBusy, ReasonRailDown, ReasonPushFailed, ReasonMerchantFault, ReasonUnknown:
		return 2, false
	case ReasonTimedOut:
		return 1, false
	}
	return 0, true
}

// railRest reads a till's prompts, newest first: until when it is not to be asked; the zero time when it may be.
func railRest(all []promptSeen, now time.Time) time.Time {
	weight, phones, last := 0, map[string]bool{}, time.Time{}
	for _, p := range all {
		n, reached := p.weight(now)
		if reached {
			break
		}
		if last.IsZero() && p.asked {
			last = p.at
		}
		if n > 0 {
			weight += n
			phones[p.phone] = true
		}
	}
	if weight < railWeight || len(phones) < railPhones {
		return time.Time{}
	}
	return last.Add(railProbes)
}

// railRests says until when a till's rail is not to be asked; the zero time when it may be.
func (s *Service) railRests(ctx context.Context, tillID int64) (time.Time, error) {
	now := s.Clock.Now()
	all, err := s.promptsSeen(ctx, tillID, now.Add(-railWithin))
	if until := railRest(all, now); now.Before(until) {
		return until, err
	}
	return time.Time{}, err
}
