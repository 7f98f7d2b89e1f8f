package billing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

// While prompts fail a provider may let people online for a few minutes before they pay by hand (off by default). What they use of
// it is taken off what they then buy. Nobody gets it twice on a day, nor again while an earlier one is not paid for, and a site
// gives so many in an hour, for a number and a device's address are anybody's to make up.
const (
	graceData   = 200 << 20 // octets at most
	graceUnpaid = 30 * 24 * time.Hour
	graceOrders = 15 * time.Minute // the age of an order that may still have it
	graceUnused = 10 * time.Minute
	graceTries  = 5
	graceOwner  = "grace:" // then the order's id
)

// Grace is what an order gives before it is paid.
type Grace struct {
	May     time.Duration // may be taken now, for so long; zero: may not
	GrantID int64         // of the one that was taken, unless it was paid for
}

// graceAfter are the reasons after which it may be taken: our rail's, and nobody else's, fault.
var graceAfter = map[Reason]bool{ReasonRailRests: true, ReasonRailBusy: true, ReasonRailDown: true, ReasonPushFailed: true, ReasonMerchantFault: true}

// mayGrace says what an order's own state allows.
func (s *Service) mayGrace(o Order, p Payment) time.Duration {
	if o.State == OrderPaid || o.Place.MAC == "" || !graceAfter[p.Reason] || s.Clock.Now().Sub(o.CreatedAt) > graceOrders || s.paused() {
		return 0
	}
	return time.Duration(s.Settings.Int(settings.GraceMinutes)) * time.Minute
}

// graceFor says what grace an order has, or may have.
func (s *Service) graceFor(ctx context.Context, o Order, p Payment) (Grace, error) {
	if o.State == OrderPaid {
		return Grace{}, nil
	}
	taken, err := s.graceOf(ctx, o.ID)
	if missing, err := notFoundIs(err); !missing {
		return Grace{GrantID: taken.GrantID}, err
	}
	may := s.mayGrace(o, p)
	if may == 0 {
		return Grace{}, nil
	}
	_, why, err := s.nextGrace(ctx, o)
	if why != "" || err != nil {
		may = 0
	}
	return Grace{May: may}, err
}

// TakeGrace lets the device of an order online for the grace that the provider allows, and gives its grant. Taken again it is the
// same. fault.Conflict "grace.none" (the order gives none), "grace.taken" (this number or device had one) or "grace.enough" (the
// site has given as many as it may in this hour).
func (s *Service) TakeGrace(ctx context.Context, token string) (grantID int64, err error) {
	o, err := s.orderByToken(ctx, token)
	if err != nil {
		return 0, err
	}
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return 0, err
	}
	for range graceTries {
		taken, err := s.graceOf(ctx, o.ID)
		if missing, err := notFoundIs(err); !missing {
			return taken.GrantID, err
		}
		may := s.mayGrace(o, p)
		if may == 0 {
			return 0, fault.New(fault.Conflict, "grace.none")
		}
		g, why, err := s.nextGrace(ctx, o)
		if err != nil {
			return 0, err
		}
		if why != "" {
			return 0, fault.New(fault.Conflict, why)
		}
		err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.giveGrace(tx, &g, o, may) })
		if !db.IsDuplicate(err) { // somebody was faster, for this number, this device, this order or this place in the hour
			return g.GrantID, err
		}
	}
	return 0, fault.New(fault.Conflict, "grace.enough")
}

// giveGrace gives the plan's speed for a few minutes to the one device, while the order is not paid.
func (s *Service) giveGrace(tx *db.Tx, g *graceRow, o Order, may time.Duration) error {
	won, err := s.holdUnpaid(tx, o.ID)
	if err != nil {
		return err
	}
	if !won {
		return fault.New(fault.Conflict, "grace.none")
	}
	limits := access.Limits{UpKbps: o.Limits.UpKbps, DownKbps: o.Limits.DownKbps, Burst: o.Limits.Burst, Time: may, DataBytes: graceData, Devices: 1}
	if o.Limits.DataBytes > 0 {
		limits.DataBytes = min(limits.DataBytes, o.Limits.DataBytes)
	}
	given, err := s.Grants.Give(tx, access.Offer{Source: access.Source{Kind: access.SourceGrace, Key: id(o.ID)}, SiteID: o.SiteID, Plan: "grace", Segment: o.Segment,
		Owner: graceOwner + id(o.ID), Limits: limits, Place: o.Place, UnusedFor: graceUnused})
	if err != nil {
		return err
	}
	g.GrantID = given.GrantID
	s.Log.Info("grace given", "order", o.ID, "site", o.SiteID, "grant", g.GrantID)
	return s.insertGrace(tx, *g)
}

