package counter

import (
	"context"
	"slices"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// OfPayback is the kind of paybacks among what a rail sends money for.
const OfPayback = "payback"

// ByMPesa is how a payback is paid that a rail paid out to the customer's phone.
const ByMPesa = "mpesa"

const purposePhone = "counter.payback_phone"

// byRail is who did what a rail tells of.
var byRail = By{Actor: "M-Pesa"}

func of(id int64) billing.Of { return billing.Of{Kind: OfPayback, ID: id} }

func (s *Service) phoneOf(ctx context.Context, customerID int64) (customers.Phone, error) {
	all, err := s.Phones.FirstPhones(ctx, []int64{customerID})
	return all[customerID], err
}

// SendPayback has a payback that is owed paid out to the customer's phone. fault.Conflict "refund.not_owed", "refund.sending" or "owed.no_way".
func (s *Service) SendPayback(ctx context.Context, id int64, by By) (Payback, error) {
	return s.onRail(ctx, id, by, "payback sent", func(tx *db.Tx) error {
		_, err := s.Rail.Send(tx, of(id), by.Member)
		return err
	})
}

// PaybackStays says that the rail, which never told, sent nothing. fault.Conflict "refund.not_lost".
func (s *Service) PaybackStays(ctx context.Context, id int64, by By) (Payback, error) {
	return s.onRail(ctx, id, by, "payback stayed", func(tx *db.Tx) error {
		_, err := s.Rail.SendStays(tx, of(id))
		return err
	})
}

// PaybackWent says that the rail, which never told, did send, with its code. fault.Invalid "refund.reference", fault.Conflict "refund.not_lost".
func (s *Service) PaybackWent(ctx context.Context, id int64, code string, by By) (Payback, error) {
	return s.onRail(ctx, id, by, "payback went", func(tx *db.Tx) error { return s.Rail.SendWent(tx, of(id), by.Member, code) })
}

func (s *Service) onRail(ctx context.Context, id int64, by By, action string, do func(tx *db.Tx) error) (p Payback, err error) {
	if s.Rail == nil {
		return p, fault.New(fault.Conflict, "owed.no_way")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = s.paybackTx(tx, id); err != nil {
			return err
		}
		if err = do(tx); err != nil {
			return err
		}
		if p, err = s.paybackTx(tx, id); err != nil {
			return err
		}
		return s.record(tx, by, action, "customer", idText(p.CustomerID), p.Amount.String()+" "+p.Reason)
	})
	return p, err
}

// Owed implements billing.Owes. A phone that was changed since it was asked for is none: two persons decided on the other.
func (s *Service) Owed(tx *db.Tx, id int64) (billing.Owed, error) {
	p, err := s.paybackTx(tx, id)
	if err != nil {
		return billing.Owed{}, err
	}
	owed := billing.Owed{Amount: p.Amount, Due: p.State == Approved, Sending: p.Sending}
	sites, err := s.siteOf(tx, p.CustomerID)
	if err != nil {
		return owed, err
	}
	if len(sites) > 0 {
		owed.SiteID = sites[0]
	}
	phone, err := s.phoneOf(tx.Context(), p.CustomerID)
	if phone != "" && slices.Contains(s.Keys.Lookups(purposePhone, string(phone)), p.phoneHash) {
		owed.Phone = phone
	}
	return owed, err
}

// OwedWent implements billing.Owes.
func (s *Service) OwedWent(tx *db.Tx, id int64, w billing.Went) (bool, error) {
	_, err := s.paid(tx, Payback{ID: id, PaidBy: w.By, How: ByMPesa, Reference: w.Reference, Sending: w.Try},
		ledger.Posting{Account: ledger.PayoutCodes, Party: "till:" + strconv.FormatInt(w.TillID, 10)}, byRail)
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}
