package app

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// AskNow implements backoffice.Deeds. The rail is asked outside any transaction; that it was asked is recorded after.
func (o officeDeeds) AskNow(ctx context.Context, who staff.Member, by staff.By, orderID int64) (said string, err error) {
	if said, err = o.m.Billing.AskNow(ctx, orderID); err != nil {
		return "", err
	}
	return said, o.do(ctx, who, by, func(*db.Tx) (deed, error) {
		return deed{action: "rail asked", object: "order", id: orderID, after: map[string]string{"came": said}}, nil
	})
}

// ServeFromCredit implements backoffice.Deeds.
func (o officeDeeds) ServeFromCredit(ctx context.Context, who staff.Member, by staff.By, orderID int64) error {
	return o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		out, err := o.m.Billing.ServeFromCredit(tx, orderID)
		return deed{action: "order served from credit", object: "order", id: orderID, after: map[string]string{"receipt": strconv.FormatInt(out.ReceiptID, 10)}}, err
	})
}

// PromptAgain implements backoffice.Deeds.
func (o officeDeeds) PromptAgain(ctx context.Context, who staff.Member, by staff.By, orderID int64) (next billing.Order, err error) {
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		next, err = o.m.Billing.PromptAgain(tx, orderID)
		return deed{action: "prompted again", object: "order", id: orderID, after: map[string]string{"order": strconv.FormatInt(next.ID, 10)}}, err
	})
	return next, err
}

// PutOnline implements backoffice.Deeds. A grant that waits for another is no way online yet: the one before it is.
func (o officeDeeds) PutOnline(ctx context.Context, who staff.Member, by staff.By, grantID int64) error {
	g, err := o.turnOf(ctx, grantID)
	if err != nil {
		return err
	}
	at, err := o.whereOf(ctx, g)
	if err != nil {
		return err
	}
	return o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		return deed{action: "put online", object: "grant", id: g.ID, after: map[string]string{"device": at.MAC.Colons()}}, o.m.Radius.PutOnline(tx, g.ID, at)
	})
}

const longestQueue = 100

// turnOf is the grant whose turn it is in a queue.
func (o officeDeeds) turnOf(ctx context.Context, grantID int64) (g access.Grant, err error) {
	for range longestQueue {
		if g, _, _, err = o.m.Access.View(ctx, grantID); err != nil || g.AfterGrantID == 0 {
			return g, err
		}
		grantID = g.AfterGrantID
	}
	return g, err
}

// whereOf is where the newest order for a grant was placed, else where the grant itself was.
func (o officeDeeds) whereOf(ctx context.Context, g access.Grant) (access.Place, error) {
	orders, err := o.m.Billing.OrdersOfGrant(ctx, g.ID)
	if err == nil && len(orders) > 0 && orders[0].Place.RouterID != 0 && orders[0].Place.MAC != "" {
		return orders[0].Place, nil
	}
	return g.Place, err
}

// Move implements backoffice.Deeds.
func (o officeDeeds) Move(ctx context.Context, who staff.Member, by staff.By, grantID int64, slot int, mac access.MAC) error {
	g, slots, _, err := o.m.Access.View(ctx, grantID)
	if err != nil {
		return err
	}
	var was string
	for _, s := range slots {
		if s.N == slot {
			was = s.MAC.Colons()
		}
	}
	return o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		d := deed{action: "device moved", object: "grant", id: grantID, before: map[string]string{"device": was}, after: map[string]string{"device": mac.Colons()}}
		if err := o.m.Access.FreeSlot(tx, grantID, slot); err != nil {
			return d, err
		}
		if err := o.m.Access.BindDevice(tx, grantID, mac); err != nil || g.Place.RouterID == 0 {
			return d, err
		}
		return d, o.m.Radius.PutOnline(tx, grantID, access.Place{RouterID: g.Place.RouterID, MAC: mac})
	})
}

// Resume implements backoffice.Deeds.
func (o officeDeeds) Resume(ctx context.Context, who staff.Member, by staff.By, grantID int64) (won bool, err error) {
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		won, err = o.m.Access.Resume(tx, grantID)
		return deed{"access resumed", "grant", grantID, map[string]string{"state": "suspended"}, map[string]string{"state": "active"}}, err
	})
	return won, err
}

const actionExtended = "access extended"

// giftDocument is a gift in the trail, by which ledger verify proves its source.
type giftDocument struct {
	Grant   string `json:"grant"` // which was looked at
	Seconds int64  `json:"seconds"`
	Bytes   int64  `json:"bytes"`
	Reason  string `json:"reason"`
}

// LastGift implements backoffice.Deeds.
func (o officeDeeds) LastGift(ctx context.Context, grantID int64) (int64, error) {
	events, err := o.m.Audit.List(ctx, audit.Filter{Object: "grant", ObjectID: strconv.FormatInt(grantID, 10)})
	for _, e := range events {
		if e.Action == actionExtended {
			return e.ID, err
		}
	}
	return 0, err
}

// Extend implements backoffice.Deeds. The event in the trail is the source of what is given; seen is the last one that whoever gives has seen. Data of a line is
// a pack of it, which its bill knows.
func (o officeDeeds) Extend(ctx context.Context, who staff.Member, by staff.By, grantID int64, more access.Gift, reason string, seen int64) (given access.Given, err error) {
	lines, err := o.m.Lines.OfGrants(ctx, []int64{grantID})
	if err != nil {
		return given, err
	}
	line, ofLine := lines[grantID]
	ofLine = ofLine && more.Time == 0
	err = o.m.DB.InTx(ctx, func(tx *db.Tx) error {
		if ofLine { // it holds the account and the line before the grant
			given.GrantID = grantID
			if _, err := o.m.Lines.GiveData(tx, line, more.Bytes, reason, subscriptions.By{Actor: who.Email}); err != nil {
				return err
			}
		}
		if err := o.m.Access.Hold(tx, grantID); err != nil {
			return err
		}
		if last, err := o.LastGift(ctx, grantID); err != nil || last != seen {
			return cmp.Or[error](err, fault.New(fault.Conflict, "gift.since"))
		}
		d := deed{action: actionExtended, object: "grant", id: grantID, after: giftDocument{strconv.FormatInt(grantID, 10), int64(more.Time / time.Second), more.Bytes, reason}}
		eventID, err := o.record(tx, who, by, d)
		if err != nil || ofLine {
			return err
		}
		given, err = o.m.Access.Extend(tx, grantID, access.Source{Kind: access.SourceGift, Key: strconv.FormatInt(eventID, 10)}, more)
		return err
	})
	return given, err
}

// Disconnect implements backoffice.Deeds.
func (o officeDeeds) Disconnect(ctx context.Context, who staff.Member, by staff.By, grantID int64) (n int, err error) {
	err = o.do(ctx, who, by, func(tx *db.Tx) (deed, error) {
		n, err = o.m.Radius.Disconnect(tx, grantID)
		return deed{action: "disconnected", object: "grant", id: grantID, after: map[string]int{"sessions": n}}, err
	})
	return n, err
}
