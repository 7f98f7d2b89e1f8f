package cutover

import (
	"context"
	"strconv"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/radius/access"
)

// made is a plan that an import makes.
type made struct {
	key  string // there
	plan plans.Plan
}

const longestKey = 40

// planFor is the plan that is made of one there: its price, speed and validity, to be paid as it was paid there. What it cannot be says why: fault.Invalid
// "cutover.plan_…", or the faults of plans.Plan.Validate.
func (w *weighing) planFor(p incoming.Plan) (plans.Plan, error) {
	made := plans.Plan{Key: w.freeKey(p.Name), NameEN: short(p.Name, 100), Segment: plans.Home, State: plans.Live, Price: p.Price,
		Limits: access.Limits{UpKbps: p.Rate.UpKbps, DownKbps: p.Rate.DownKbps, Burst: p.Rate.Burst, Devices: max(p.Devices, 1)},
		Terms:  plans.Terms{Mode: plans.Prepaid, Inclusive: true}}
	if p.Postpaid {
		made.Terms.Mode = plans.Postpaid
	}
	interval, ok := intervalOf(p.Term)
	switch {
	case p.Price.IsZero():
		return made, fault.New(fault.Invalid, "cutover.plan_price", "Plan", p.Name)
	case p.DataBytes > 0 || p.Time > 0: // what is subscribed to does not end by use
		return made, fault.New(fault.Invalid, "cutover.plan_capped", "Plan", p.Name)
	case !ok:
		return made, fault.New(fault.Invalid, "cutover.plan_term", "Plan", p.Name)
	}
	made.Terms.Interval = interval
	if err := made.Validate(); err != nil {
		return made, err
	}
	if unable := w.s.Plans.Unable(made); len(unable) > 0 {
		return made, unable[0].Fault()
	}
	return made, nil
}

// intervalOf is for how long a plan there is paid; false when that is no whole day.
func intervalOf(t incoming.Term) (plans.Interval, bool) {
	hours := map[string]int{"day": 24, "hour": 1}[t.Unit] * t.N
	if t.Unit == "minute" && t.N%60 == 0 {
		hours = t.N / 60
	}
	switch {
	case t.Unit == "month" && t.N > 0:
		return plans.Interval{Unit: plans.Month, Every: t.N}, true
	case hours > 0 && hours%24 == 0:
		return plans.Interval{Unit: plans.Day, Every: hours / 24}, true
	}
	return plans.Interval{}, false
}

// freeKey is a key that no plan has, out of a name.
func (w *weighing) freeKey(name string) string {
	key := strings.Trim(short(slug(name), longestKey), "-")
	if key == "" {
		key = "plan"
	}
	for n, tried := 2, key; ; n++ {
		if !w.keys[tried] {
			w.keys[tried] = true
			return tried
		}
		suffix := "-" + strconv.Itoa(n)
		tried = strings.Trim(short(key, longestKey-len(suffix)), "-") + suffix
	}
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// makePlans makes the plans of an import before its customers; each is on record in its own transaction.
func (s *Service) makePlans(ctx context.Context, w *weighing, importID int64) error {
	for _, m := range w.made {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			p, err := s.Plans.Save(tx, m.plan)
			if err != nil {
				return err
			}
			return s.insertRow(tx, rowRow{ImportID: importID, Source: w.source, RowKey: m.key, Kind: kindPlan, ObjectID: p.ID, Version: p.PriceID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unmakePlan takes back a plan that an import made, while nobody has it and nobody has changed it.
func (s *Service) unmakePlan(tx *db.Tx, r rowRow) error {
	p, err := s.Plans.GetTx(tx, r.ObjectID)
	if fault.Is(err, fault.NotFound) {
		return s.deleteRow(tx, r)
	}
	if err != nil {
		return err
	}
	on, err := s.Lines.On(tx, p.Key)
	if err != nil {
		return err
	}
	if on || p.PriceID != r.Version {
		return conflict("cutover.plan_used", "Plan", p.NameEN)
	}
	if err := s.Plans.Forget(tx, p); err != nil {
		return err
	}
	return s.deleteRow(tx, r)
}
