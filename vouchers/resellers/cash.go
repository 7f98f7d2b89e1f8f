package resellers

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
)

// PayIn takes cash from a reseller: it pays what they owe, and the rest is float. fault.Invalid "reseller.amount".
func (s *Service) PayIn(ctx context.Context, q Request, amount money.Amount, by vouchers.By) (Event, error) {
	return s.takeCash(ctx, q, PaidIn, amount, by)
}

// Settle makes accounts with a reseller: what guests used is charged, and what is paid now is taken; that may be nothing.
func (s *Service) Settle(ctx context.Context, q Request, paid money.Amount, by vouchers.By) (Event, error) {
	if err := s.SweepOne(ctx, q.ResellerID, by); err != nil {
		return Event{}, err
	}
	return s.takeCash(ctx, q, Settled, paid, by)
}

func (s *Service) takeCash(ctx context.Context, q Request, kind string, amount money.Amount, by vouchers.By) (Event, error) {
	if err := cashFits(kind, amount); err != nil {
		return Event{}, err
	}
	return s.once(ctx, q, digest(kind, amount.Cents), func(tx *db.Tx, d desk, e Event) (Event, error) {
		return s.cash(tx, d.Reseller, e, kind, amount, by)
	})
}

func cashFits(kind string, amount money.Amount) error {
	if amount.Cents < 0 || amount.Cents == 0 && kind == PaidIn || amount.Cents > mostOwed {
		return fault.New(fault.Invalid, "reseller.amount", "Most", money.KES(mostOwed))
	}
	return nil
}

// PayOut gives float back in cash; fault.Conflict "reseller.short" when there is less.
func (s *Service) PayOut(ctx context.Context, q Request, amount money.Amount, by vouchers.By) (Event, error) {
	if amount.Cents <= 0 {
		return Event{}, fault.New(fault.Invalid, "reseller.amount", "Most", money.KES(mostOwed))
	}
	return s.once(ctx, q, digest(PaidOut, amount.Cents), func(tx *db.Tx, d desk, e Event) (Event, error) {
		if left := d.Balance.Cents - amount.Cents; left < 0 {
			return e, fault.New(fault.Conflict, "reseller.short", "Missing", money.KES(-left))
		}
		if err := s.affords(tx, *d.Reseller, -amount.Cents); err != nil {
			return e, err
		}
		e.Kind, e.Delta, e.By = PaidOut, -amount.Cents, by.Actor
		e, err := s.write(tx, d.Reseller, e, posting(ledger.Cash, "", -amount.Cents))
		if err != nil {
			return e, err
		}
		return e, s.record(tx, by, "reseller "+PaidOut, d.ID, map[string]any{"amount": amount.String(), "balance": d.Balance.String()})
	})
}

// Give moves float from the one above to the reseller of the request; fault.Conflict "reseller.short", fault.Denied "reseller.not_yours".
func (s *Service) Give(ctx context.Context, q Request, aboveID int64, amount money.Amount, by vouchers.By) (Event, error) {
	if amount.Cents <= 0 || amount.Cents > mostOwed {
		return Event{}, fault.New(fault.Invalid, "reseller.amount", "Most", money.KES(mostOwed))
	}
	return s.once(ctx, q, digest(Given, aboveID, amount.Cents), func(tx *db.Tx, d desk, e Event) (Event, error) {
		if d.above == nil || d.above.ID != aboveID {
			return e, fault.New(fault.Denied, "reseller.not_yours")
		}
		if d.above.State != Active {
			return e, fault.New(fault.Denied, "reseller.closed")
		}
		if left := d.above.Balance.Cents - amount.Cents; left < 0 {
			return e, fault.New(fault.Conflict, "reseller.short", "Missing", money.KES(-left))
		}
		if err := s.affords(tx, *d.above, -amount.Cents); err != nil {
			return e, err
		}
		given, err := s.write(tx, d.above, Event{Kind: Given, Request: e.Request + "/" + e.input[:8], input: e.input, Delta: -amount.Cents, OtherID: d.ID, By: by.Actor},
			own(d.ID, d.Balance.Cents, amount.Cents)...)
		if err != nil {
			return e, err
		}
		e.Kind, e.Delta, e.OtherID, e.By = Got, amount.Cents, given.ID, by.Actor
		return s.writeBooked(tx, d.Reseller, e)
	})
}
