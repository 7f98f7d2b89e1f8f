package subscriptions

import (
	"context"
	"time"

	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Ending says how a line ends.
type Ending struct {
	At          time.Time // zero: now
	Reason      string
	GiveBack    bool // what was paid for and is not used up goes back to credit
	Waive       bool // no fee for leaving before the contract is over
	FromDeposit bool // the fee is kept from the deposit as far as it goes; the rest is on an invoice. An end that lies ahead keeps nothing
}

// Farewell is what an end does with money.
type Farewell struct {
	At       time.Time
	Until    time.Time    // of the contract that is left early; zero: none is
	Fee      money.Amount // for leaving early
	Kept     money.Amount // of it, from the deposit
	Invoiced money.Amount // of it, on an invoice
	Back     money.Amount // goes back to credit: paid for, and not used up
	Deposit  money.Amount // that is held still
	Seen     int64
	backTax  taxes.Tax // of Back
}

// PreviewEnd works out what an end would do, and changes nothing. Faults of End.
func (s *Service) PreviewEnd(ctx context.Context, id int64, how Ending) (f Farewell, err error) {
	if how.Reason == "" {
		return f, fault.New(fault.Invalid, "subscription.reason")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err := oneIn(tx, id)
		if err != nil {
			return err
		}
		events, err := eventsIn(tx, id)
		if err != nil {
			return err
		}
		if sub, err = s.now(tx, sub); err != nil {
			return err
		}
		f = s.farewell(sub, how)
		_, err = Replay(append(events, numbered(Event{Kind: Finished, At: f.At, Recorded: s.Clock.Now()}, sub)), forever, s.zone)
		return err
	})
	return f, err
}

// farewell is what an end comes to.
func (s *Service) farewell(sub Subscription, how Ending) Farewell {
	now, contract := s.Clock.Now(), sub.State.Contract
	f := Farewell{At: how.At, Deposit: sub.State.Deposit, Seen: sub.Seq}
	if f.At.IsZero() {
		f.At = now
	}
	if f.At.Before(contract.Until) && contract.Fee.IsPositive() {
		if f.Until = contract.Until; !how.Waive {
			f.Fee = contract.Fee
		}
	}
	if how.FromDeposit && !f.At.After(now) {
		f.Kept = money.KES(min(f.Fee.Cents, f.Deposit.Cents))
	}
	f.Invoiced, f.Deposit = money.KES(f.Fee.Cents-f.Kept.Cents), money.KES(f.Deposit.Cents-f.Kept.Cents)
	if how.GiveBack && !f.At.After(now) {
		f.Back, f.backTax = s.unused(sub.State, f.At)
	}
	return f
}

// End ends a line, and with it its grant. The event states the fee for leaving before the contract is over, as far as it is to be invoiced: whoever follows
// the line bills it, be it paid beforehand or not. fault.Invalid "subscription.reason".
func (s *Service) End(ctx context.Context, id int64, how Ending, by By) (Subscription, error) {
	if how.Reason == "" {
		return Subscription{}, fault.New(fault.Invalid, "subscription.reason")
	}
	return s.change(ctx, id, by, s.ending(how))
}

// ending makes the event of an end, and that of what is kept of the deposit.
func (s *Service) ending(how Ending) func(tx *db.Tx, sub Subscription) (draft, error) {
	return func(tx *db.Tx, sub Subscription) (draft, error) {
		f := s.farewell(sub, how)
		d := draft{Event: Event{Kind: Finished, At: f.At, Said: Said{Reason: how.Reason}}, moved: -f.Back.Cents, tax: f.backTax.Neg()}
		if f.Invoiced.IsPositive() {
			d.Said.Amount = &f.Invoiced
		}
		if f.Kept.IsPositive() {
			d.next = &draft{Event: Event{Kind: DepositLost, Said: Said{Amount: &f.Kept, Reason: how.Reason}}}
			if err := s.keepFee(tx, sub, f.Kept); err != nil {
				return d, err
			}
		}
		return d, s.give(tx, sub, f.Back, "unused", prepaid(sub, f.Back))
	}
}

// unused is what of the money that is held for a line is not used up at an instant, and the tax of it.
func (s *Service) unused(state State, at time.Time) (money.Amount, taxes.Tax) {
	sum, tax := int64(0), taxes.Tax{}
	for _, span := range state.Ahead {
		sum += span.back(state.clockAt(at), s.zone(state.Place.SiteID)).Cents
		tax = tax.Plus(span.backTax(state.clockAt(at), s.zone(state.Place.SiteID)))
	}
	return money.KES(sum), tax
}
