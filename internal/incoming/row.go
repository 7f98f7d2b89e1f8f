package incoming

import (
	"errors"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// Customer is a person or business as another system has it.
type Customer struct {
	Key, At       string // unique in its source; where it stands there
	Name          string
	Business      bool
	Phone, Email  string
	Address, PIN  string
	Place         string       // coordinates
	Numbers       []string     // under which they pay
	Group         string       // of the proof of balances
	Balance       money.Amount // credit; negative is owed
	Notes         []string     // what has no field of its own here
	Subscriptions []Subscription
}

// Kind is how a subscriber logs in.
type Kind string

// The kinds.
const (
	PPPoE   Kind = "pppoe"
	Hotspot Kind = "hotspot"
	MAC     Kind = "mac"
)

// Subscription is a plan that a customer has.
type Subscription struct {
	Key, At         string
	Kind            Kind
	Login, Password string
	Plan            string    // key of a Plan
	Router          string    // name of a Router
	Address, MAC    string    // fixed ones
	Until           time.Time // zero: not known, or without end
	Off             bool      // switched off by the provider
}

// Plan is what the other system sells.
type Plan struct {
	Key, At, Name string
	Kind          Kind
	Price         money.Amount // zero: the source has none
	Postpaid      bool
	Rate          Rate
	Term          Term
	DataBytes     int64
	Time          time.Duration // online
	Devices       int
}

// Term is how long a plan runs: so many months, days, hours or minutes; 0: not said.
type Term struct {
	N    int
	Unit string
}

// Rate is how fast it is.
type Rate struct {
	UpKbps, DownKbps int64
	Burst            access.Burst
}

// Router is a router of the other system.
type Router struct{ Name, At, Address string }

// Told is something that a person must know about a place in the source.
type Told struct {
	At      string // "tbl_customers 17", "line 204"
	Name    string // whom it is about
	Why     error  // a fault
	Group   string
	Balance money.Amount // that stays outside with a refused customer
}

// Count is how many rows of a part of the source were read, and what became of them.
type Count struct{ Read, Taken, Refused int }

// Batch is what a source holds.
type Batch struct {
	Source    string // "phpnuxbill", "routeros", "freeradius", "csv"
	Customers []Customer
	Plans     []Plan
	Routers   []Router
	Refused   []Told
	Left      []Told                  // brought in, but not all of it; or left where it is
	Counts    map[string]*Count       // by table, menu or file
	Held      map[string]money.Amount // what balances come to in the source, by group
}

func newBatch(source string) *Batch {
	return &Batch{Source: source, Counts: map[string]*Count{}, Held: map[string]money.Amount{}}
}

func (b *Batch) count(part string) *Count {
	if b.Counts[part] == nil {
		b.Counts[part] = &Count{}
	}
	return b.Counts[part]
}

// refuse puts a row of a part aside.
func (b *Batch) refuse(part string, t Told) {
	b.count(part).Refused++
	b.Refused = append(b.Refused, t)
}

// take counts a row of a part that became something.
func (b *Batch) take(part string) { b.count(part).Taken++ }

func (b *Batch) leave(at, name string, why error) {
	b.Left = append(b.Left, Told{At: at, Name: name, Why: why})
}

// hold adds to what the source says that it holds.
func (b *Batch) hold(group string, a money.Amount) error {
	sum, err := b.Held[group].Add(a)
	if err == nil {
		b.Held[group] = sum
	}
	return err
}

// invalid is a reason of this package.
func invalid(key string, args ...any) error { return fault.New(fault.Invalid, key, args...) }

// Say is a reason in a language.
func (t Told) Say(l words.Lang) string {
	var f *fault.Error
	if errors.As(t.Why, &f) {
		return words.Fault(l, t.Why)
	}
	return t.Why.Error()
}
