package cutover

import (
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/words"
)

func inBoth(err error) [2]string {
	if err == nil {
		return [2]string{}
	}
	return [2]string{incoming.Told{Why: err}.Say(words.English), incoming.Told{Why: err}.Say(words.Swahili)}
}

// accountOf is a report as it is kept. No password is in it: the readers name log-ins, and say why without values of secrets.
func accountOf(r *Report) Account {
	a := Account{Source: r.Source, Counts: map[string]incoming.Count{}, Tally: r.Tally(), Opened: r.Opened.Cents}
	a.Tally["row"] = map[string]int{}
	for name, c := range r.Counts {
		a.Counts[name] = *c
	}
	for _, g := range r.Groups {
		a.Groups = append(a.Groups, AccountGroup{g.Name, g.Customers, g.Held.Cents, g.Credits.Cents, g.Debts.Cents, g.Outside.Cents, g.Holds()})
	}
	for _, p := range r.Plans {
		a.Made = append(a.Made, AccountPlan{p.Key, p.NameEN, p.Terms.Interval.String(), string(p.Terms.Mode), p.Price.Cents, p.Limits.DownKbps, p.Limits.UpKbps})
	}
	for _, v := range r.Verdicts {
		if v.What == "plan" && v.Do == Refused {
			a.Plans = append(a.Plans, v.Name)
		}
		what := v.What
		if v.Read {
			what = "row"
			a.Tally["customer"][Refused]--
			a.Tally["row"][Refused]++
		}
		a.Rows = append(a.Rows, AccountRow{v.At, v.Name, what, v.Do, inBoth(v.Why)})
	}
	for _, t := range r.Left {
		if fault.KeyOf(t.Why) == "cutover.no_plan" {
			a.Plans = append(a.Plans, t.Name)
		}
		a.Rows = append(a.Rows, AccountRow{t.At, t.Name, "", LeftBehind, inBoth(t.Why)})
	}
	return a
}

// undoneOf is what taking an import back said.
func undoneOf(u Undone) Account {
	a := Account{Tally: map[string]map[string]int{"plan": {"gone": u.Plans}, "customer": {"gone": u.Customers}, "line": {"gone": u.Lines}}}
	for _, s := range u.Stayed {
		a.Rows = append(a.Rows, AccountRow{Name: s.Name, Do: Stays, Why: inBoth(s.Why)})
	}
	return a
}
