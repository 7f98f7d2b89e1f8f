package billdesk

import (
	"time"

	"mtandao/internal/clock"
)

// Kind is what is done.
type Kind string

// The kinds.
const (
	Preview Kind = "preview"
	Billing Kind = "billing"
)

// State is how far a run is: asked → drafting → issuing → done, or failed. A preview is done after drafting.
type State string

// The states of a run.
const (
	Asked    State = "asked"
	Drafting State = "drafting"
	Issuing  State = "issuing"
	Done     State = "done"
	Failed   State = "failed" // it cannot be done, with why
)

// moving are the states in which something is done.
var moving = []State{Asked, Drafting, Issuing}

// By is who asks, and from where.
type By struct {
	Actor, From string
	Member      int64
}

// Run is a preview, or a bill run. Counts are documents: of a preview those that would be made. Due is how many the preview of a run named.
type Run struct {
	ID, PreviewID                        int64
	Kind                                 Kind
	AsOf                                 clock.Day
	State                                State
	By                                   By
	AskedAt, BeganAt, HeardAt, EndedAt   time.Time // zero: not yet
	Drafts, Nothing, Parked, Issued, Due int64
	Cents                                int64 // of a preview: the sum of what would be billed
	Cuts                                 int64 // how often it was taken up again after it had been cut
	Reason                               error // why it does not go on, or failed
	after                                int64 // of a preview: the last subscription that it looked at
	held                                 bool  // somebody works on it, or was cut
}

// Moving says whether it is not at its end.
func (r Run) Moving() bool { return r.State == Asked || r.State == Drafting || r.State == Issuing }

// add counts a document. What is of its parts is counted with these.
func (r *Run) add(d Document) {
	switch d.Fate {
	case Billed:
		r.Drafts++
	case Nothing:
		r.Nothing++
	case Parked:
		r.Parked++
	}
	if d.Fate == Billed && d.SubscriptionID != 0 {
		r.Cents += d.Cents
	}
}

// silence is how long nobody is heard of a run that is worked on before it counts as cut: who rescues jobs waits half a minute.
const silence = 45 * time.Second

// Cut says that nobody was heard of it for a while. It is taken up by itself.
func (r Run) Cut(now time.Time) bool {
	return r.Moving() && r.held && now.Sub(r.HeardAt) > silence
}

// Fate is what becomes of a due period.
type Fate string

// The fates.
const (
	Billed  Fate = "billed"
	Nothing Fate = "nothing" // it costs nothing
	Parked  Fate = "parked"  // it cannot be billed
)

// Fates are all of them.
var Fates = []Fate{Billed, Nothing, Parked}

// Line is one of a document, in both languages.
type Line struct {
	English, Swahili string
	Cents            int64
}

// Document is one that a preview names. Until is the day after. One bill of several lines has parts, a few of which are told with it, and neither lines nor a subscription of its own.
type Document struct {
	N                          int64
	SubscriptionID, CustomerID int64
	From, Until                clock.Day
	Fate                       Fate
	Cents                      int64
	Lines                      []Line
	Reason                     error
	Parts                      []Part
	PartCount                  int64
}

// Part is what one line's period is on one bill of several. Line is whose it is, and where.
type Part struct {
	N                          int64
	SubscriptionID, CustomerID int64
	Line                       string
	From, Until                clock.Day
	Cents                      int64
	Lines                      []Line
	payerID                    int64
}

// page is what a preview keeps at once.
type page struct {
	documents []Document
	parts     []Part
}
