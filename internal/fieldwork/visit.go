package fieldwork

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// VisitKind is what somebody goes out for.
type VisitKind string

// The kinds of visits.
const (
	Install  VisitKind = "install"
	Repair   VisitKind = "repair"
	LookAt   VisitKind = "survey"
	FetchOff VisitKind = "collect" // equipment that is ours
)

// VisitState is how far a visit has come.
type VisitState string

// The states. Who found nobody has failed; that visit may be planned anew.
const (
	Planned   VisitState = "planned"
	Started   VisitState = "started"
	Done      VisitState = "done"
	Failed    VisitState = "failed"
	Cancelled VisitState = "cancelled"
)

var visitTurns = map[VisitState][]VisitState{Planned: {Started, Done, Failed, Cancelled}, Started: {Done, Failed}, Failed: {Planned, Cancelled}}

// Live says whether somebody still has to go, or is there.
func (s VisitState) Live() bool { return s == Planned || s == Started }

// May says whether a state may follow.
func (s VisitState) May(to VisitState) bool { return slices.Contains(visitTurns[s], to) }

// The lists, in the order in which they are shown.
var (
	VisitKinds  = []VisitKind{Install, Repair, LookAt, FetchOff}
	VisitStates = []VisitState{Planned, Started, Done, Failed, Cancelled}
)

// Checks are what is to be ticked at a visit of each kind.
var Checks = map[VisitKind][]string{
	Install:  {"cable", "mounted", "signal", "login", "speed", "shown"},
	Repair:   {"fault", "mended", "speed", "shown"},
	LookAt:   {"sight", "route", "power"},
	FetchOff: {"whole", "fetched"},
}

// Visit is work at a customer's or a lead's place.
type Visit struct {
	ID         int64
	SiteID     int64
	CustomerID int64 // 0: of a lead
	LeadID     int64
	LineID     int64 // the line that it is about; 0: none
	Kind       VisitKind
	Day        clock.Day
	From       string // "09:00"
	Until      string
	Technician string // e-mail; empty: nobody yet
	State      VisitState
	Address    string
	At         customers.Place
	Checked    []string // of Checks of its kind
	Note       string   // what is to be done
	Outcome    string   // what was found and done
	MadeBy     string
	MadeAt     time.Time
	ChangedBy  string
	StartedAt  time.Time
	DoneAt     time.Time // when it was done, failed or cancelled
	ErasedAt   time.Time
	Version    int64
}

// Window is between which times somebody comes: 09:00–11:00.
func (v Visit) Window() string { return v.From + "–" + v.Until }

const mostAddress = 400

var timeShape = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// check tidies what was typed and says what is wrong: fault.Invalid "visit.kind", "visit.day", "visit.window", "visit.address", "visit.note",
// "visit.outcome" or "visit.who".
func (v Visit) check() (Visit, error) {
	v.Address = oneLine(v.Address)
	v.Note, v.Outcome = tidy(v.Note), tidy(v.Outcome)
	bad := func(key string) (Visit, error) { return v, fault.New(fault.Invalid, key) }
	switch {
	case !slices.Contains(VisitKinds, v.Kind):
		return bad("visit.kind")
	case v.CustomerID == 0 && v.LeadID == 0:
		return bad("visit.who")
	case v.Day < clock.Date(2020, 1, 1) || v.Day > clock.Date(2100, 1, 1):
		return bad("visit.day")
	case !timeShape.MatchString(v.From) || !timeShape.MatchString(v.Until) || v.Until <= v.From:
		return bad("visit.window")
	case !isLine(v.Address, 0, mostAddress):
		return bad("visit.address")
	case !isText(v.Note, mostNote):
		return bad("visit.note")
	case !isText(v.Outcome, mostNote):
		return bad("visit.outcome")
	}
	var ticked []string
	for _, one := range Checks[v.Kind] {
		if slices.Contains(v.Checked, one) {
			ticked = append(ticked, one)
		}
	}
	v.Checked = ticked
	return v, nil
}

func tidy(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// toldVisit is a visit in the trail: nothing that says who or where somebody is.
func toldVisit(v Visit) map[string]any {
	is := map[string]any{"kind": v.Kind, "state": v.State, "day": v.Day.String(), "window": v.Window(), "technician": v.Technician, "checked": strings.Join(v.Checked, " ")}
	for name, n := range map[string]int64{"customer": v.CustomerID, "lead": v.LeadID, "line": v.LineID} {
		if n != 0 {
			is[name] = id(n)
		}
	}
	return is
}
