package backoffice

import (
	"strconv"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// supposed is a month of use that somebody wants priced.
type supposed struct {
	gb, hours, night int64 // night is the percent of both between 22:00 and 06:00
	who              plans.Subject
}

// simulated begins on a Monday. A month has 30 days.
var simulated = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

const monthDays = 30

// periodDays is how long a period of a price is.
func periodDays(p plans.Price) int64 {
	switch every := int64(p.Terms.Interval.Every); p.Terms.Interval.Unit {
	case plans.Day:
		return every
	case plans.Week:
		return 7 * every
	case plans.Month:
		return monthDays * every
	}
	return monthDays
}

// used spreads the month's use over so many days, so that 30 of them sum to it: what is used by day at noon, by night at 23 hours.
func (s supposed) used(days int64, zone *time.Location) (all []plans.Used) {
	for day := range days {
		share := func(n, percent int64) int64 {
			whole := n * percent / 100
			return whole*(day+1)/monthDays - whole*day/monthDays
		}
		at := simulated.AddDate(0, 0, int(day))
		for hour, percent := range map[int]int64{12: 100 - s.night, 23: s.night} {
			all = append(all, plans.Used{At: time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, zone), Octets: share(s.gb*1_000_000_000, percent), Time: time.Duration(share(s.hours*3600, percent)) * time.Second})
		}
	}
	return all
}

// charges are those of a whole period of the price.
func (s supposed) charges(p plans.Price, zone *time.Location) []plans.Charge {
	return plans.Charges(p, s.who, s.used(periodDays(p), zone), zone)
}

// month is what 30 days come to, of a price whose periods are longer or shorter their part of it; what is paid once is whole.
func (s supposed) month(p plans.Price, zone *time.Location) money.Amount {
	once := money.Amount{}
	if s.who.First {
		once = p.Terms.Setup
	}
	sum, days := plans.Sum(s.charges(p, zone)).Cents-once.Cents, periodDays(p)
	return money.KES((sum*monthDays+days/2)/days + once.Cents)
}

func priceOf(p plans.Plan) plans.Price {
	return plans.Price{ID: p.PriceID, PlanID: p.ID, Amount: p.Price, Terms: p.Terms, Limits: p.Limits}
}

func (q *request) supposed() supposed {
	typed := func(name string, usual, most int64) int64 {
		n, err := strconv.ParseInt(q.Query(name), 10, 64)
		if err != nil || n < 0 {
			return usual
		}
		return min(n, most)
	}
	return supposed{gb: typed("gb", 100, 100_000), hours: typed("hours", 200, 744), night: typed("night", 20, 100),
		who: plans.Subject{Segment: q.Query("segment"), Level: q.Query("level"), First: q.Query("first") != ""}}
}

// simulate shows what a month of any use comes to.
func (b *Backoffice) simulate(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	plan, err := b.Plans.Get(q.ctx, id)
	if err == nil && (!plan.Subscribed() || !q.reachesPlan(plan)) {
		err = notHere()
	}
	if err != nil {
		return hidden(err)
	}
	p, s, price := q.record("office.simulate.title", "plans"), q.supposed(), priceOf(plan)
	beside, err := b.beside(q, &p.frame, plan, &s)
	if err != nil {
		return err
	}
	p.Title = p.T("office.simulate.title", "Name", plan.Name(p.Lang))
	p.Crumbs = []crumb{{p.T("office.plan.list"), "/office/plans"}, {plan.Name(p.Lang), "/office/plans/" + number(id) + "/edit"}}
	p.Lead = p.T("office.simulate.lead")
	p.Find = &find{Action: q.Path(), Button: p.T("office.simulate.work_out"), Fields: append(s.fields(&p.frame, price), beside...)}
	charges := s.charges(price, b.Zone)
	month := p.T("office.simulate.month", "Amount", s.month(price, b.Zone).String())
	if days := periodDays(price); days == monthDays {
		p.add(card{Name: month, Table: chargeTable(&p.frame, charges)})
	} else {
		p.add(card{Name: p.T("office.simulate.period", "Days", p.T("unit.day", "Count", int(days)), "Amount", plans.Sum(charges).String()), Lead: month, Table: chargeTable(&p.frame, charges)})
	}
	p.add(card{Name: p.T("office.simulate.by_use"), Lead: p.T("office.simulate.by_use_lead"), Table: s.curve(&p.frame, price, b.Zone)})
	return q.show(p)
}

