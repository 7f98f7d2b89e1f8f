package app

import (
	"context"

	"mtandao/billing"
	"mtandao/billing/prompts"
	"mtandao/internal/sim/safaricom"
)

// mostDues is how often a phone is asked by itself for one period.
const mostDues = 2

// holdsHome compares the end of a story's home, when it has one, with what the rail knows.
func (g *group) holdsHome(ctx context.Context, e *ending, s *story, moves []safaricom.Move) error {
	if s.home == nil || s.home.line.ID == 0 {
		return nil
	}
	end, err := g.homeEnded(ctx, e, s)
	if err == nil {
		e.tally.homes.Add(1)
		e.tally.orders.Add(int64(len(end.asks)))
		e.holdsHome(s, end, moves)
	}
	return err
}

// holdsHome says what did not end with a story's home as it must: each shilling is in their account or in suspense once, no prompt is paid twice, and the line is
// online if and only if it was paid for.
func (e *ending) holdsHome(s *story, end homeEnd, moves []safaricom.Move) {
	for _, m := range moves {
		e.holdsMove(m)
		e.holdsHomeMove(s, m)
	}
	dues := 0
	for _, a := range end.asks {
		o, known := e.orders[a.Order.Code]
		if !known {
			e.wrong("the prompt of order %s is not in the books", a.Order.Code)
			continue
		}
		if a.Cause == prompts.DueDay {
			dues++
		}
		if n := e.wire.pushes[o.Code]; n > 1 {
			e.wrong("order %s was prompted for %d times", o.Code, n)
		}
		if own := e.ownMoney(o); len(own) > 1 {
			e.wrong("the prompt of order %s has moved money once, and has %d receipts of its own", o.Code, len(own))
		}
		e.holdsPayment(o, len(e.byPay[o.PaymentID]) > 0)
	}
	if dues > mostDues {
		e.wrong("the home was asked %d times by itself for one period", dues)
	}
	e.holdsAccount(end)
}

// holdsHomeMove: what the home paid is in their account, or nobody's while a digit was wrong.
func (e *ending) holdsHomeMove(s *story, m safaricom.Move) {
	r, kept := e.byNumber[m.Receipt]
	if !kept {
		return // holdsMove tells whether it must be
	}
	mistyped := m.Kind == safaricom.KindPayBill && !s.typedRight(m.Reference)
	switch {
	case r.Placed == billing.PlacedAccount && r.HolderID == s.home.who.ID:
	case mistyped && (r.Placed == billing.PlacedSuspense || r.Placed == billing.PlacedReversed):
	default:
		e.wrong("receipt %s of the home is in %s of %d", m.Receipt, r.Placed, r.HolderID)
	}
}

// typedRight says that an account was the home's, in whatever form.
func (s *story) typedRight(account string) bool {
	for _, p := range s.home.hands {
		if p.how != wrongAccount && s.home.typed(p) == account {
			return true
		}
	}
	return false
}

// holdsAccount: what came by receipts is what the account tells, all of it was spent on the line or is there, and the line is as it was paid.
func (e *ending) holdsAccount(end homeEnd) {
	if end.paidIn != end.total || end.back != end.undone {
		e.wrong("receipts of %d cents (%d of them reversed) are the home's, and their account had %d and gave back %d", end.total, end.undone, end.paidIn, end.back)
	}
	paid := end.total - end.undone
	switch {
	case end.undone == 0 && end.credit != paid-end.renewedFor:
		e.wrong("the home paid %d cents, %d renewals took %d, and %d are left", paid, end.renewals, end.renewedFor, end.credit)
	case end.undone == 0 && end.renewedFor != int64(end.renewals)*homePrice:
		e.wrong("%d renewals took %d cents", end.renewals, end.renewedFor)
	case end.undone == 0 && end.online != (paid >= homePrice):
		e.wrong("the home paid %d cents for a line of %d, and is online: %v", paid, int64(homePrice), end.online)
	case end.undone > 0 && end.online && paid < homePrice:
		e.wrong("of what the home paid %d cents are left, and its line of %d is online", paid, int64(homePrice))
	case end.undone == 0 && end.credit < 0:
		e.wrong("the home has %d cents of credit", end.credit)
	}
}
