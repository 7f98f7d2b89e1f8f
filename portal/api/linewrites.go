package api

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
)

type pauseWish struct {
	Reason  string `json:"reason" must:"true"`
	Version string `json:"version" doc:"Of the subscription as you read it; empty: whatever it is."`
}

type resumeWish struct {
	Version string `json:"version" doc:"Of the subscription as you read it; empty: whatever it is."`
}

// When a change of plan counts.
const atOnce, atPeriodEnd = "now", "period_end"

type planWish struct {
	PlanKey string `json:"plan_key" must:"true"`
	Level   string `json:"level" doc:"Of a plan that has levels."`
	When    string `json:"when" must:"true" enum:"now period_end" doc:"At once, or when the period ends that runs."`
	Version string `json:"version" must:"true" doc:"Of the quote: what it said is what happens."`
}

type quoteView struct {
	PlanKey  string     `json:"plan_key"`
	When     string     `json:"when"`
	At       string     `json:"at" format:"date-time" doc:"When it would count."`
	OldPrice amountView `json:"old_price" doc:"Of a period."`
	NewPrice amountView `json:"new_price" doc:"Of a period."`
	OldUntil string     `json:"old_until" doc:"Until when it lasts now; empty: nobody paid yet, or it is paid by invoice."`
	NewUntil string     `json:"new_until" doc:"Until when it would last."`
	Due      amountView `json:"due" doc:"To be paid from credit; below zero it goes back to credit."`
	Version  string     `json:"version" doc:"Send it with the change."`
}

// lineAt is at which field a fault of a subscription shows.
var lineAt = map[string]string{"subscription.reason": "reason", "conflict": "version", "subscription.plan": "plan_key", "subscription.same_plan": "plan_key", "subscription.level": "level", "api.plan": "plan_key"}

func (a *API) lineWrites() []operation {
	one := operation{method: fiber.MethodPost, tag: "subscriptions", scope: apikeys.SubscriptionsWrite, answer: subscriptionRecord{}}
	write := func(path, id, summary string, asks any, do func(*call) (string, error)) operation {
		o := one
		o.path, o.id, o.summary = path, id, summary
		o.deed = &deed{asks: asks, status: http.StatusOK, object: "subscription", fields: lineAt, do: do, look: a.lookLine}
		return o
	}
	return []operation{
		write("/subscriptions/{id}/pause", "pauseSubscription", "Pause a subscription: its clock stands, and nobody is online by it", pauseWish{}, a.pauseLine),
		write("/subscriptions/{id}/resume", "resumeSubscription", "Resume a subscription: what was left is left again", resumeWish{}, a.resumeLine),
		{method: fiber.MethodGet, path: "/subscriptions/{id}/plan-quote", id: "quoteSubscriptionPlan", tag: "subscriptions", scope: apikeys.SubscriptionsRead, answer: quoteView{}, handle: a.quotePlan,
			summary: "Read what a change of plan would do and cost; it changes nothing", params: []param{{Name: "plan_key", Text: "The plan that is wanted.", Kind: "string"},
				{Name: "level", Text: "Of a plan that has levels.", Kind: "string"}, {Name: "when", Text: "At once, or when the period ends that runs; now when it is not said.", Kind: "string", Enum: []string{atOnce, atPeriodEnd}}}},
		write("/subscriptions/{id}/plan", "changeSubscriptionPlan", "Put a subscription on another plan, as the quote said", planWish{}, a.changePlan),
	}
}

func (a *API) lookLine(q *call, made string) (any, error) {
	id, err := idText(made)
	if err != nil {
		return nil, err
	}
	s, err := a.Lines.Get(q.ctx, id)
	if err != nil {
		return nil, err
	}
	return a.lineRecord(s), nil
}

// lineBy is who changes a subscription, and what they saw of it; fault.Conflict "conflict" for a version of none.
func (q *call) lineBy(version string) (by subscriptions.By, err error) {
	by = subscriptions.By{Actor: q.key.Actor(), From: q.from(), Request: q.once}
	if version == "" {
		return by, nil
	}
	if by.Seen, err = idText(version); err != nil {
		err = fault.New(fault.Conflict, "conflict")
	}
	return by, err
}

// changeLine changes the subscription of the address.
func (q *call) changeLine(version string, change func(id int64, by subscriptions.By) (subscriptions.Subscription, error)) (string, error) {
	s, err := q.lineOf()
	if err != nil {
		return "", err
	}
	by, err := q.lineBy(version)
	if err != nil {
		return "", err
	}
	s, err = change(s.ID, by)
	return text(s.ID), err
}

func (a *API) pauseLine(q *call) (string, error) {
	w := q.asked.(*pauseWish)
	return q.changeLine(w.Version, func(id int64, by subscriptions.By) (subscriptions.Subscription, error) {
		return a.Lines.Pause(q.ctx, id, noTime, w.Reason, by)
	})
}

func (a *API) resumeLine(q *call) (string, error) {
	w := q.asked.(*resumeWish)
	return q.changeLine(w.Version, func(id int64, by subscriptions.By) (subscriptions.Subscription, error) {
		return a.Lines.Resume(q.ctx, id, noTime, by)
	})
}

// planNamed sees that a plan is sold where the key reaches.
func (a *API) planNamed(q *call, key string) error {
	all, err := a.Plans.All(q.ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Key == key && p.State == plans.Live && p.Subscribed() && q.sells(p) {
			return nil
		}
	}
	return atField("plan_key", "api.plan")
}

func (a *API) quotePlan(q *call) (any, error) {
	s, err := q.lineOf()
	if err != nil {
		return nil, err
	}
	when, err := q.oneOf("when")
	if err != nil {
		return nil, err
	}
	if when == "" {
		when = atOnce
	}
	c := subscriptions.Change{PlanKey: q.Query("plan_key"), Level: q.Query("level"), AtEnd: when == atPeriodEnd}
	if err := a.planNamed(q, c.PlanKey); err != nil {
		return nil, err
	}
	p, err := a.Lines.Preview(q.ctx, s.ID, c)
	if err != nil {
		return nil, err
	}
	return quoteView{PlanKey: c.PlanKey, When: when, At: stamp(p.At), OldPrice: viewAmount(p.Old), NewPrice: viewAmount(p.New), OldUntil: stampOr(p.OldEnd), NewUntil: stampOr(p.NewEnd), Due: viewAmount(p.Due),
		Version: text(p.Seen)}, nil
}

func (a *API) changePlan(q *call) (string, error) {
	w := q.asked.(*planWish)
	return q.changeLine(w.Version, func(id int64, by subscriptions.By) (s subscriptions.Subscription, err error) {
		if err := a.planNamed(q, w.PlanKey); err != nil {
			return s, err
		}
		return a.Lines.ChangePlan(q.ctx, id, subscriptions.Change{PlanKey: w.PlanKey, Level: w.Level, AtEnd: w.When == atPeriodEnd}, by)
	})
}
