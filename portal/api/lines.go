package api

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Lines reads and changes subscriptions. *subscriptions.Service satisfies it.
type Lines interface {
	List(ctx context.Context, w subscriptions.Which, before int64, limit int) ([]subscriptions.Subscription, error)
	Get(ctx context.Context, id int64) (subscriptions.Subscription, error)
	Of(ctx context.Context, customerID int64) ([]subscriptions.Subscription, error)
	OfGrants(ctx context.Context, grantIDs []int64) (map[int64]int64, error)
	Until(sub subscriptions.Subscription) time.Time
	Pause(ctx context.Context, id int64, at time.Time, reason string, by subscriptions.By) (subscriptions.Subscription, error)
	Resume(ctx context.Context, id int64, at time.Time, by subscriptions.By) (subscriptions.Subscription, error)
	Preview(ctx context.Context, id int64, c subscriptions.Change) (subscriptions.Preview, error)
	ChangePlan(ctx context.Context, id int64, c subscriptions.Change, by subscriptions.By) (subscriptions.Subscription, error)
}

// Usage tells what grants used. radius.Usage satisfies it.
type Usage interface {
	EachDay(ctx context.Context, grants []int64, from, until clock.Day, tell func(grantID int64, d clock.Day, octets, seconds int64)) error
}

type subscriptionView struct {
	ID         string `json:"id"`
	CustomerID string `json:"customer_id"`
	State      string `json:"state"`
	PlanKey    string `json:"plan_key"`
	Segment    string `json:"segment"`
	Mode       string `json:"mode" doc:"How it is paid."`
	Interval   string `json:"interval" doc:"For how long each payment is."`
	SiteID     string `json:"site_id"`
	RouterID   string `json:"router_id" doc:"Empty: any of the site."`
	LoginKind  string `json:"login_kind"`
	Login      string `json:"login" doc:"The name, or the MAC address, by which the equipment is known."`
	StartedAt  string `json:"started_at" doc:"Empty: it begins later."`
	PaidUntil  string `json:"paid_until" doc:"Until when it lasts as it is paid; empty: nobody paid yet, or it is paid by invoice."`
	PausedAt   string `json:"paused_at" doc:"Empty: it is not paused."`
	EndedAt    string `json:"ended_at" doc:"Empty: it has not ended."`
	CreatedAt  string `json:"created_at" format:"date-time"`
	Version    string `json:"version" doc:"Changes with the subscription."`
}

type subscriptionRecord struct {
	subscriptionView
	Installed     string     `json:"installed" doc:"Where the equipment is."`
	IPv4          string     `json:"ipv4" doc:"Its own address; empty: one of the plan's."`
	IPv6          string     `json:"ipv6"`
	Delegated     string     `json:"delegated"`
	AddOnKeys     []string   `json:"add_on_keys"`
	Deposit       amountView `json:"deposit"`
	ContractUntil string     `json:"contract_until" doc:"Empty: there is no contract."`
	EndCause      string     `json:"end_cause"`
}

type usageView struct {
	Day     string `json:"day" format:"date" doc:"In Nairobi."`
	Bytes   int64  `json:"bytes" doc:"Up and down."`
	Seconds int64  `json:"seconds" doc:"Online."`
}

type usageRecord struct {
	From string      `json:"from" format:"date"`
	To   string      `json:"to" format:"date"`
	Data []usageView `json:"data" doc:"The days on which something was used, the earliest first."`
}

func (a *API) lineReads() []operation {
	days := []param{{Name: "from", Text: "The first day; 30 days before the last when it is not said.", Kind: "string", Format: "date"},
		{Name: "to", Text: "The last day, at most a year after the first; today when it is not said.", Kind: "string", Format: "date"}}
	return []operation{
		{method: fiber.MethodGet, path: "/subscriptions", id: "listSubscriptions", tag: "subscriptions", scope: apikeys.SubscriptionsRead, answer: list[subscriptionView]{}, handle: a.listLines,
			summary: "List subscriptions, the newest first", params: with(param{Name: "customer_id", Text: "Only subscriptions of this customer.", Kind: "string"},
				param{Name: "state", Text: "Only subscriptions of this state.", Kind: "string", Enum: lineStates})},
		{method: fiber.MethodGet, path: "/subscriptions/{id}", id: "getSubscription", tag: "subscriptions", scope: apikeys.SubscriptionsRead, answer: subscriptionRecord{}, handle: a.getLine,
			summary: "Read a subscription; its password is told nowhere"},
		{method: fiber.MethodGet, path: "/subscriptions/{id}/usage", id: "getSubscriptionUsage", tag: "usage", scope: apikeys.UsageRead, answer: usageRecord{}, handle: a.lineUsage, params: days,
			summary: "Read what a subscription used, by day"},
		{method: fiber.MethodGet, path: "/customers/{id}/usage", id: "getCustomerUsage", tag: "usage", scope: apikeys.UsageRead, answer: usageRecord{}, handle: a.customerUsage, params: days,
			summary: "Read what all subscriptions of a customer used, by day"},
	}
}

