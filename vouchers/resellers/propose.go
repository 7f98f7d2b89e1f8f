package resellers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/approval"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
)

// Kinds of what a second person decides.
const (
	AskCommission = "reseller commission"
	AskLimit      = "reseller limit" // raised
	AskFloat      = "reseller float" // for cash, above CashAlone
	AskSettlement = "reseller settlement"
)

// asksCash is the kind by which cash of an event is asked for.
var asksCash = map[string]string{PaidIn: AskFloat, Settled: AskSettlement}

func (s *Service) nameDeeds() {
	s.Approvals.On(AskCommission, approval.Deed{Hold: s.holdOne, Do: func(tx *db.Tx, a approval.Ask) error {
		return s.changeAsked(tx, a, func(r Reseller) string { return r.Commission.String() }, func(r *Reseller) (err error) { r.Commission, err = ReadCommission(a.Wanted); return err })
	}})
	s.Approvals.On(AskLimit, approval.Deed{Hold: s.holdOne, Do: func(tx *db.Tx, a approval.Ask) error {
		return s.changeAsked(tx, a, func(r Reseller) string { return r.Limit.String() }, func(r *Reseller) (err error) { r.Limit, err = readKES(a.Wanted); return err })
	}})
	for kind, asked := range asksCash {
		s.Approvals.On(asked, approval.Deed{Hold: s.holdOne, Do: func(tx *db.Tx, a approval.Ask) error { return s.cashAsked(tx, kind, a) }})
	}
}

// holdOne locks a reseller before the ask about them, in the order of whoever asks.
func (s *Service) holdOne(tx *db.Tx, id int64) error {
	_, err := s.lock(tx, id)
	return err
}

func readKES(text string) (money.Amount, error) {
	return money.Parse(strings.TrimPrefix(text, money.Shilling+" "), money.Shilling)
}

// Propose is Save for who works at the console: what gives money away waits for a second person. Commission, and a limit that rises, stay as they are
// until then; of a new reseller they are nothing. Faults also of approval.Ask.
func (s *Service) Propose(ctx context.Context, r Reseller, why string, by approval.By) (saved Reseller, waiting []approval.Ask, err error) {
	wanted := r
	if err := wanted.checkLimit(); err != nil {
		return r, nil, err
	}
	hold := func(tx *db.Tx, r *Reseller) error {
		was := Reseller{Limit: money.KES(0), Commission: Commission{Each: money.KES(0)}}
		if r.ID != 0 {
			var err error
			if was, err = s.lock(tx, r.ID); err != nil {
				return err
			}
		}
		r.Commission = was.Commission
		if r.Limit.Cents > was.Limit.Cents {
			r.Limit = was.Limit
		}
		return nil
	}
	saved, err = s.save(ctx, r, vouchers.By{Actor: by.Actor, From: by.From}, hold, func(tx *db.Tx, r Reseller) error {
		waiting = nil
		for _, change := range [][3]string{{AskCommission, r.Commission.String(), wanted.Commission.String()}, {AskLimit, r.Limit.String(), wanted.Limit.String()}} {
			if change[1] == change[2] {
				continue
			}
			a, err := s.Approvals.Ask(tx, approval.Ask{Kind: change[0], Object: "reseller", ObjectID: r.ID, Sites: r.Sites, Was: change[1], Wanted: change[2], Reason: why}, by)
			if err != nil {
				return err
			}
			if a.State == approval.Asked {
				waiting = append(waiting, a)
			}
		}
		return nil
	})
	return saved, waiting, err
}

// changeAsked changes what was asked for, unless it is another by now, or is of other sites than those at which who decides may: fault.Conflict
// "approval.changed".
func (s *Service) changeAsked(tx *db.Tx, a approval.Ask, now func(Reseller) string, change func(*Reseller) error) error {
	r, err := s.lock(tx, a.ObjectID)
	if err != nil {
		return err
	}
	if now(r) != a.Was || !slices.Equal(r.Sites, a.Sites) {
		return fault.New(fault.Conflict, "approval.changed")
	}
	if err := change(&r); err != nil {
		return err
	}
	return s.update(tx, r)
}

// Take is PayIn, or Settle, for who works at the console: what is more than CashAlone with all the cash of the day waits for a second person. Faults also
// of approval.Ask; fault.Conflict "approval.decided" when the same was asked for and not approved, "reseller.request" when it was another amount.
func (s *Service) Take(ctx context.Context, q Request, kind string, amount money.Amount, by approval.By) (e Event, waits bool, err error) {
	actor := vouchers.By{Actor: by.Actor, From: by.From}
	if err := cashFits(kind, amount); err != nil {
		return e, false, err
	}
	if kind == Settled {
		if err := s.SweepOne(ctx, q.ResellerID, actor); err != nil {
			return e, false, err
		}
	}
	e, err = s.once(ctx, q, digest(kind, amount.Cents), func(tx *db.Tx, d desk, e Event) (Event, error) {
		waits = false
		over, err := s.overDay(tx, d.ID, amount)
		if err == nil && !over { // what was asked for on another day is not done beside it
			over, err = s.Approvals.Asked(tx, asksCash[kind], d.ID, q.Key)
		}
		if err != nil {
			return e, err
		}
		if !over {
			return s.cash(tx, d.Reseller, e, kind, amount, actor)
		}
		a, err := s.Approvals.Ask(tx, approval.Ask{Kind: asksCash[kind], Object: "reseller", ObjectID: d.ID, Request: q.Key, Sites: d.Sites, Was: d.Balance.String(), Wanted: amount.String(), Reason: q.Note}, by)
		if err != nil {
			return e, err
		}
		switch {
		case a.Wanted != amount.String():
			return e, fault.New(fault.Conflict, "reseller.request")
		case a.State == approval.Asked:
			waits = true
			return Event{}, nil
		case a.State == approval.Approved:
			done, _, err := s.byRequest(tx, d.ID, askedRequest(a))
			return done, err
		}
		return e, fault.New(fault.Conflict, "approval.decided")
	})
	return e, waits, err
}

func askedRequest(a approval.Ask) string { return fmt.Sprintf("approval:%d", a.ID) }

// overDay says whether an amount is more than one person may take in, with what was taken of the reseller today without a second person.
func (s *Service) overDay(tx *db.Tx, resellerID int64, amount money.Amount) (bool, error) {
	taken, err := s.cashToday(tx, resellerID)
	return amount.Cents > 0 && taken+amount.Cents > s.CashAlone().Cents, err
}

// cashAsked takes in what was approved. It is of the drawer of whoever asked: they have the notes.
func (s *Service) cashAsked(tx *db.Tx, kind string, a approval.Ask) error {
	amount, err := readKES(a.Wanted)
	if err != nil {
		return err
	}
	r, err := s.lock(tx, a.ObjectID)
	if err != nil {
		return err
	}
	_, err = s.cash(tx, &r, Event{Request: askedRequest(a), input: digest(kind, amount.Cents), Note: a.Reason}, kind, amount, vouchers.By{Actor: a.Asker})
	return err
}

// cash writes cash of a reseller who is held.
func (s *Service) cash(tx *db.Tx, r *Reseller, e Event, kind string, amount money.Amount, by vouchers.By) (Event, error) {
	e.Kind, e.Delta, e.By = kind, amount.Cents, by.Actor
	e, err := s.write(tx, r, e, posting(ledger.Cash, "", amount.Cents))
	if err != nil {
		return e, err
	}
	return e, s.record(tx, by, "reseller "+kind, r.ID, map[string]any{"amount": amount.String(), "balance": r.Balance.String()})
}
