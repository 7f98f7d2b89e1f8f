package report

import (
	"context"
	"errors"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Money is what a story asks of billing. *billing.Service satisfies it.
type Money interface {
	Find(ctx context.Context, typed string) (billing.Found, error)
	OrderMoney(ctx context.Context, orderID int64) (billing.Money, error)
	OrdersOfGrant(ctx context.Context, grantID int64) ([]billing.Order, error)
	OrdersOfDevice(ctx context.Context, mac string) ([]billing.Order, error)
	ReceiptByID(ctx context.Context, id int64) (billing.Receipt, error)
	HeldFor(ctx context.Context, o billing.Order) (money.Amount, error)
	StrayFor(ctx context.Context, o billing.Order) (billing.Receipt, bool, error)
	GraceTaken(ctx context.Context, orderID int64) (billing.Taken, error)
	OrderOfGrace(ctx context.Context, owner string) (order billing.Order, found bool, err error)
}

// Access is what a story asks of access. *access.Service satisfies it.
type Access interface {
	Find(ctx context.Context, typed string) ([]access.Grant, error)
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
}

// Radius is what a story asks of radius. *radius.Service satisfies it.
type Radius interface {
	SessionsOf(ctx context.Context, grantID int64) ([]radius.Online, error)
	PastOf(ctx context.Context, grantID int64) ([]radius.Over, error)
	HoursOf(ctx context.Context, grantID int64, from, to time.Time) ([]radius.UsageHour, error)
	DaysOf(ctx context.Context, grantID int64, from, to string) ([]radius.UsageDay, error)
	EnforcementsOf(ctx context.Context, grantID int64) ([]radius.Enforcement, error)
	Refusals(ctx context.Context, w radius.WhichRefusals) ([]radius.Refusal, error)
}

// Routers is the register of routers. *routers.Service satisfies it.
type Routers interface {
	Get(id int64) (routers.Router, bool)
	LastHeard(id int64) time.Time
	Health(ctx context.Context, ids []int64) (map[int64]routers.Health, error)
}

// Stories tells what happened to a payment and to the access that it bought.
type Stories struct {
	Money   Money
	Access  Access
	Radius  Radius
	Routers Routers
	Zone    func(siteID int64) *time.Location
	Clock   clock.Clock // the machine's, of money and routers
	Plan    clock.Clock // of grants and sessions
}

// Matches are what somebody typed into the search box may mean, the newest first.
type Matches struct {
	Orders   []billing.Order
	Receipts []billing.Receipt // of no order
	Grants   []access.Grant    // of no order
}

// One says that there is just one thing to show.
func (m Matches) One() bool { return len(m.Orders)+len(m.Receipts)+len(m.Grants) == 1 }

// Find looks for orders, receipts and grants by phone, receipt, order code, MAC address, log-in code or name. Digits may be a
// phone and a MAC at once; both are looked for.
func (s *Stories) Find(ctx context.Context, typed string) (Matches, error) {
	found, err := s.Money.Find(ctx, typed)
	if err != nil {
		return Matches{}, err
	}
	m := Matches{Orders: found.Orders, Receipts: found.Receipts}
	grants, err := s.Access.Find(ctx, typed)
	if err != nil {
		return m, err
	}
	if mac, err := access.ParseMAC(typed); err == nil {
		orders, err := s.Money.OrdersOfDevice(ctx, string(mac))
		if err != nil {
			return m, err
		}
		m.addOrders(orders)
	}
	for _, g := range grants {
		orders, err := s.Money.OrdersOfGrant(ctx, g.ID)
		if err != nil {
			return m, err
		}
		if len(orders) == 0 {
			m.Grants = append(m.Grants, g)
		}
		m.addOrders(orders)
	}
	return m, nil
}

func (m *Matches) addOrders(orders []billing.Order) {
	for _, o := range orders {
		known := false
		for _, have := range m.Orders {
			known = known || have.ID == o.ID
		}
		if !known {
			m.Orders = append(m.Orders, o)
		}
	}
}

// Story is all that is known of one order, or of one grant that nobody ordered.
type Story struct {
	billing.Money
	HasOrder bool
	Held     money.Amount    // credit of who placed an order that is not paid
	Stray    billing.Receipt // money of nobody that may be meant for it; no ID when there is none
	Grace    billing.Taken   // that the order had before it was paid, or that the grant is; no grant: none
	GraceOf  billing.Order   // whose grace the grant is; no ID: it is none
	Access   Granted
	Router   routers.Router // where the order was placed, or the grant was last used; no ID when unknown
	Heard    time.Time      // when that router was last heard; zero: not since this program started
	Health   routers.Health // what the last look at it found
	Finding  Finding
}

// Granted is a grant and what became of it. No grant has no ID.
type Granted struct {
	Grant    access.Grant
	Slots    []access.Slot
	Left     access.Left
	Cause    access.Cause // why it may not be used now, or access.CauseOK
	Online   []radius.Online
	Past     []radius.Over
	Used     Usage
	Enforced []radius.Enforcement
	Refused  []radius.Refusal // the newest ten kinds
}

// OfOrder tells the story of an order; fault.NotFound "order.not_found".
func (s *Stories) OfOrder(ctx context.Context, orderID int64) (Story, error) {
	known, err := s.Money.OrderMoney(ctx, orderID)
	if err != nil {
		return Story{}, err
	}
	story := Story{Money: known, HasOrder: true}
	if story.Grace, err = s.Money.GraceTaken(ctx, orderID); err != nil {
		return story, err
	}
	if known.Order.State != billing.OrderPaid {
		if story.Held, err = s.Money.HeldFor(ctx, known.Order); err != nil {
			return story, err
		}
		if story.Stray, _, err = s.Money.StrayFor(ctx, known.Order); err != nil {
			return story, err
		}
	}
	return s.finish(ctx, story, known.Order.GrantID, known.Order.Place.RouterID)
}

// OfGrant tells the story of a grant; fault.NotFound when there is none.
func (s *Stories) OfGrant(ctx context.Context, grantID int64) (Story, error) {
	story, err := s.finish(ctx, Story{}, grantID, 0)
	if err == nil && story.Access.Grant.ID == 0 {
		err = fault.New(fault.NotFound, "not_found")
	}
	if err != nil {
		return story, err
	}
	found := false
	if story.GraceOf, found, err = s.Money.OrderOfGrace(ctx, story.Access.Grant.Owner); err == nil && found {
		story.Grace, err = s.Money.GraceTaken(ctx, story.GraceOf.ID)
	}
	return story, err
}

// SiteID is the site that the story is about; 0 when it is about all of them.
func (s Story) SiteID() int64 {
	if s.HasOrder {
		return s.Order.SiteID
	}
	return s.Access.Grant.SiteID
}

func (s *Stories) finish(ctx context.Context, story Story, grantID, routerID int64) (Story, error) {
	granted, err := s.granted(ctx, grantID)
	if err != nil {
		return story, err
	}
	story.Access = granted
	if len(granted.Online) > 0 {
		routerID = granted.Online[0].RouterID
	}
	if routerID == 0 {
		routerID = granted.Grant.Place.RouterID
	}
	if router, ok := s.Routers.Get(routerID); ok {
		story.Router, story.Heard = router, s.Routers.LastHeard(routerID)
		health, err := s.Routers.Health(ctx, []int64{routerID})
		if err != nil {
			return story, err
		}
		story.Health = health[routerID]
	}
	story.Finding = Diagnose(story, s.Clock.Now())
	return story, nil
}

func (s *Stories) granted(ctx context.Context, grantID int64) (g Granted, err error) {
	if grantID == 0 {
		return g, nil
	}
	if g.Grant, g.Slots, g.Left, err = s.Access.View(ctx, grantID); fault.Is(err, fault.NotFound) {
		return Granted{}, nil
	}
	if err != nil {
		return g, err
	}
	g.Cause, _ = access.Decide(g.Grant, s.Plan.Now(), s.Zone(g.Grant.SiteID))
	var e1, e2, e3, e4, e5 error
	g.Online, e1 = s.Radius.SessionsOf(ctx, grantID)
	g.Past, e2 = s.Radius.PastOf(ctx, grantID)
	g.Enforced, e3 = s.Radius.EnforcementsOf(ctx, grantID)
	g.Refused, e4 = s.Radius.Refusals(ctx, radius.WhichRefusals{GrantID: grantID, Limit: 10})
	g.Used, e5 = s.usage(ctx, g)
	return g, errors.Join(e1, e2, e3, e4, e5)
}
