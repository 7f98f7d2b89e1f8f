package subscriptions

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Spendings are the kinds of events of a customer's account whose money Undo knows to give back.
var Spendings = []string{spentRenewing, spentDeposit}

const (
	spentRenewing = "renewed"
	spentDeposit  = "deposit"
)

// Undo gives back to credit what a line was paid, by the request of the event of the account, for the money behind it went back: of a renewal the time
// that is not used up, all of it, and a deposit up to what is missing. Whoever calls it has the customer's credit locked.
func (s *Service) Undo(tx *db.Tx, request string, missing money.Amount) error {
	id, seq, ok := readRequest(request)
	if !ok {
		return nil
	}
	sub, err := lock(tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && sub.State.Status == Ended {
		return nil
	}
	if err != nil {
		return err
	}
	events, err := eventsIn(tx, id)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(events, func(e Event) bool { return e.Seq == seq })
	if n < 0 {
		return nil
	}
	switch events[n].Kind {
	case Renewed:
		return s.takeBack(tx, sub, events, events[n])
	case DepositTaken:
		return s.depositBack(tx, sub, min(missing.Cents, events[n].Said.Amount.Cents, sub.State.Deposit.Cents))
	}
	return nil
}

// readRequest reads what Subscription.request wrote.
func readRequest(request string) (id, seq int64, ok bool) {
	of, n, both := strings.Cut(strings.TrimPrefix(request, "subscription:"), ":")
	id, err := strconv.ParseInt(of, 10, 64)
	if err != nil || !both {
		return 0, 0, false
	}
	seq, err = strconv.ParseInt(n, 10, 64)
	return id, seq, err == nil
}

// takeBack takes the time of a renewal back that is not used up. What is used stays sold.
func (s *Service) takeBack(tx *db.Tx, sub Subscription, events []Event, renewal Event) error {
	now := s.Clock.Now()
	state, err := Replay(events, now, s.zone)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(state.Ahead, func(span Span) bool { return span.EventID == renewal.ID })
	if n < 0 { // it is used up
		return nil
	}
	left := state.Ahead[n].back(state.clockAt(now), s.zone(state.Place.SiteID))
	tax := state.Ahead[n].backTax(state.clockAt(now), s.zone(state.Place.SiteID))
	if err := s.give(tx, sub, left, "taken_back", prepaid(sub, left)); err != nil {
		return err
	}
	_, err = s.note(tx, sub, draft{Event: Event{Kind: TakenBack, At: now, By: "reversal", Said: Said{RenewalID: renewal.ID, Amount: &left}}, moved: -left.Cents, tax: tax.Neg()})
	return err
}

func (s *Service) depositBack(tx *db.Tx, sub Subscription, cents int64) error {
	if cents <= 0 {
		return nil
	}
	amount := money.KES(cents)
	if err := s.give(tx, sub, amount, "deposit_back", deposits(sub, amount)); err != nil {
		return err
	}
	_, err := s.note(tx, sub, draft{Event: Event{Kind: DepositBack, At: s.Clock.Now(), By: "reversal", Said: Said{Amount: &amount, Reason: "reversed"}}})
	return err
}

// takenBack shortens what is paid for by the part of a renewal that is not used up; what was paid after it comes earlier. With nothing paid that lies
// ahead, the line ends where it would have without that renewal, and the extension that was had upon it is as if it had not been.
func (s *State) takenBack(e Event, loc *time.Location) error {
	n := slices.IndexFunc(s.Ahead, func(span Span) bool { return span.EventID == e.Said.RenewalID })
	if n < 0 {
		return fault.New(fault.Conflict, "subscription.not_renewed")
	}
	span, at := s.Ahead[n], s.clockAt(e.At)
	s.Ahead = slices.Delete(slices.Clone(s.Ahead), n, n+1)
	if span.unused(at, loc) {
		s.Setup = s.Setup && !span.First
		s.giveAgain(span.Spent)
	}
	cut := clock.Later(at, span.From)
	back := max(span.Until.Sub(cut), 0)
	for i := range s.Ahead {
		if other := &s.Ahead[i]; other.From.After(cut) {
			other.From, other.Until = other.From.Add(-back), other.Until.Add(-back)
		}
	}
	if s.PaidTo = s.lastPaid(); !s.PaidTo.After(at) {
		if !s.ExtendedTo.IsZero() {
			s.ExtendedIn = ""
		}
		s.ExtendedTo = time.Time{}
	} else if s.ExtendedTo.After(cut) {
		s.ExtendedTo = s.ExtendedTo.Add(-back)
	}
	return nil
}
