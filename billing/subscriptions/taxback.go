package subscriptions

import (
	"context"
	"fmt"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TaxPaid is a renewal that was paid with its taxes on a day of a certificate of exemption which was written down late.
type TaxPaid struct {
	SubscriptionID, RenewalID int64
	PlanKey                   string
	Day                       clock.Day
	Paid, Taxes               money.Amount
	ByHand                    bool // what was paid for it went elsewhere since, in part: nobody but a person can tell what of the taxes is left
	tax                       taxes.Tax
	left                      taxes.Tax // of it, of time that is not used up
}

// TaxesPaid tells what CreditTaxes would credit a customer, and what it would not, by lines and in the order of renewals: nothing for who is not exempt.
func (s *Service) TaxesPaid(ctx context.Context, customerID int64) (all []TaxPaid, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		lines, err := everIn(tx, customerID)
		all = nil
		for _, sub := range lines {
			var some []TaxPaid
			if err == nil {
				some, err = s.taxesPaid(tx, sub)
			}
			all = append(all, some...)
		}
		return err
	})
	return all, err
}

// CreditTaxes credits a customer the taxes of TaxesPaid that are not by hand, once. Seen is their sum as somebody has looked at it. fault.Conflict "invoice.exempt_none" or "invoice.exempt_moved".
func (s *Service) CreditTaxes(ctx context.Context, customerID int64, seen money.Amount, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.Credit.Credit(tx, customerID); err != nil {
			return err
		}
		lines, err := everIn(tx, customerID)
		if err != nil {
			return err
		}
		sum := int64(0)
		for _, line := range lines {
			credited, err := s.creditTaxes(tx, line, by)
			if err != nil {
				return err
			}
			sum += credited
		}
		switch {
		case sum == 0:
			return fault.New(fault.Conflict, "invoice.exempt_none")
		case sum != seen.Cents:
			return fault.New(fault.Conflict, "invoice.exempt_moved", "Sum", money.KES(sum))
		}
		return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "taxes credited", Object: "customer", ObjectID: fmt.Sprint(customerID)}, nil, map[string]any{"amount": money.KES(sum).String(), "renewals": true})
	})
}

// creditTaxes credits what of a line's renewals is to be credited, and tells how many cents.
func (s *Service) creditTaxes(tx *db.Tx, line Subscription, by By) (sum int64, err error) {
	sub, err := lock(tx, line.ID)
	if err != nil {
		return 0, err
	}
	all, err := s.taxesPaid(tx, sub)
	for _, one := range all {
		if err != nil || one.ByHand {
			continue
		}
		sum += one.Taxes.Cents
		sub, err = s.creditTax(tx, sub, one, by)
	}
	return sum, err
}

// creditTax gives the taxes of a renewal back: those of time that is not used up out of what is held for it, which is worth so much less from now on, and the rest out of what is owed to the state.
func (s *Service) creditTax(tx *db.Tx, sub Subscription, one TaxPaid, by By) (Subscription, error) {
	used, left := one.tax.Plus(one.left.Neg()), sumOfTax(one.left)
	var from []ledger.Posting
	for _, p := range []ledger.Posting{prepaid(sub, money.KES(left)), {Account: ledger.ExcisePayable, Amount: money.KES(used.Excise)}, {Account: ledger.VATPayable, Amount: money.KES(used.VAT)}} {
		if !p.Amount.IsZero() {
			from = append(from, p)
		}
	}
	cause := Cause{Kind: "exempt", Request: sub.request(sub.Seq + 1), Note: sub.State.Sold.PlanKey, By: by.Actor}
	if err := s.Credit.Give(tx, sub.CustomerID, one.Taxes, cause, from...); err != nil {
		return sub, err
	}
	said := Said{RenewalID: one.RenewalID, Amount: &one.Taxes}
	if left != 0 {
		said.Shares = []Share{{RenewalID: one.RenewalID, Cents: -left, Tax: one.left.Neg()}}
	}
	return s.note(tx, sub, draft{Event: Event{Kind: TaxFreed, At: s.Clock.Now(), By: by.Actor, Said: said}, moved: -left, tax: one.left.Neg()})
}

