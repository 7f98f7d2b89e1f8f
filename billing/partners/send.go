package partners

import (
	"context"
	"slices"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// OfPayout is the kind of payouts to partners among what a rail sends money for.
const OfPayout = "payout"

// byRail is who did what a rail tells of.
var byRail = By{Actor: "M-Pesa"}

func of(id int64) billing.Of { return billing.Of{Kind: OfPayout, ID: id} }

// SendPayout has an approved payout paid out to the partner's phone. fault.Conflict "partner.more_than_due", "refund.not_owed", "refund.sending" or "owed.no_way".
func (s *Service) SendPayout(ctx context.Context, id int64, by By) (Payout, error) {
	return s.onRail(ctx, id, by, "payout sent", func(tx *db.Tx, p Payout) error {
		if _, err := s.owing(tx, p); err != nil {
			return err
		}
		_, err := s.Rail.Send(tx, of(id), by.Member)
		return err
	})
}

// PayoutStays says that the rail, which never told, sent nothing. fault.Conflict "refund.not_lost".
func (s *Service) PayoutStays(ctx context.Context, id int64, by By) (Payout, error) {
	return s.onRail(ctx, id, by, "payout stayed", func(tx *db.Tx, _ Payout) error {
		_, err := s.Rail.SendStays(tx, of(id))
		return err
	})
}

// PayoutWent says that the rail, which never told, did send, with its code. fault.Invalid "refund.reference", fault.Conflict "refund.not_lost".
func (s *Service) PayoutWent(ctx context.Context, id int64, code string, by By) (Payout, error) {
	return s.onRail(ctx, id, by, "payout went", func(tx *db.Tx, _ Payout) error { return s.Rail.SendWent(tx, of(id), by.Member, code) })
}

func (s *Service) onRail(ctx context.Context, id int64, by By, action string, do func(tx *db.Tx, p Payout) error) (p Payout, err error) {
	if s.Rail == nil {
		return p, fault.New(fault.Conflict, "owed.no_way")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.HoldOwed(tx, id); err != nil {
			return err
		}
		if p, err = s.payoutIn(tx, id); err != nil {
			return err
		}
		if err = do(tx, p); err != nil {
			return err
		}
		if p, err = s.payoutIn(tx, id); err != nil {
			return err
		}
		return s.record(tx, by, action, p.PartnerID, p.said())
	})
	return p, err
}

// Owed implements billing.Owes. A phone that was changed since it was asked for is none: two persons decided on the other.
func (s *Service) Owed(tx *db.Tx, id int64) (billing.Owed, error) {
	p, err := s.payoutIn(tx, id)
	if err != nil {
		return billing.Owed{}, err
	}
	owed := billing.Owed{Amount: p.Amount, Due: p.State == counter.Approved, Sending: p.Sending}
	who, err := s.partnerIn(tx, p.PartnerID)
	if err != nil {
		return owed, err
	}
	if len(who.Sites) > 0 {
		owed.SiteID = who.Sites[0]
	}
	if slices.Contains(s.Keys.Lookups(purposePhone, string(who.Phone)), p.phoneHash) {
		owed.Phone = who.Phone
	}
	return owed, nil
}

// OwedWent implements billing.Owes. What went is out of what is due, although the due may have sunk meanwhile.
func (s *Service) OwedWent(tx *db.Tx, id int64, w billing.Went) (bool, error) {
	_, err := s.payOut(tx, Payout{ID: id, PaidBy: w.By, How: ByMPesa, Reference: w.Reference, Sending: w.Try},
		ledger.Posting{Account: ledger.PayoutCodes, Party: "till:" + strconv.FormatInt(w.TillID, 10)}, byRail, func(tx *db.Tx, p Payout) (Partner, error) { return s.lock(tx, p.PartnerID) })
	if key := fault.KeyOf(err); key == "partner.not_owed" || key == "refund.sending" {
		return false, nil
	}
	return err == nil, err
}