// beside asks for an add-on that is had in each period beside a plan, and reads which one is.
func (b *Backoffice) beside(q *request, f *frame, plan plans.Plan, s *supposed) ([]formField, error) {
	all, err := b.Plans.AddOns(q.ctx)
	choices := []choice{{Name: f.T("office.simulate.alone")}}
	for _, a := range all {
		if a.State != plans.Live || !a.GoesWith(plan.Key) {
			continue
		}
		choices = append(choices, choice{Name: a.Name(f.Lang), Value: a.Key})
		if a.Key == q.Query("addon") {
			s.who.AddOns = []plans.AddOn{a}
		}
	}
	if len(choices) == 1 {
		return nil, err
	}
	return []formField{{Name: "addon", As: asPick, Label: f.T("office.simulate.beside"), Choices: chosen(choices, q.Query("addon"))}}, err
}

func (s supposed) fields(f *frame, price plans.Price) []formField {
	box := func(name string, value int64) formField {
		return formField{Name: name, As: asNumber, Label: f.T("office.simulate." + name), Value: strconv.FormatInt(value, 10), Most: 6}
	}
	segments := []choice{{Name: f.T("office.simulate.any")}}
	for _, one := range plans.Segments {
		segments = append(segments, choice{Name: f.T("office.pick.segment_" + one), Value: one})
	}
	all := []formField{box("gb", s.gb), box("hours", s.hours), box("night", s.night),
		{Name: "segment", As: asPick, Label: f.T("office.simulate.segment"), Choices: chosen(segments, s.who.Segment)}}
	if levels := price.Levels(); len(levels) > 0 {
		choices := []choice{{Name: f.T("office.simulate.any")}}
		for _, level := range levels {
			choices = append(choices, choice{Name: level, Value: level})
		}
		all = append(all, formField{Name: "level", As: asPick, Label: f.T("office.simulate.level"), Choices: chosen(choices, s.who.Level)})
	}
	months := []choice{{Name: f.T("office.simulate.later")}, {Name: f.T("office.simulate.first"), Value: "1"}}
	first := ""
	if s.who.First {
		first = "1"
	}
	return append(all, formField{Name: "first", As: asPick, Label: f.T("office.simulate.which"), Choices: chosen(months, first)})
}

func chargeTable(f *frame, charges []plans.Charge) *table {
	t := &table{Columns: []column{{Name: f.T("office.simulate.what")}, {f.T("office.amount"), "num"}}}
	for _, c := range charges {
		t.add(cell{Text: c.Reason(f.Lang)}, cell{Text: c.Amount.String()})
	}
	t.add(cell{Text: f.T("office.simulate.total")}, cell{Text: plans.Sum(charges).String()})
	return t
}

// months are those of the curve, in GB.
var months = []int64{0, 10, 50, 100, 200, 300, 500, 1000}

func (s supposed) curve(f *frame, price plans.Price, zone *time.Location) *table {
	t := &table{Columns: []column{{f.T("office.simulate.used"), "num"}, {Name: f.T("office.simulate.comes_to")}, {f.T("office.simulate.per_gb"), "num"}}}
	var sums []money.Amount
	most := int64(1)
	for _, gb := range months {
		s.gb = gb
		sum := s.month(price, zone)
		sums, most = append(sums, sum), max(most, sum.Cents)
	}
	for i, gb := range months {
		each := "–"
		if gb > 0 {
			each = money.KES((sums[i].Cents + gb/2) / gb).String()
		}
		t.add(cell{Text: strconv.FormatInt(gb, 10) + " GB"}, cell{Fill: &fill{Percent: min(sums[i].Cents*84/most, 84), Text: sums[i].String()}}, cell{Text: each})
	}
	return t
}

