package app

import (
	"context"
	"strconv"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/staff"
)

// refundDocument is a refund in the trail.
type refundDocument struct {
	Receipt   string `json:"receipt"`
	Amount    string `json:"amount"`
	Reason    string `json:"reason"`
	State     string `json:"state"`
	How       string `json:"how,omitempty"`
	Reference string `json:"reference,omitempty"`
}

func refundSaid(f billing.Refund) refundDocument {
	return refundDocument{strconv.FormatInt(f.ReceiptID, 10), f.Amount.String(), f.Reason, string(f.State), f.How, f.Reference}
}

func (o officeDeeds) refund(ctx context.Context, who staff.Member, by staff.By, action string, change func(tx *db.Tx) (billing.Refund, error)) (f billing.Refund, err error) {
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		f, err = change(tx)
		return deed{action: action, object: "refund", id: f.ID, after: refundSaid(f)}, err
	})
	return f, err
}

// AskRefund implements backoffice.Deeds.
func (o officeDeeds) AskRefund(ctx context.Context, who staff.Member, by staff.By, f billing.Refund) (billing.Refund, error) {
	f.AskedBy = who.ID
	return o.refund(ctx, who, by, "refund asked", func(tx *db.Tx) (billing.Refund, error) { return o.m.Billing.AskRefund(tx, f) })
}

// DecideRefund implements backoffice.Deeds.
func (o officeDeeds) DecideRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, approve, proven bool) (f billing.Refund, err error) {
	decide := o.m.Billing.RefusePayback
	if approve {
		decide = o.m.Billing.ApproveRefund
	}
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		f, err = decide(tx, refundID, who.ID, proven)
		action := "refund refused"
		switch {
		case approve && f.Alone:
			action = "refund approved alone"
		case approve:
			action = "refund approved"
		case f.Alone:
			action = "refund refused alone"
		}
		return deed{action: action, object: "refund", id: f.ID, after: refundSaid(f)}, err
	})
	return f, err
}

// CancelRefund implements backoffice.Deeds.
func (o officeDeeds) CancelRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error) {
	return o.refund(ctx, who, by, "refund cancelled", func(tx *db.Tx) (billing.Refund, error) { return o.m.Billing.CancelRefund(tx, refundID, who.ID) })
}

// SendRefund implements backoffice.Deeds.
func (o officeDeeds) SendRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error) {
	return o.refund(ctx, who, by, "refund sent", func(tx *db.Tx) (billing.Refund, error) {
		if _, err := o.m.Billing.Send(tx, billing.Of{Kind: billing.OfRefund, ID: refundID}, who.ID); err != nil {
			return billing.Refund{}, err
		}
		return o.m.Billing.RefundIn(tx, refundID)
	})
}

// RefundStays implements backoffice.Deeds.
func (o officeDeeds) RefundStays(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error) {
	return o.refund(ctx, who, by, "refund stayed", func(tx *db.Tx) (billing.Refund, error) {
		if _, err := o.m.Billing.SendStays(tx, billing.Of{Kind: billing.OfRefund, ID: refundID}); err != nil {
			return billing.Refund{}, err
		}
		return o.m.Billing.RefundIn(tx, refundID)
	})
}

// CorrectRefund implements backoffice.Deeds.
func (o officeDeeds) CorrectRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, reference string) (billing.Refund, error) {
	return o.refund(ctx, who, by, "refund code corrected", func(tx *db.Tx) (billing.Refund, error) {
		return o.m.Billing.CorrectRefund(tx, refundID, who.ID, reference)
	})
}

// PayRefund implements backoffice.Deeds.
func (o officeDeeds) PayRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, how, reference string) (billing.Refund, error) {
	return o.refund(ctx, who, by, "refund paid", func(tx *db.Tx) (billing.Refund, error) {
		return o.m.Billing.PayRefund(tx, refundID, who.ID, how, reference)
	})
}
