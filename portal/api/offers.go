package api

import (
	"cmp"
	"slices"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type amountView struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency"`
}

func viewAmount(a money.Amount) amountView {
	return amountView{a.Cents, cmp.Or(a.Currency, money.Shilling)}
}

type planView struct {
	ID         string     `json:"id"`
	Key        string     `json:"key" doc:"Its name in configuration."`
	NameEN     string     `json:"name_en"`
	NameSW     string     `json:"name_sw"`
	Segment    string     `json:"segment"`
	State      string     `json:"state"`
	Price      amountView `json:"price"`
	Interval   string     `json:"interval" doc:"Of a plan that is subscribed to; else empty."`
	UpKbps     int64      `json:"up_kbps" doc:"0: no limit."`
	DownKbps   int64      `json:"down_kbps" doc:"0: no limit."`
	DataBytes  int64      `json:"data_bytes" doc:"0: no limit."`
	TimeS      int64      `json:"time_s" doc:"0: no limit."`
	Devices    int64      `json:"devices"`
	SiteIDs    []string   `json:"site_ids" doc:"Empty: sold at every site."`
	Subscribed bool       `json:"subscribed"`
}

func viewPlan(p plans.Plan) planView {
	v := planView{ID: text(p.ID), Key: p.Key, NameEN: p.NameEN, NameSW: p.NameSW, Segment: p.Segment, State: p.State, Price: viewAmount(p.Price), UpKbps: p.Limits.UpKbps, DownKbps: p.Limits.DownKbps,
		DataBytes: p.Limits.DataBytes, TimeS: int64(p.Limits.Time.Seconds()), Devices: int64(p.Limits.DeviceCount()), SiteIDs: []string{}, Subscribed: p.Subscribed()}
	if p.Subscribed() {
		v.Interval = p.Terms.Interval.String()
	}
	for _, id := range p.Sites {
		v.SiteIDs = append(v.SiteIDs, text(id))
	}
	return v
}

// sells says whether a plan is sold where the key reaches.
func (q *call) sells(p plans.Plan) bool {
	return len(p.Sites) == 0 || slices.ContainsFunc(p.Sites, q.key.Sees)
}

func (a *API) listPlans(q *call) (any, error) {
	after, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	all, err := a.Plans.All(q.ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p plans.Plan) bool { return p.ID <= after || !q.sells(p) || state != "" && p.State != state })
	slices.SortFunc(all, func(a, b plans.Plan) int { return cmp.Compare(a.ID, b.ID) })
	return page(q, all, limit, func(p plans.Plan) int64 { return p.ID }, viewPlan), nil
}

func (a *API) getPlan(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	p, err := a.Plans.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !q.sells(p) {
		return nil, gone()
	}
	return viewPlan(p), err
}