// tellMonths adds to how a plan reads what months of it come to, so that it is seen before it is saved.
func (p *formPage) tellMonths(plan plans.Plan) {
	if !plan.Subscribed() {
		return
	}
	for i, l := range words.Languages {
		text := p.Reads[i].Text
		for _, gb := range []int64{0, 100, 500} {
			s := supposed{gb: gb, hours: gb, night: 20, who: plans.Subject{Segment: plan.Segment}}
			text += " · " + words.Text(l, "office.simulate.says", "Data", strconv.FormatInt(gb, 10)+" GB", "Amount", s.month(priceOf(plan), time.UTC).String())
			if !plan.Terms.Data.Counts() && !plan.Terms.Time.Counts() {
				break
			}
		}
		p.Reads[i].Text = text
	}
}

// dressSubscribed adds to the form of a plan that is subscribed to what it leads to.
func (b *Backoffice) dressSubscribed(q *request, p *formPage, id int64) error {
	at := "/office/plans/" + number(id)
	p.Acts = append(p.Acts, act{Name: p.T("office.simulate.button"), Address: at + "/simulate", Icon: "chart-column"})
	plan, err := b.Plans.Get(q.ctx, id)
	if err != nil {
		return err
	}
	n, err := b.Lines.Outdated(q.ctx, plan.Key)
	if err != nil || n == 0 {
		return err
	}
	p.Notes = append(p.Notes, note{Text: p.T("office.reprice.note", "Count", int(n))})
	if q.may(staff.PlansEdit, 0) {
		p.Acts = append(p.Acts, act{Name: p.T("office.reprice.button"), Address: at + "/reprice", Icon: "arrow-right"})
	}
	return nil
}

func (b *Backoffice) repricePage(q *request) (*formPage, plans.Plan, error) {
	id, err := q.idOf("id")
	if err != nil {
		return nil, plans.Plan{}, err
	}
	plan, err := b.Plans.Get(q.ctx, id)
	if err == nil && !plan.Subscribed() {
		err = notHere()
	}
	if err != nil {
		return nil, plan, hidden(err)
	}
	n, err := b.Lines.Outdated(q.ctx, plan.Key)
	if err != nil {
		return nil, plan, err
	}
	versions, err := b.Plans.Versions(q.ctx, id)
	if err != nil {
		return nil, plan, err
	}
	p := q.asking("office.reprice.", "plans", "/office/plans/"+number(id)+"/edit", "Count", int(n))
	p.Title = p.T("office.reprice.title", "Name", plan.Name(p.Lang))
	if n == 0 {
		p.Action, p.Lead = "", p.T("office.reprice.none")
	}
	p.Crumbs = []crumb{{p.T("office.plan.list"), "/office/plans"}}
	for _, v := range versions {
		p.Facts = append(p.Facts, fact{p.T("office.reprice.since", "When", b.planWhen(&p.frame, v.From)), v.Amount.String() + " · " + plans.Sentence(p.Lang, plans.Plan{Segment: plan.Segment, Terms: v.Terms, Limits: v.Limits})})
	}
	return p, plan, nil
}

func (b *Backoffice) askRepriceAll(q *request) error {
	p, _, err := b.repricePage(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) repriceAll(q *request) error {
	_, plan, err := b.repricePage(q)
	if err != nil {
		return err
	}
	moved, err := b.Lines.RepriceAll(q.ctx, plan.Key, q.lineBy())
	if err != nil {
		return q.refusal(err, "/office/plans/"+number(plan.ID)+"/edit")
	}
	q.tell("good", "office.reprice.done", "", "Count", strconv.Itoa(moved))
	return led("/office/plans/" + number(plan.ID) + "/edit")
}