var lineStates = named(subscriptions.Pending, subscriptions.Active, subscriptions.Paused, subscriptions.Ended)

// stampOr is an instant; empty for none.
func stampOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

func (a *API) viewLine(s subscriptions.Subscription) subscriptionView {
	is := s.State
	return subscriptionView{ID: text(s.ID), CustomerID: text(s.CustomerID), State: string(is.Status), PlanKey: is.Sold.PlanKey, Segment: is.Segment, Mode: string(is.Sold.Mode), Interval: is.Sold.Interval.String(),
		SiteID: text(is.Place.SiteID), RouterID: text(is.Place.RouterID), LoginKind: is.Login.Kind, Login: is.Login.Name, StartedAt: stampOr(is.StartedAt), PaidUntil: stampOr(a.Lines.Until(s)),
		PausedAt: stampOr(is.PausedAt), EndedAt: stampOr(is.EndedAt), CreatedAt: stamp(s.CreatedAt), Version: text(s.Seq)}
}

func (a *API) listLines(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	w := subscriptions.Which{Sites: q.key.Sites}
	if w.CustomerID, err = q.idIn("customer_id"); err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	w.Status = subscriptions.Status(state)
	all, err := a.Lines.List(q.ctx, w, before, limit+1)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(s subscriptions.Subscription) int64 { return s.ID }, a.viewLine), nil
}

// lineOf is the subscription of the address, which the key reaches.
func (q *call) lineOf() (s subscriptions.Subscription, err error) {
	id, err := q.idOf()
	if err == nil {
		s, err = q.api.Lines.Get(q.ctx, id)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(s.State.Place.SiteID) {
		err = gone()
	}
	return s, err
}

func (a *API) getLine(q *call) (any, error) {
	s, err := q.lineOf()
	if err != nil {
		return nil, err
	}
	return a.lineRecord(s), nil
}

func (a *API) lineRecord(s subscriptions.Subscription) subscriptionRecord {
	is := s.State
	out := subscriptionRecord{subscriptionView: a.viewLine(s), Installed: is.Place.Installed, IPv4: is.Login.Own.IPv4, IPv6: is.Login.Own.IPv6, Delegated: is.Login.Own.Delegated, AddOnKeys: []string{},
		Deposit: viewAmount(is.Deposit), ContractUntil: stampOr(is.Contract.Until), EndCause: is.EndCause}
	for _, one := range is.AddOns {
		out.AddOnKeys = append(out.AddOnKeys, one.Key)
	}
	return out
}

func (a *API) lineUsage(q *call) (any, error) {
	s, err := q.lineOf()
	if err != nil {
		return nil, err
	}
	return a.used(q, []int64{s.GrantID})
}

func (a *API) customerUsage(q *call) (any, error) {
	c, err := q.customerOf()
	if err != nil {
		return nil, err
	}
	all, err := a.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var grants []int64
	for _, s := range all {
		if q.key.Sees(s.State.Place.SiteID) {
			grants = append(grants, s.GrantID)
		}
	}
	return a.used(q, grants)
}

// A time that is asked for by days is so long when nothing is said, and at most.
const usualDays, mostDays = 30, 366

// days are those in the query; fault.Invalid "api.days".
func (q *call) days() (first, last clock.Day, err error) {
	last = clock.DayOf(q.api.Clock.Now())
	first = last - usualDays + 1
	for name, at := range map[string]*clock.Day{"from": &first, "to": &last} {
		if typed := q.Query(name); typed != "" {
			d, ok := clock.ParseDay(typed)
			if !ok {
				return first, last, fault.New(fault.Invalid, "api.parameter", "Name", name)
			}
			*at = d
		}
	}
	if q.Query("from") == "" {
		first = last - usualDays + 1
	}
	if first > last || last-first >= mostDays {
		return first, last, fault.New(fault.Invalid, "api.days", "Most", mostDays)
	}
	return first, last, nil
}

func (a *API) used(q *call, grants []int64) (any, error) {
	first, last, err := q.days()
	if err != nil {
		return nil, err
	}
	sums := map[clock.Day]usageView{}
	err = a.Usage.EachDay(q.ctx, grants, first, last+1, func(_ int64, d clock.Day, octets, seconds int64) {
		sums[d] = usageView{Day: d.String(), Bytes: sums[d].Bytes + octets, Seconds: sums[d].Seconds + seconds}
	})
	out := usageRecord{From: first.String(), To: last.String(), Data: []usageView{}}
	for _, d := range slices.SortedFunc(maps.Keys(sums), cmp.Compare) {
		out.Data = append(out.Data, sums[d])
	}
	return out, err
}
