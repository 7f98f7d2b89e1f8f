package billing

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

// Whoever types a number on a price list makes that phone ring, be it theirs or not. A number that was asked in vain again and
// again rests for a growing while: its orders are placed as ever, without a prompt, and can be paid by hand. What was paid ends
// the count, so that nobody who pays is ever held up.
const (
	freeRings   = 3 // in vain, before a number rests
	ringsWithin = 24 * time.Hour
	ringLasts   = 2 * time.Minute // a prompt without a verdict rings so long at most (reference/mpesa.md §6)
	mostRung    = 40
)

// restsFor is how long a number rests after the third prompt in vain, the fourth, and so on.
var restsFor = []time.Duration{2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}

// rung is one prompt of a phone.
type rung struct {
	state  PaymentState
	reason Reason
	left   bool // it was sent
	at     time.Time
}

// inVain says that a prompt rang and nobody wanted it: cancelled, ignored, a wrong PIN, or ringing now. What our rail or the
// payer's account was the cause of is not held against the number.
func (r rung) inVain(now time.Time) bool {
	switch {
	case !r.state.Final():
		return now.Sub(r.at) < ringLasts
	case r.state == PaymentExpired:
		return r.left
	}
	return r.state == PaymentFailed && (r.reason == ReasonCancelled || r.reason == ReasonWrongPIN)
}

// Rings says that a prompt is on a phone's screen, as far as is known: M-Pesa shows one at a time, and refuses another.
func (s *Service) Rings(tx *db.Tx, phone customers.Phone) (bool, error) {
	now := s.Clock.Now()
	all, err := s.rungTx(tx, s.lookups(purposePhone, string(phone)), now.Add(-ringLasts))
	return slices.ContainsFunc(all, func(r rung) bool { return !r.state.Final() }), err
}

// restUntil reads a phone's prompts, newest first; the zero time when it does not rest.
func restUntil(all []rung, now time.Time) (until time.Time) {
	vain, last := 0, time.Time{}
	for _, r := range all {
		if r.state == PaymentPaid {
			break
		}
		if r.inVain(now) {
			vain++
			if last.IsZero() {
				last = r.at
			}
		}
	}
	if vain < freeRings {
		return time.Time{}
	}
	return last.Add(restsFor[min(vain-freeRings, len(restsFor)-1)])
}

// rests says whether a phone is to be left in peace. Orders of one phone wait for each other here, so that each sees the prompts
// of those before it.
func (s *Service) rests(tx *db.Tx, phone customers.Phone) (bool, error) {
	hashes := s.lookups(purposePhone, string(phone))
	if err := s.touchPhone(tx, hashes); err != nil {
		return false, err
	}
	now := s.Clock.Now()
	all, err := s.rungTx(tx, hashes, now.Add(-ringsWithin))
	return now.Before(restUntil(all, now)), err
}

// ByHand is how an order can be paid without a prompt: to a till's number, with the order's code as account where there is one.
type ByHand struct {
	Type      TillType
	Number    string    // the paybill, or the till number of buy goods
	RestUntil time.Time // when the phone, or the rail, may be asked again
}

// byHandAfter are the reasons after which a payer can still pay by hand: the prompt, not the payer, was what failed.
var byHandAfter = map[Reason]bool{ReasonNumberRests: true, ReasonRailRests: true, ReasonRailBusy: true, ReasonRailDown: true, ReasonPushFailed: true,
	ReasonMerchantFault: true, ReasonPhoneBusy: true, ReasonTimedOut: true, ReasonUnknown: true}

func (s *Service) byHand(ctx context.Context, o Order, p Payment) (ByHand, error) {
	till, err := s.Till(ctx, p.TillID)
	if err != nil {
		return ByHand{}, err
	}
	h := ByHand{Type: till.Type, Number: till.ShortCode}
	if till.Type == TillBuyGoods {
		h.Number = till.PartyB
	}
	now := s.Clock.Now()
	if p.Reason != ReasonNumberRests {
		h.RestUntil, err = s.railRests(ctx, till.ID)
		return h, err
	}
	all, err := s.rung(ctx, s.lookups(purposePhone, string(o.Phone)), now.Add(-ringsWithin))
	h.RestUntil = restUntil(all, now)
	return h, err
}
