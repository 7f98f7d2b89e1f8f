package resellers

import (
	"context"
	"fmt"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/vouchers"
)

// States of what a reseller wants to give back.
const (
	ReturnAsked     = "asked"
	returnTaking    = "taking" // the cashier has the cards, and they are being booked
	ReturnTaken     = "taken"
	ReturnRefused   = "refused"
	ReturnWithdrawn = "withdrawn"
)

// Giveback is unsold paper that a reseller says they bring. Nothing moves before the cashier has counted it: a card that only claims to be
// back could be in a customer's hand. Until then the cards work, and those that are sold or used meanwhile stay so.
type Giveback struct {
	ID, ResellerID int64
	Range
	Count, Taken int // unsold when it was asked; that came back
	State, Note  string
	By           string // who decided
	At           time.Time
	DecidedAt    time.Time
	request      string
}

// Open says that nobody has decided yet.
func (g Giveback) Open() bool { return g.State == ReturnAsked || g.State == returnTaking }

// AskReturn says what a reseller brings back, once for its key. Faults: fault.Invalid "voucher.range", fault.Conflict "reseller.nothing".
func (s *Service) AskReturn(ctx context.Context, q Request, w Range, by vouchers.By) (g Giveback, err error) {
	b, err := s.Vouchers.Batch(ctx, w.BatchID)
	if err != nil {
		return g, err
	}
	known, err := s.Get(ctx, q.ResellerID)
	if err != nil {
		return g, err
	}
	if !requestForm.MatchString(q.Key) {
		return g, fault.New(fault.Invalid, "reseller.request")
	}
	if w.First < 1 || w.Last < w.First || w.Last > b.Made {
		return g, fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
	}
	g = Giveback{ResellerID: q.ResellerID, Range: w, State: ReturnAsked, request: q.Key, At: s.Clock.Now()}
	if g.Count, err = s.Vouchers.UnsoldIn(ctx, w.BatchID, known.Holder(), w.First, w.Last); err == nil && g.Count == 0 {
		err = fault.New(fault.Conflict, "reseller.nothing")
	}
	if err != nil {
		return g, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		g.ID = tx.ID()
		if err := s.insertReturn(tx, g); err != nil {
			return err
		}
		return s.record(tx, by, "reseller return asked", g.ResellerID, map[string]any{"batch": b.Number, "first": w.First, "last": w.Last, "vouchers": g.Count})
	})
	if db.IsDuplicate(err) {
		if g, err = s.returnByRequest(ctx, q.ResellerID, q.Key); err == nil && g.Range != w {
			err = fault.New(fault.Conflict, "reseller.request")
		}
	}
	return g, err
}

// WithdrawReturn takes back what a reseller asked; fault.Conflict "reseller.return_decided".
func (s *Service) WithdrawReturn(ctx context.Context, resellerID, id int64, by vouchers.By) error {
	g, err := s.ReturnOf(ctx, id)
	if err == nil && g.ResellerID != resellerID {
		err = fault.New(fault.NotFound, "reseller.no_return")
	}
	if err != nil {
		return err
	}
	return s.decide(ctx, g, ReturnAsked, ReturnWithdrawn, by)
}

// RefuseReturn leaves the paper with the reseller; fault.Conflict "reseller.return_decided".
func (s *Service) RefuseReturn(ctx context.Context, g Giveback, by vouchers.By) error {
	return s.decide(ctx, g, ReturnAsked, ReturnRefused, by)
}

// TakeReturn books what the cashier has counted: what of it is still unsold goes back to the house, and what was paid for it to the balance.
// Cut in the middle, it goes on when it is asked again. fault.Conflict "reseller.return_decided", "reseller.nothing".
func (s *Service) TakeReturn(ctx context.Context, g Giveback, by vouchers.By) (count int, cents int64, err error) {
	if g.State != returnTaking {
		if err := s.decide(ctx, g, ReturnAsked, returnTaking, by); err != nil {
			return 0, 0, err
		}
	}
	for first := g.First; first <= g.Last; first += vouchers.MostHanded {
		part := Range{g.BatchID, first, min(first+vouchers.MostHanded-1, g.Last)}
		e, err := s.piece(ctx, Request{Key: fmt.Sprintf("giveback:%d:%d", g.ID, first), ResellerID: g.ResellerID}, part, givenBack, by)
		if fault.KeyOf(err) == "reseller.nothing" {
			continue
		}
		if err != nil {
			return count, cents, err
		}
		count, cents = count+e.Count, cents+e.Delta
	}
	if g.Taken = count; count == 0 {
		if err := s.decide(ctx, g, returnTaking, ReturnAsked, by); err != nil {
			return 0, 0, err
		}
		return 0, 0, fault.New(fault.Conflict, "reseller.nothing")
	}
	return count, cents, s.decide(ctx, g, returnTaking, ReturnTaken, by)
}

// decide moves a return from one state to another, and writes the trail.
func (s *Service) decide(ctx context.Context, g Giveback, from, to string, by vouchers.By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.moveReturn(tx, g, from, to, by.Actor)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "reseller.return_decided")
		}
		if err != nil {
			return err
		}
		return s.record(tx, by, "reseller return "+to, g.ResellerID, map[string]any{"first": g.First, "last": g.Last, "vouchers": g.Count, "taken": g.Taken})
	})
}
