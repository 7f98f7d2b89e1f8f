package safaricom

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

type switchLine struct {
	Switch
	On bool
}

type switchGroup struct {
	Name     string
	Switches []switchLine
}

type moveLine struct{ Receipt, Who, What, Amount string }

type sentLine struct{ What, When, Outcome string }

type faultsPage struct {
	head
	Groups []switchGroup
	Moves  []moveLine
	Sent   []sentLine
}

const shownLines = 20

func (s *Server) faultSwitches(w http.ResponseWriter, r *http.Request) {
	page := faultsPage{head: head{Title: "Faults"}, Groups: switchGroups(s.Faults()), Moves: moveLines(s.Moves()), Sent: sentLines(s.Deliveries())}
	if r.FormValue("said") == "saved" {
		page.Notice = "Saved."
	}
	show(w, "faults.html", page)
}

func switchGroups(f Faults) []switchGroup {
	var groups []switchGroup
	for _, w := range Switches {
		if len(groups) == 0 || groups[len(groups)-1].Name != w.Group {
			groups = append(groups, switchGroup{Name: w.Group})
		}
		last := &groups[len(groups)-1]
		last.Switches = append(last.Switches, switchLine{w, *w.of(&f)})
	}
	return groups
}

func moveLines(moves []Move) []moveLine {
	var lines []moveLine
	for _, m := range slices.Backward(moves) {
		if len(lines) == shownLines {
			break
		}
		lines = append(lines, moveLine{m.Receipt, local(m.Phone) + ", " + clockTime(m.At), m.ShortCode + " " + m.Reference, "Ksh " + grouped(m.Cents)})
	}
	return lines
}

// sentLines name the receiver's host only: the path holds the merchant's secret.
func sentLines(sent []Delivery) []sentLine {
	var lines []sentLine
	for _, d := range slices.Backward(sent) {
		if len(lines) == shownLines {
			break
		}
		outcome := "not reached"
		if d.Status != 0 {
			outcome = strconv.Itoa(d.Status)
		}
		host := ""
		if u, err := url.Parse(d.URL); err == nil {
			host = u.Host
		}
		lines = append(lines, sentLine{d.Kind + " to " + host, clockTime(d.At), outcome})
	}
	return lines
}

func (s *Server) saveSwitches(w http.ResponseWriter, r *http.Request) {
	var f Faults
	for _, fault := range Switches {
		*fault.of(&f) = r.FormValue("all_off") == "" && r.FormValue(fault.Key) != ""
	}
	s.SetFaults(f)
	http.Redirect(w, r, "/faults?said=saved", http.StatusSeeOther)
}
