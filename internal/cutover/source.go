package cutover

import (
	"slices"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// Kinds of sources.
const (
	FromNux    = "phpnuxbill"
	FromRouter = "routeros"
	FromRADIUS = "freeradius"
	FromCSV    = "csv"
)

// SourceKinds lists them.
var SourceKinds = []string{FromNux, FromRouter, FromRADIUS, FromCSV}

// States of a source: reading → told → coming → came → going → gone. What fails goes back to where somebody can go on, with the reason.
const (
	Reading = "reading" // the dry run is being made
	Told    = "told"    // it says what an import would do
	Failed  = "failed"  // it cannot be read; Reason says why
	Coming  = "coming"  // it is being brought in
	Came    = "came"    // it is here
	Going   = "going"   // it is being taken back
	Gone    = "gone"    // it was taken back
)

// Asked is how a source is to be read and to come in.
type Asked struct {
	Kind    string
	Name    string // as Wish.Name
	SiteID  int64
	Zone    string
	Router  string            // of FromRouter: its name here; without a file it is asked itself
	Columns map[string]string // of FromCSV
	Plans   map[string]string
	Routers map[string]string
	Make    bool
}

func (a Asked) check() error {
	switch {
	case !slices.Contains(SourceKinds, a.Kind):
		return fault.New(fault.Invalid, "cutover.kind")
	case a.Kind == FromRouter && a.Router == "":
		return fault.New(fault.Invalid, "cutover.which_router")
	}
	if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "" {
		return fault.New(fault.Invalid, "cutover.zone", "Zone", a.Zone)
	}
	return nil
}

// Source is a file, or a router, that somebody brings subscribers from.
type Source struct {
	ID       int64
	File     string // its name; empty: the router is asked
	Octets   int64
	State    string
	Done, Of int
	Reason   error
	ImportID int64
	By, From string
	At       time.Time
	MovedAt  time.Time
	Asked
}

func (s Source) wish(watch Watch) Wish {
	return Wish{Name: s.Name, SiteID: s.SiteID, Plans: s.Plans, Routers: s.Routers, Make: s.Make, Watch: watch, Run: "source " + sourceKey(s.ID)}
}

// Moving says that something is being done with it.
func (s Source) Moving() bool { return s.State == Reading || s.State == Coming || s.State == Going }

// Account is what a dry run, an import or its undoing said, as it is kept.
type Account struct {
	Source string
	Counts map[string]incoming.Count
	Tally  map[string]map[string]int
	Opened int64
	Groups []AccountGroup
	Made   []AccountPlan  // plans that are made, the first of them
	Plans  []string       // names of the plans there that nothing here was found for
	Listed map[string]int // how many rows there are, by what is done with them; Rows tells mostRowsTold of each
}

// AccountGroup is the proof of the balances of a part.
type AccountGroup struct {
	Name                          string
	Customers                     int
	Held, Credits, Debts, Outside int64
	Holds                         bool
}

// AccountPlan is a plan that an import makes.
type AccountPlan struct {
	Key, Name, Every, Mode string
	Cents                  int64
	DownKbps, UpKbps       int64
}

// AccountRow is what becomes of a row, with the reason in both languages. Do is also "left" and "stays".
type AccountRow struct {
	At, Name, What, Do string
	Why                [2]string
}

// What is done with a row, besides Fresh and the others.
const (
	LeftBehind = "left"
	Stays      = "stays"
)
