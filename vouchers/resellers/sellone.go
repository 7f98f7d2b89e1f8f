package resellers

import (
	"context"
	"fmt"
	"slices"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// Sale is one voucher to be made and sold.
type Sale struct {
	PlanID, SiteID int64
	Phone          customers.Phone // gets the code by SMS; may be empty
	Lang           words.Lang      // of the SMS
}

// Receipt is a sale with its voucher.
type Receipt struct {
	Event   Event
	Batch   vouchers.Batch
	Voucher vouchers.Voucher
}

// Offers lists what a reseller may sell at a site, of what its routers can do.
func (s *Service) Offers(ctx context.Context, r Reseller, siteID int64) ([]plans.Plan, error) {
	if !r.SellsAt(siteID) {
		return nil, fault.New(fault.Denied, "reseller.not_sold")
	}
	all, err := s.Plans.ForSite(ctx, siteID)
	return slices.DeleteFunc(all, func(p plans.Plan) bool {
		here := p
		here.Sites = []int64{siteID}
		return !r.Sells(p.ID) || len(s.Plans.Unable(here)) > 0
	}), err
}

// SellOne makes a voucher, sells it and, when a phone is named, sends it there. The same request again gives the same voucher, though nothing of the
// kind may be sold any more. Faults: fault.Conflict "reseller.short", fault.Denied "reseller.closed", "reseller.not_sold".
func (s *Service) SellOne(ctx context.Context, q Request, w Sale, by vouchers.By) (Receipt, error) {
	known, err := s.Get(ctx, q.ResellerID)
	if err != nil {
		return Receipt{}, err
	}
	offers, err := s.Offers(ctx, known, w.SiteID)
	if err != nil && !fault.Is(err, fault.Denied) {
		return Receipt{}, err
	}
	return s.sellOnce(ctx, q, w, offers, by)
}

// SoldBefore is the answer that a sale got when it was made; fault.Denied "reseller.not_sold" when it never was.
func (s *Service) SoldBefore(ctx context.Context, q Request, w Sale, by vouchers.By) (Receipt, error) {
	return s.sellOnce(ctx, q, w, nil, by)
}

func (s *Service) sellOnce(ctx context.Context, q Request, w Sale, offers []plans.Plan, by vouchers.By) (Receipt, error) {
	i := slices.IndexFunc(offers, func(p plans.Plan) bool { return p.ID == w.PlanID })
	q.Note = w.Phone.Masked()
	e, err := s.once(ctx, q, digest(SoldOne, w.PlanID, w.SiteID, w.Phone), func(tx *db.Tx, d desk, e Event) (Event, error) {
		if err := d.active(); err != nil {
			return e, err
		}
		if i < 0 {
			return e, fault.New(fault.Denied, "reseller.not_sold")
		}
		e.Kind, e.By = SoldOne, by.Actor
		return s.sellOne(tx, d, offers[i], w, e, by)
	})
	if err != nil {
		return Receipt{}, err
	}
	return s.ReceiptOf(ctx, q.ResellerID, e.ID)
}

func (s *Service) sellOne(tx *db.Tx, d desk, p plans.Plan, w Sale, e Event, by vouchers.By) (Event, error) {
	shelf, err := s.Vouchers.Shelf(tx, p, w.SiteID, by)
	if err != nil {
		return e, err
	}
	if e.Earned, e.Above, err = s.earns(tx, d, p.Price.Cents); err != nil {
		return e, err
	}
	e.Count, e.Gross, e.Delta = 1, p.Price.Cents, e.Earned-p.Price.Cents
	if err := s.affords(tx, *d.Reseller, e.Delta); err != nil {
		return e, err
	}
	one, err := s.Vouchers.SellOne(tx, shelf, vouchers.Hand{Deed: vouchers.Deed{Holder: d.Holder()}, Earned: e.Earned, Above: e.Above}, by)
	if err != nil {
		return e, err
	}
	e.BatchID, e.First, e.Last = one.Batch.ID, one.Voucher.Serial, one.Voucher.Serial
	e, err = s.write(tx, d.Reseller, e, posting(ledger.Commission, "", e.Earned), posting(ledger.Vouchers, batchParty(one.Batch), -e.Gross))
	if err != nil {
		return e, err
	}
	if w.Phone != "" {
		_, err := s.Messages.Send(tx, notify.Message{Key: fmt.Sprintf("voucher sold %d", e.ID), Purpose: notify.ForCode, Channel: notify.SMS, To: string(w.Phone), Language: w.Lang,
			Words: "message.voucher", Args: []any{"Plan", one.Batch.PlanName(w.Lang), "Code", one.Voucher.Code.Grouped(one.Batch.Group)}})
		if err != nil {
			return e, err
		}
	}
	return e, s.share(tx, d, e)
}

// ReceiptOf is what one sale of a reseller's made; fault.NotFound "reseller.no_event".
func (s *Service) ReceiptOf(ctx context.Context, resellerID, eventID int64) (r Receipt, err error) {
	if r.Event, err = s.EventOf(ctx, resellerID, eventID); err != nil {
		return r, err
	}
	if r.Event.Kind != SoldOne {
		return r, noEvent()
	}
	r.Batch, r.Voucher, err = s.Vouchers.SoldOne(ctx, r.Event.BatchID, r.Event.First, vouchers.ResellerHolder(resellerID))
	return r, err
}

// CodeOf is the code of a sale as it is written on paper.
func (r Receipt) CodeOf() string { return r.Voucher.Code.Grouped(r.Batch.Group) }

// Plain is the code without spaces, for a link.
func (r Receipt) Plain() access.Code { return r.Voucher.Code }

func noEvent() error { return fault.New(fault.NotFound, "reseller.no_event") }
