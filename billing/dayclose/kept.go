package dayclose

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mtandao/internal/clock"
)

// State is what became of a day: open → closed, once.
type State string

// The states of a day.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Kept is a day as it was last looked at, and as it was when somebody closed it.
type Kept struct {
	Day              clock.Day
	State            State
	LookedAt         time.Time // zero: never
	Figures          Figures
	Left, LeftCents  int64 // unexplained
	ClosedAt         time.Time
	ClosedBy         string
	Member           int64   // who closed it
	Seen             Figures // as who closed it saw them
	SeenLeft, SeenOf int64   // unexplained then, and of how many cents
}

// Figures are a day without its items; tills at which nothing was are left out.
type Figures struct {
	Tills []Till
	Sites []Site
}

func (d Day) figures() (f Figures) {
	for _, t := range d.Tills {
		if t.Lines > 0 || t.Receipts > 0 {
			f.Tills = append(f.Tills, t)
		}
	}
	f.Sites = d.Sites
	return f
}

// spelt is what is compared of figures: not how far a statement tells, which moves when the next day's is read.
func (f Figures) spelt() []byte {
	same := Figures{Tills: slices.Clone(f.Tills), Sites: f.Sites}
	for n := range same.Tills {
		same.Tills[n].Until = time.Time{}
	}
	text, _ := json.Marshal(same) // numbers and texts
	return text
}

// Total sums the figures of all tills.
func (f Figures) Total() Till { return Day{Tills: f.Tills}.Total() }

// Standing is what became of a difference: left → explained, and back; left → gone when it is found no more, and back.
type Standing string

// The standings of a difference.
const (
	Left      Standing = "left"
	Explained Standing = "explained"
	Gone      Standing = "gone"
)

// Difference is an item as it is kept. Late says that it was found only after its day was closed; ID is 0 before it is kept.
type Difference struct {
	Item
	ID       int64
	Day      clock.Day
	Standing Standing
	Late     bool
	Owner    int64 // the member who sees to it; 0 for nobody
	Reason   string
	MovedBy  string // who explained it
	MovedAt  time.Time
	stale    bool // it is kept with other amounts than it has now
}

// View is a day as it is now, beside what is kept of it.
type View struct {
	Kept
	Look        Day
	Differences []Difference
}

// merge brings what was found together with what is kept. What is kept and found no more is gone, unless the look was cut off; an explanation stays.
func merge(found Day, kept []Difference, closed bool) []Difference {
	known, seen := map[string]int{}, map[string]bool{}
	for n, d := range kept {
		known[d.Key()] = n
	}
	all := make([]Difference, 0, len(kept)+len(found.Items))
	for _, i := range found.Items {
		key := i.Key()
		if seen[key] { // a receipt may be on two pages of a look while it moves
			continue
		}
		seen[key] = true
		d := Difference{Item: i, Day: found.Day, Standing: Left, Late: closed}
		if n, is := known[key]; is {
			d = kept[n]
			d.stale = d.Statement != i.Statement || d.Books != i.Books || d.ReceiptID != i.ReceiptID || d.OrderID != i.OrderID
			if d.Item = i; d.Standing == Gone {
				d.Standing = Left
			}
		}
		all = append(all, d)
	}
	for _, d := range kept {
		if seen[d.Key()] {
			continue
		}
		if d.Standing == Left && !found.More {
			d.Standing = Gone
		}
		all = append(all, d)
	}
	return all
}

// left counts what is unexplained.
func left(all []Difference) (n, cents int64) {
	for _, d := range all {
		if d.Standing == Left {
			n, cents = n+1, cents+d.Cents()
		}
	}
	return n, cents
}

// Digest names what somebody saw of a day: its figures and what is unexplained.
func (v View) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(v.Look.figures().spelt(), " %d %d", v.Left, v.LeftCents))
	return hex.EncodeToString(sum[:16])
}

// Changed says whether a closed day's figures are not those any more that were seen.
func (v View) Changed() bool {
	return v.State == Closed && !bytes.Equal(v.Look.figures().spelt(), v.Seen.spelt())
}
