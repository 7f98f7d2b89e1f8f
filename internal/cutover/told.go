package cutover

import (
	"slices"

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

// telling is an account with its rows, by what is done with them.
type telling struct {
	Account
	rows map[string][]AccountRow
}

const mostPlansTold = 500

// add counts a row, and keeps it while there are not too many of its kind.
func (a *telling) add(r AccountRow) {
	if a.Listed[r.Do]++; a.Listed[r.Do] <= mostRowsTold {
		a.rows[r.Do] = append(a.rows[r.Do], r)
	}
}

// lacks names a plan there that nothing here was found for.
func (a *telling) lacks(name string) {
	if len(a.Plans) < mostPlansTold && !slices.Contains(a.Plans, name) {
		a.Plans = append(a.Plans, name)
	}
}

// accountOf is a report as it is kept. No password is in it: the readers name log-ins, and say why without values of secrets.
func accountOf(r *Report) telling {
	a := telling{Account: Account{Source: r.Source, Counts: map[string]incoming.Count{}, Tally: r.Tally(), Opened: r.Opened.Cents, Listed: map[string]int{}}, rows: map[string][]AccountRow{}}
	a.Tally["row"] = map[string]int{}
	for name, c := range r.Counts {
		a.Counts[name] = *c
	}
	for _, g := range r.Groups {
		a.Groups = append(a.Groups, AccountGroup{g.Name, g.Customers, g.Held.Cents, g.Credits.Cents, g.Debts.Cents, g.Outside.Cents, g.Holds()})
	}
	for _, p := range r.Plans[:min(len(r.Plans), mostPlansTold)] {
		a.Made = append(a.Made, AccountPlan{p.Key, p.NameEN, p.Terms.Interval.String(), string(p.Terms.Mode), p.Price.Cents, p.Limits.DownKbps, p.Limits.UpKbps})
	}
	for _, v := range r.Verdicts {
		if v.What == "plan" && v.Do == Refused {
			a.lacks(v.Name)
		}
		what := v.What
		if v.Read {
			what = "row"
			a.Tally["customer"][Refused]--
			a.Tally["row"][Refused]++
		}
		a.add(AccountRow{v.At, v.Name, what, v.Do, inBoth(v.Why)})
	}
	for _, t := range r.Left {
		if fault.KeyOf(t.Why) == "cutover.no_plan" {
			a.lacks(t.Name)
		}
		a.add(AccountRow{t.At, t.Name, "", LeftBehind, inBoth(t.Why)})
	}
	return a
}

// undoneOf is what taking an import back said.
func undoneOf(u Undone) telling {
	a := telling{Account: Account{Listed: map[string]int{}, Tally: map[string]map[string]int{"plan": {"gone": u.Plans}, "customer": {"gone": u.Customers}, "line": {"gone": u.Lines}}}, rows: map[string][]AccountRow{}}
	for _, s := range u.Stayed {
		a.add(AccountRow{Name: s.Name, Do: Stays, Why: inBoth(s.Why)})
	}
	return a
}