func sumOfTax(t taxes.Tax) int64 { return t.Excise + t.VAT }

// taxesPaid are the renewals of a line that had taxes on exempt days, which nobody has credited yet.
func (s *Service) taxesPaid(tx *db.Tx, sub Subscription) (all []TaxPaid, err error) {
	known, err := s.Customers.Some(tx, []int64{sub.CustomerID})
	c := known[sub.CustomerID]
	if err != nil || !c.TaxExempt {
		return nil, err
	}
	events, err := eventsIn(tx, sub.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		one, is := taxedOn(c, e)
		if !is {
			continue
		}
		fate := s.fateOf(events, e)
		if fate == credited {
			continue
		}
		one.SubscriptionID, one.PlanKey, one.ByHand = sub.ID, sub.State.Sold.PlanKey, fate == elsewhere
		if !one.ByHand {
			if one.left, one.ByHand, err = s.leftOfTax(events, e); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// taxedOn says that an event is a renewal that was paid with taxes on an exempt day.
func taxedOn(c customers.Customer, e Event) (one TaxPaid, is bool) {
	if e.Kind != Renewed || !e.Said.Paid.To.IsZero() {
		return one, false
	}
	one = TaxPaid{RenewalID: e.ID, Day: clock.DayOf(e.At), Paid: e.Said.Paid.Amount, tax: e.Said.Paid.Tax.Plus(e.Said.Paid.SetupTax)}
	one.Taxes = money.KES(sumOfTax(one.tax))
	return one, one.Taxes.IsPositive() && c.ExemptOn(one.Day.String())
}

// fate is what became of the money of a renewal.
type fate int

const (
	had       fate = iota // it pays, or paid, for its time
	credited              // its taxes were credited, or all of it went back
	elsewhere             // some of it went back, or more was paid for its time
)

// fateOf tells what became of the money of a renewal by the events after it.
func (s *Service) fateOf(events []Event, renewal Event) fate {
	for _, e := range events {
		switch {
		case e.Kind == TaxFreed && e.Said.RenewalID == renewal.ID:
			return credited
		case e.Kind == TakenBack && e.Said.RenewalID == renewal.ID && e.Said.Amount.Cents == renewal.Said.Paid.Amount.Cents:
			return credited
		case e.Kind == TakenBack && e.Said.RenewalID == renewal.ID, e.Kind != TaxFreed && shares(e, renewal.ID), e.Kind == Finished && s.lay(events, e, renewal.ID):
			return elsewhere
		}
	}
	return had
}

func shares(e Event, renewalID int64) bool {
	for _, one := range e.Said.Shares {
		if one.RenewalID == renewalID && one.Cents != 0 {
			return true
		}
	}
	return false
}

// lay says that time of a renewal lay ahead when its line ended.
func (s *Service) lay(events []Event, end Event, renewalID int64) bool {
	var before []Event
	for _, e := range events {
		if e.Kind != Finished {
			before = append(before, e)
		}
	}
	state, err := Replay(before, end.At, s.zone)
	for _, span := range state.Ahead {
		if err != nil || span.EventID == renewalID {
			return true
		}
	}
	return err != nil
}

// leftOfTax is what of the taxes of a renewal is of time that is not used up. That of a set-up is nobody's to tell while no day was had: the set-up may go back yet.
func (s *Service) leftOfTax(events []Event, renewal Event) (left taxes.Tax, byHand bool, err error) {
	now := s.Clock.Now()
	state, err := Replay(events, now, s.zone)
	if err != nil {
		return left, false, err
	}
	loc := s.zone(state.Place.SiteID)
	for _, span := range state.Ahead {
		if span.EventID == renewal.ID {
			span.settle(state.clockAt(now), loc)
			return span.Tax, sumOfTax(span.SetupTax) != 0, nil
		}
	}
	return left, false, nil
}
