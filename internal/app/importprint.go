package app

import (
	"fmt"
	"slices"
	"strconv"

	"mtandao/internal/cutover"
	"mtandao/internal/incoming"
	"mtandao/internal/words"
	"mtandao/radius/routers"
)

// importLine is a row as an import tells it.
type importLine struct {
	At   string `json:"at"`
	Name string `json:"name"`
	What string `json:"what"`
	Do   string `json:"do"`
	Why  string `json:"why,omitempty"`
}

type importGroup struct {
	Group     string `json:"group"`
	Customers int    `json:"customers"`
	Held      string `json:"held"`
	Credits   string `json:"credits"`
	Debts     string `json:"debts"`
	Outside   string `json:"outside"`
	Holds     bool   `json:"holds"`
}

// importPlan is a plan as an import makes it.
type importPlan struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Price    string `json:"price"`
	Every    string `json:"every"`
	Mode     string `json:"mode"`
	DownKbps int64  `json:"down_kbps"`
	UpKbps   int64  `json:"up_kbps"`
	Devices  int    `json:"devices"`
}

type importReport struct {
	Import int64                     `json:"import,string,omitempty"`
	Source string                    `json:"source"`
	Counts map[string]incoming.Count `json:"counts"`
	Tally  map[string]map[string]int `json:"tally"`
	Opened string                    `json:"opened"`
	Plans  []importPlan              `json:"plans"`
	Groups []importGroup             `json:"groups"`
	Rows   []importLine              `json:"rows"`
	Left   []importLine              `json:"left"`
}

func why(err error) string {
	if err == nil {
		return ""
	}
	return incoming.Told{Why: err}.Say(words.English)
}

func reportOf(r *cutover.Report) importReport {
	out := importReport{Import: r.ImportID, Source: r.Source, Counts: map[string]incoming.Count{}, Tally: r.Tally(), Opened: r.Opened.String(), Plans: []importPlan{}, Groups: []importGroup{}, Rows: []importLine{}, Left: []importLine{}}
	for _, p := range r.Plans {
		out.Plans = append(out.Plans, importPlan{p.Key, p.NameEN, p.Price.String(), p.Terms.Interval.String(), string(p.Terms.Mode), p.Limits.DownKbps, p.Limits.UpKbps, p.Limits.DeviceCount()})
	}
	for name, c := range r.Counts {
		out.Counts[name] = *c
	}
	for _, g := range r.Groups {
		out.Groups = append(out.Groups, importGroup{g.Name, g.Customers, g.Held.String(), g.Credits.String(), g.Debts.String(), g.Outside.String(), g.Holds()})
	}
	for _, v := range r.Verdicts {
		if v.Do != cutover.There {
			out.Rows = append(out.Rows, importLine{v.At, v.Name, v.What, v.Do, why(v.Why)})
		}
	}
	for _, t := range r.Left {
		out.Left = append(out.Left, importLine{At: t.At, Name: t.Name, Why: why(t.Why)})
	}
	return out
}

// printImport tells what an import did, or would do: every row that is not there already, what was left behind, and the proof of balances.
func (c *console) printImport(r *cutover.Report, asJSON bool) error {
	out := reportOf(r)
	if asJSON {
		return c.printJSON(out)
	}
	for _, p := range out.Plans {
		c.printf("plan     %s: %s, %s, %s, %s each %s\n", p.Key, p.Name, speedOf(p.DownKbps, p.UpKbps), p.Mode, p.Price, p.Every)
	}
	for _, l := range out.Rows {
		c.printf("%-8s %-8s %-28s %s%s\n", l.Do, l.What, l.At, l.Name, dash(l.Why))
	}
	for _, l := range out.Left {
		c.printf("%-8s %-8s %-28s %s%s\n", "left", "", l.At, l.Name, dash(l.Why))
	}
	parts := make([]string, 0, len(out.Counts))
	for name := range out.Counts {
		parts = append(parts, name)
	}
	slices.Sort(parts)
	c.printf("\n")
	for _, name := range parts {
		n := out.Counts[name]
		c.printf("%-28s %7d read  %7d taken  %7d refused\n", name, n.Read, n.Taken, n.Refused)
	}
	for _, g := range out.Groups {
		verdict := "holds"
		if !g.Holds {
			verdict = "DOES NOT HOLD"
		}
		c.printf("balances of %s: %s = credits %s - debts %s + refused %s: %s\n", g.Group, g.Held, g.Credits, g.Debts, g.Outside, verdict)
	}
	for _, what := range []string{"plan", "customer", "line"} {
		t := out.Tally[what]
		if what == "plan" && len(t) == 0 {
			continue
		}
		c.printf("%ss: %d new, %d there, %d changed there since, %d later, %d refused\n", what, t[cutover.Fresh], t[cutover.There], t[cutover.Changed], t[cutover.Later], t[cutover.Refused])
	}
	if r.ImportID == 0 {
		c.printf("A dry run: nothing was changed. New balances would come to %s.\n", out.Opened)
		return nil
	}
	c.printf("Import %d is done. New balances come to %s. Take it back with: mtandao import undo %d\n", r.ImportID, out.Opened, r.ImportID)
	return nil
}

// speedOf is a speed as people say it, the download first.
func speedOf(downKbps, upKbps int64) string {
	if downKbps == 0 && upKbps == 0 {
		return "no limit of speed"
	}
	return strconv.FormatFloat(float64(downKbps)/1000, 'f', -1, 64) + "/" + strconv.FormatFloat(float64(upKbps)/1000, 'f', -1, 64) + " Mbps"
}

// manyRows are worth telling how far it is.
const manyRows = 1000

// progress tells on the error stream, every tenth part, how much of a long work is done.
func (c *console) progress(what string) cutover.Watch {
	told := 0
	return func(done, of int) {
		if tenth := done * 10 / max(of, 1); of >= manyRows && tenth > told {
			told = tenth
			fmt.Fprintf(c.stderr, "%d of %d %s\n", done, of, what)
		}
	}
}

func dash(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func (c *console) printUndone(u cutover.Undone, asJSON bool) error {
	stayed := []importLine{}
	for _, s := range u.Stayed {
		stayed = append(stayed, importLine{Name: s.Name, Do: "stays", Why: why(s.Why)})
	}
	if asJSON {
		return c.printJSON(map[string]any{"plans": u.Plans, "customers": u.Customers, "lines": u.Lines, "stayed": stayed})
	}
	for _, s := range stayed {
		c.printf("stays    %s: %s\n", s.Name, s.Why)
	}
	c.printf("Taken back: %d customers, %d lines and %d plans; %d stay.\n", u.Customers, u.Lines, u.Plans, len(stayed))
	return nil
}

func (c *console) printTaken(r routers.Router, t cutover.Taken, back, asJSON bool) error {
	if asJSON {
		return c.printJSON(map[string]any{"router": r.Name, "switched": orNone(t.Switched), "unknown": orNone(t.Unknown), "missing": orNone(t.Missing)})
	}
	for _, name := range t.Unknown {
		c.printf("stays    %s: nobody here has this log-in\n", name)
	}
	for _, name := range t.Missing {
		c.printf("missing  %s: it is not on the router any more\n", name)
	}
	done := "off"
	if back {
		done = "on"
	}
	c.printf("%s: %d secrets %s, %d stay as they are.\n", r.Name, len(t.Switched), done, len(t.Unknown)+len(t.Missing))
	return nil
}

func orNone(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}
