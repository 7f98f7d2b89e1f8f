package bulk

import (
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// Kind is what is done.
type Kind string

// The kinds.
const (
	Tag    Kind = "tag"    // to customers
	Untag  Kind = "untag"  // to customers
	Pause  Kind = "pause"  // to lines
	Resume Kind = "resume" // to lines
	Replan Kind = "plan"   // lines get another plan
	Unplan Kind = "unplan" // a change of plan that lies ahead of a line is withdrawn
)

// Object is what it is done to.
type Object string

// The objects.
const (
	Customers Object = "customers"
	Lines     Object = "lines"
)

// terms are what is fixed of a kind: its object, what a member must be allowed to, which kind takes it back, and what has to be said.
type terms struct {
	of     Object
	may    staff.Permission
	back   Kind
	names  bool // an argument
	reason bool // why, before it is done
}

var kinds = map[Kind]terms{
	Tag:    {of: Customers, may: staff.CustomersEdit, back: Untag, names: true},
	Untag:  {of: Customers, may: staff.CustomersEdit, back: Tag, names: true},
	Pause:  {of: Lines, may: staff.AccessChange, back: Resume, reason: true},
	Resume: {of: Lines, may: staff.AccessChange, back: Pause},
	Replan: {of: Lines, may: staff.AccessChange, back: Unplan, names: true},
	Unplan: {of: Lines, may: staff.AccessChange},
}

// Of is what the kind is done to; empty for no kind of ours.
func (k Kind) Of() Object { return kinds[k].of }

// May is what a member must be allowed to at the site of each object.
func (k Kind) May() staff.Permission { return kinds[k].may }

// Names says that something has to be named: a tag, a plan.
func (k Kind) Names() bool { return kinds[k].names }

// State is how far a run is.
type State string

// The states of a run.
const (
	Looking State = "looking"
	Looked  State = "looked" // what would happen is told, and waits for a yes
	Doing   State = "doing"
	Done    State = "done"
	Stopped State = "stopped" // by somebody; what was done stays
)

// By is who asks, and from where.
type By struct {
	Actor, From string
	Member      int64
}

// Run is one thing that is done to many. Counts are of objects.
type Run struct {
	ID, UndoOf                         int64 // UndoOf: the run that it takes back; 0 for none
	Kind                               Kind
	Argument                           string // the tag, or a Wish
	Reason                             string
	State                              State
	By                                 By
	AskedAt, BeganAt, HeardAt, EndedAt time.Time // zero: not yet
	Found                              int64     // that were picked
	Would                              int64     // that were to be changed when they were looked at
	Left                               int64     // of those found, as they are: they could not be changed, then or when their turn came
	Skipped                            int64     // of those left, whose turn had come
	Done, Failed                       int64
	Cents                              int64 // a day, by the plans' prices, that Would are not billed for while they are paused, or are billed for again
	Priced                             int64 // of Would, that Cents is of
	More                               bool  // the filter finds more than Most
	Cuts                               int64 // how often it was taken up again after it had been cut
	Trouble                            error // why it does not go on
	place                              string
	held                               bool
}

// Most is how many one run may be of.
const Most = 20_000

// Moving says that something is being done.
func (r Run) Moving() bool { return r.State == Looking || r.State == Doing }

// Ended says that it is at its end.
func (r Run) Ended() bool { return r.State == Done || r.State == Stopped }

// CanUndo says that what it does can be taken back: not what has begun to cost something else.
func (r Run) CanUndo() bool {
	return kinds[r.Kind].back != "" && (r.Kind != Replan || ReadWish(r.Argument).AtEnd)
}

// NeedsReason says that why it is done has to be said before.
func (r Run) NeedsReason() bool { return kinds[r.Kind].reason && r.UndoOf == 0 }

// silence is how long nobody is heard of a run that is worked on before it counts as cut: who rescues jobs waits half a minute.
const silence = 45 * time.Second

// Cut says that nobody was heard of it for a while. It is taken up by itself.
func (r Run) Cut(now time.Time) bool { return r.Moving() && r.held && now.Sub(r.HeardAt) > silence }

// Fate is what becomes of an object.
type Fate string

// The fates.
const (
	Would   Fate = "would"
	Left    Fate = "left"
	Changed Fate = "done"
	Failed  Fate = "failed" // trouble of ours
)

// Fates are all of them.
var Fates = []Fate{Would, Changed, Left, Failed}

// Item is an object of a run.
type Item struct {
	ID    int64
	Fate  Fate
	Why   error // it is left, or failed
	Seen  int64 // the mark that it has while nothing has changed it since; 0: whatever it is
	Mark  int64 // that its change left
	Cents int64 // of the run's
	Price *Price
}

// Filter is what finds all objects of a list.
type Filter struct {
	Typed, State, Segment, Tag string
	Sites                      []int64 // nil: of all
}

// Ask is what somebody asks for: those picked, or all that a filter finds.
type Ask struct {
	Kind     Kind
	Argument string
	Picked   []int64
	All      *Filter // nil: those picked
}

// Order is what is to be done, and for whom.
type Order struct {
	RunID            int64
	Kind             Kind
	Argument, Reason string
	Who              staff.Member
	By               By
}

// NotTheirs is said of what is not there, and of what is at a site where the member may not do it: which of both, nobody is told.
func NotTheirs() error { return fault.New(fault.Denied, "bulk.not_theirs") }

// ChangedSince is said of what was changed after the run that is to be taken back.
func ChangedSince() error { return fault.New(fault.Conflict, "bulk.changed_since") }

// Allows is nil where the member may do it.
func (o Order) Allows(siteID int64) error {
	if !staff.May(o.Who, o.Kind.May(), siteID) {
		return NotTheirs()
	}
	return nil
}
