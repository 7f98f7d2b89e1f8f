package app

import (
	"context"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/staff"
)

// deed is a change by a member, as the trail keeps it.
type deed struct {
	action, object string
	id             int64
	before, after  any
}

// officeDeeds carries out what members decide: the change and its trace in the trail are one transaction.
type officeDeeds struct{ m *Main }

// do runs a change; what it did is told by the deed that it fills in.
func (o officeDeeds) do(ctx context.Context, who staff.Member, by staff.By, change func(tx *db.Tx) (deed, error)) error {
	return o.m.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := change(tx)
		if err != nil {
			return err
		}
		_, err = o.record(tx, who, by, d)
		return err
	})
}

func (o officeDeeds) record(tx *db.Tx, who staff.Member, by staff.By, d deed) (int64, error) {
	e := audit.Event{ID: tx.ID(), Actor: who.Email, Action: d.action, Object: d.object, ObjectID: strconv.FormatInt(d.id, 10), From: by.From}
	return e.ID, audit.Change(tx, o.m.Clock.Now(), e, d.before, d.after)
}

// placedDocument is where a receipt's money is, in the trail.
type placedDocument struct {
	Placed   string `json:"placed"`
	Order    string `json:"order,omitempty"`
	Customer string `json:"customer,omitempty"`
	Amount   string `json:"amount"`
}

func placedAt(r billing.Receipt) placedDocument {
	d := placedDocument{Placed: r.Placed, Amount: r.Amount.String()}
	if r.OrderID != 0 {
		d.Order = strconv.FormatInt(r.OrderID, 10)
	}
	if r.HolderID != 0 {
		d.Customer = strconv.FormatInt(r.HolderID, 10)
	}
	return d
}

// Match implements backoffice.Deeds.
func (o officeDeeds) Match(ctx context.Context, who staff.Member, by staff.By, m billing.Matching) (out billing.Outcome, err error) {
	was, err := o.m.Billing.ReceiptByID(ctx, m.ReceiptID)
	if err != nil {
		return out, err
	}
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		if out, err = o.m.Billing.Match(tx, m); err != nil {
			return deed{}, err
		}
		is := was
		is.Placed, is.OrderID = out.Placed, out.OrderID
		return deed{"receipt matched", "receipt", m.ReceiptID, placedAt(was), placedAt(is)}, nil
	})
	return out, err
}

// MatchAccount implements backoffice.Deeds.
func (o officeDeeds) MatchAccount(ctx context.Context, who staff.Member, by staff.By, receiptID int64, to customers.Customer) error {
	was, err := o.m.Billing.ReceiptByID(ctx, receiptID)
	if err != nil {
		return err
	}
	return o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		is := was
		is.Placed, is.HolderID = billing.PlacedAccount, to.ID
		_, err := o.m.Billing.MatchAccount(tx, receiptID, to.ID)
		return deed{"receipt matched", "receipt", receiptID, placedAt(was), placedAt(is)}, err
	})
}

// Unmatch implements backoffice.Deeds.
func (o officeDeeds) Unmatch(ctx context.Context, who staff.Member, by staff.By, receiptID int64) error {
	was, err := o.m.Billing.ReceiptByID(ctx, receiptID)
	if err != nil {
		return err
	}
	return o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		is := was
		is.Placed, is.OrderID = billing.PlacedSuspense, 0
		return deed{"receipt unmatched", "receipt", receiptID, placedAt(was), placedAt(is)}, o.m.Billing.Unmatch(tx, receiptID)
	})
}