// charge ends the grace of an order that has just been paid, and takes what it used off the plan.
func (s *Service) charge(tx *db.Tx, o Order) error {
	g, found, err := s.graceToCharge(tx, o.ID)
	if err != nil || !found {
		return err
	}
	grant, _, left, err := s.Grants.View(tx.Context(), g.GrantID)
	if err != nil {
		return err
	}
	time := grant.Limits.Time - left.Time
	if _, err := s.Grants.End(tx, g.GrantID, access.CausePaid); err != nil {
		return err
	}
	if grant, _, _, err = s.Grants.View(tx.Context(), g.GrantID); err != nil { // nobody adds to it now but as late use
		return err
	}
	return s.chargeUsed(tx, o, grant, time)
}

// chargeUsed takes all that is known to be used of a grace off what its order bought; calendar is how long it had run when it was paid for.
func (s *Service) chargeUsed(tx *db.Tx, o Order, grace access.Grant, calendar time.Duration) error {
	used := access.Gift{Bytes: grace.UsedBytes}
	switch {
	case o.Limits.TimeKind == access.Online:
		used.Time = grace.UsedTime
	case !grace.FirstUsedAt.IsZero():
		used.Time = calendar
	}
	taken, err := s.Grants.Charge(tx, o.GrantID, access.Source{Kind: access.SourceCharge, Key: id(o.ID)}, used)
	if err != nil {
		return err
	}
	return s.chargeGrace(tx, o.ID, taken)
}

// usedLate handles "grant used late": routers report what was used of a grace after it was paid for. What was bought is short of that too, unless
// it is over already.
func (s *Service) usedLate(ctx context.Context, j jobs.Job) error {
	var f access.Fact
	if err := j.Decode(&f); err != nil {
		return err
	}
	grace, _, _, err := s.Grants.View(ctx, f.GrantID)
	if err != nil {
		return err
	}
	o, found, err := s.OrderOfGrace(ctx, grace.Owner)
	if err != nil || !found {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if grace, _, _, err = s.Grants.View(tx.Context(), f.GrantID); err != nil {
			return err
		}
		return s.chargeUsed(tx, o, grace, 0) // calendar time ran until it was paid for, and no longer
	})
	if fault.KeyOf(err) == "grant.ended" {
		return nil
	}
	return err
}

// OrderOfGrace is the order whose grace a grant of that owner is; false when it is none.
func (s *Service) OrderOfGrace(ctx context.Context, owner string) (o Order, found bool, err error) {
	digits, found := strings.CutPrefix(owner, graceOwner)
	if !found {
		return o, false, nil
	}
	orderID, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return o, false, err
	}
	o, err = s.order(ctx, orderID)
	return o, err == nil, err
}

// Taken is the grace that an order had.
type Taken struct {
	GrantID   int64
	At        time.Time
	ChargedAt time.Time // zero: not paid for yet
	Charged   access.Gift
}

// GraceTaken is the grace that an order had; no grant: none.
func (s *Service) GraceTaken(ctx context.Context, orderID int64) (Taken, error) {
	r, err := s.graceOf(ctx, orderID)
	if missing, err := notFoundIs(err); missing || err != nil {
		return Taken{}, err
	}
	return Taken{GrantID: r.GrantID, At: r.GivenAt.UTC(), ChargedAt: db.Instant(r.ChargedAt), Charged: access.Gift{Time: time.Duration(r.ChargedSeconds) * time.Second, Bytes: r.ChargedBytes}}, nil
}
