package partners

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Payout is money due that a partner gets. It goes the way of a customer's payback (billing/counter): asked for by one member, who may take it
// back, approved or refused by another, and then paid, by hand or by a rail to the partner's phone. It stays due until it is paid.
type Payout struct {
	ID, PartnerID              int64
	Amount                     money.Amount
	Note                       string
	State                      counter.PaybackState
	AskedBy, DecidedBy, PaidBy int64 // members
	Alone                      bool  // decided by who asked: nobody else could
	How, Reference             string
	Sending                    int64  // the try of the rail that is under way; 0 for none
	phoneHash                  string // of the phone that it may be paid out to, as it was when this was asked for
	AskedAt, DecidedAt, PaidAt time.Time
}

const (
	longestNote      = 200
	longestReference = 60
)

func (p Payout) request() string { return fmt.Sprintf("payout:%d", p.ID) }

func (p Payout) said() map[string]any {
	return map[string]any{"payout": p.ID, "amount": p.Amount.String(), "note": p.Note, "how": p.How, "reference": p.Reference}
}

// AskPayout asks for a partner to be paid what is due, or a part of it. fault.Invalid "partner.amount" or "partner.note"; fault.Conflict
// "partner.more_than_due", or "partner.open": another waits.
func (s *Service) AskPayout(ctx context.Context, p Payout, by By) (Payout, error) {
	p.Note = strings.TrimSpace(p.Note)
	switch {
	case !p.Amount.IsPositive():
		return p, fault.New(fault.Invalid, "partner.amount")
	case utf8.RuneCountInString(p.Note) > longestNote || !printable(p.Note):
		return p, fault.New(fault.Invalid, "partner.note")
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		who, err := s.owing(tx, p)
		if err != nil {
			return err
		}
		p.phoneHash = s.Keys.Lookup(purposePhone, string(who.Phone))
		p.ID, p.State, p.AskedBy, p.AskedAt = tx.ID(), counter.Asked, by.Member, s.now()
		if err := s.insertPayout(tx, p); err != nil {
			return err
		}
		return s.record(tx, by, "payout asked", p.PartnerID, p.said())
	})
	if db.IsDuplicate(err) {
		err = fault.New(fault.Conflict, "partner.open")
	}
	return p, err
}

// owing holds a partner to whom a payout is due; fault.Conflict "partner.more_than_due".
func (s *Service) owing(tx *db.Tx, p Payout) (Partner, error) {
	who, err := s.lock(tx, p.PartnerID)
	if err == nil && who.Due.Cents < p.Amount.Cents {
		err = fault.New(fault.Conflict, "partner.more_than_due", "Due", money.KES(max(0, who.Due.Cents)))
	}
	return who, err
}

// DecidePayout is the second person's word; what is approved may still be refused while it is not paid. fault.Denied as of internal/approval, fault.Conflict
// "partner.decided", "partner.more_than_due", or "refund.sending" while a rail may be paying it out.
func (s *Service) DecidePayout(ctx context.Context, id int64, approve bool, by By) (p Payout, err error) {
	to := counter.Refused
	if approve {
		to = counter.Approved
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = s.payoutIn(tx, id); err != nil {
			return err
		}
		if approve {
			if _, err := s.owing(tx, p); err != nil {
				return err
			}
		}
		alone, err := s.Approvals.MayDecide(tx, nil, p.AskedBy, by.Member, by.Proven)
		if err != nil {
			return err
		}
		if p, err = s.decide(tx, id, by.Member, to, alone); err != nil {
			return err
		}
		action := "payout " + string(to)
		if p.Alone {
			action += " alone"
		}
		return s.record(tx, by, action, p.PartnerID, p.said())
	})
	return p, err
}

// CancelPayout takes back a payout that waits for the second person, by who asked for it: it stays due, and may be asked for again. fault.Denied
// "partner.not_yours", fault.Conflict "partner.decided".
func (s *Service) CancelPayout(ctx context.Context, id int64, by By) (p Payout, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = s.cancel(tx, id, by.Member); err != nil {
			return err
		}
		return s.record(tx, by, "payout cancelled", p.PartnerID, p.said())
	})
	return p, err
}

// PayPayout says how an approved payout was paid. fault.Invalid "partner.how" or "partner.reference" (of a bank transfer), fault.Conflict
// "partner.not_owed", "refund.sending" while a rail may be paying it out, or "partner.more_than_due" when the due has sunk since.
func (s *Service) PayPayout(ctx context.Context, id int64, how, reference string, by By) (p Payout, err error) {
	account := map[string]string{InCash: ledger.Cash, ByBank: ledger.Bank}[how]
	reference = strings.Join(strings.Fields(reference), " ")
	switch {
	case account == "":
		return p, fault.New(fault.Invalid, "partner.how")
	case how == ByBank && reference == "" || utf8.RuneCountInString(reference) > longestReference || !printable(reference):
		return p, fault.New(fault.Invalid, "partner.reference")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err = s.payOut(tx, Payout{ID: id, PaidBy: by.Member, How: how, Reference: reference}, ledger.Posting{Account: account}, by, s.owing)
		return err
	})
	return p, err
}

// payOut moves the money of a payout that is to be paid out of where it is paid from, when the partner may have it.
func (s *Service) payOut(tx *db.Tx, said Payout, from ledger.Posting, by By, may func(*db.Tx, Payout) (Partner, error)) (Payout, error) {
	p, err := s.payoutIn(tx, said.ID)
	if err != nil {
		return p, err
	}
	if _, err := s.lock(tx, p.PartnerID); err != nil {
		return p, err
	}
	if p, err = s.pay(tx, said); err != nil {
		return p, err
	}
	who, err := may(tx, p)
	if err != nil {
		return p, err
	}
	e := Event{Kind: PaidOut, Request: p.request(), Day: p.PaidAt.In(clock.Nairobi).Format(time.DateOnly), Delta: -p.Amount.Cents, How: p.How, Note: p.told(), By: by.Actor}
	if _, err = s.write(tx, who, e, who.next, from); err != nil {
		return p, err
	}
	return p, s.record(tx, by, "payout paid", p.PartnerID, p.said())
}

// told is what the partner reads of a payout.
func (p Payout) told() string { return strings.Trim(p.Note+" · "+p.Reference, " ·") }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }
