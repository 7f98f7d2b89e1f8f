package backoffice

import (
	"slices"
	"strings"

	"mtandao/internal/bulk"
	"mtandao/internal/fault"
)

// pickPlan asks which plan lines are to have and from when, and has it looked at.
func (b *Backoffice) pickPlan(q *request, a bulk.Ask) error {
	p := q.askingMany(a)
	sold, levels, err := b.linePlans(q, p.Lang, 0)
	if err != nil {
		return err
	}
	when := []choice{{Name: p.T("office.line.now"), Value: "now"}, {Name: p.T("office.line.at_end"), Value: "end"}}
	worth := []choice{{Name: p.T("office.line.worth_time"), Value: ""}, {Name: p.T("office.line.worth_money"), Value: "1"}}
	fields := append([]formField{q.pick(&p.frame, "plan", "", sold)}, q.levelField(&p.frame, "", levels)...)
	keep := q.pick(&p.frame, "keep", "", worth)
	keep.Hint = p.T("office.bulk.keep_hint")
	p.ask(append(fields, q.pick(&p.frame, "when", "now", when), keep)...)
	w := bulk.Wish{Plan: q.said("plan"), Level: q.said("level"), AtEnd: q.said("when") == "end"}
	w.Keep = !w.AtEnd && q.said("keep") != ""
	switch {
	case w.Plan == "":
		return q.showForm(p)
	case !offered(sold, w.Plan):
		return q.refuse(fault.New(fault.Invalid, "subscription.plan"), "form", p, "plan")
	case !offered(levels, w.Level):
		return q.refuse(fault.New(fault.Invalid, "subscription.level"), "form", p, "level")
	}
	a.Argument = w.Argument()
	return b.askBulk(q, a)
}

func offered(all []choice, value string) bool {
	return slices.ContainsFunc(all, func(c choice) bool { return c.Value == value })
}

// bulkWay tells runs of one kind apart that are told in other words.
func bulkWay(r bulk.Run) string {
	if r.Kind == bulk.Replan && bulk.ReadWish(r.Argument).AtEnd {
		return "plan_end"
	}
	return string(r.Kind)
}

// bulkSaid is what the words about a run name.
func bulkSaid(r bulk.Run, plans map[string]string) []any {
	if r.Kind != bulk.Replan && r.Kind != bulk.Unplan {
		return []any{"Tag", r.Argument}
	}
	w := bulk.ReadWish(r.Argument)
	return []any{"Plan", strings.TrimSuffix(plans[w.Plan]+" · "+w.Level, " · ")}
}

// priceFacts are what the prices of a run come to.
func (b *Backoffice) priceFacts(q *request, f *frame, r bulk.Run) ([]fact, error) {
	if r.Kind != bulk.Replan || r.State == bulk.Looking {
		return nil, nil
	}
	all, err := b.Bulk.Sums(q.ctx, r.ID)
	if err != nil || all.Count == 0 {
		return nil, err
	}
	rise := "office.bulk.rise_more"
	if all.Rise < 0 {
		rise = "office.bulk.rise_less"
	}
	facts := []fact{{f.T("office.bulk.rise"), f.T(rise, "Amount", kes(max(all.Rise, -all.Rise)), "Count", all.Count)}}
	if all.Taken > 0 {
		facts = append(facts, fact{f.T("office.bulk.taken"), kes(all.Taken)})
	}
	if all.Back > 0 {
		facts = append(facts, fact{f.T("office.bulk.back"), kes(all.Back)})
	}
	return facts, nil
}

// priceCell is what a line costs, before and after, and what is taken or given back now.
func priceCell(f *frame, p *bulk.Price) cell {
	if p == nil {
		return cell{}
	}
	c := cell{Text: kes(p.Was) + " → " + kes(p.Is)}
	switch {
	case p.Now > 0:
		c.More = f.T("office.bulk.price_taken", "Amount", kes(p.Now))
	case p.Now < 0:
		c.More = f.T("office.bulk.price_back", "Amount", kes(-p.Now))
	}
	return c
}
