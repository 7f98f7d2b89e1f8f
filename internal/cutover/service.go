package cutover

import (
	"context"
	"strings"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Line is a subscription that is to begin where the other system leaves it.
type Line struct {
	Key        string // source and key there: the same one begins once
	CustomerID int64
	Plan       string // key of a plan here
	Kind       incoming.Kind
	Login      string
	Password   string
	Address    string
	MAC        string
	SiteID     int64
	RouterID   int64
	Installed  string    // address of the installation
	Until      time.Time // to when it was paid there; zero: not known
	Off        bool      // switched off there
}

// Lines begin subscriptions, and tell what they are then: mark is the last that happened to one. Undo takes one back that is still so;
// fault.Conflict names it when it is not. On says whether anybody has, or had, a plan.
type Lines interface {
	Begin(tx *db.Tx, l Line, by customers.By) (id, mark int64, err error)
	Undo(tx *db.Tx, id, mark int64, by customers.By) error
	On(tx *db.Tx, planKey string) (bool, error)
}

// Credit is customers' money. *accounts.Service satisfies it.
type Credit interface {
	Open(tx *db.Tx, customerID int64, balance money.Amount, c accounts.Cause) error
	Unopen(tx *db.Tx, customerID int64, balance money.Amount, c accounts.Cause) error
}

// Debts are what customers owe from before. *invoices.Service satisfies it.
type Debts interface {
	Open(tx *db.Tx, debts []invoices.Opening, by invoices.By) error
	Unopen(tx *db.Tx, customerID int64, by invoices.By) (bool, error)
}

// Logins tell whose a log-in name is.
type Logins interface {
	Find(ctx context.Context, typed string) ([]access.Grant, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Customers *customers.Service
	Credit    Credit
	Debts     Debts
	Plans     *plans.Service
	Routers   *routers.Service
	Logins    Logins
	Lines     Lines
	Local     Local
}

// Service brings in and takes back.
type Service struct{ Options }

// New makes it.
func New(o Options) *Service { return &Service{Options: o} }

// Wish says how a source is to come in.
type Wish struct {
	Name    string            // tells two systems of one make apart; empty: the make alone
	SiteID  int64             // of what comes in without a router
	Plans   map[string]string // key of a plan here, by the name it has there
	Routers map[string]string // name of a router here, by the name it has there
	Make    bool              // make the plans that are not here, with the price, speed and validity that they have there
	Watch   Watch             // may be nil
	Run     string            // who brings it: begun again, it goes on with its own import. Empty: it is known by what it brings
}

// Watch is told how many of all customers are through.
type Watch func(done, of int)

func (w Watch) tell(done, of int) {
	if w != nil {
		w(done, of)
	}
}

func (w Wish) source(b *incoming.Batch) string {
	return strings.Trim(b.Source+":"+w.Name, ":")
}

// Verdict is what an import does, or would do, with a row.
type Verdict struct {
	At, Name string
	What     string // "plan", "customer", "line"
	Do       string // "new", "there", "changed", "refused", "later"
	Why      error  // of what is refused or comes later
	Read     bool   // it was refused as it was read, and may be any row of the source
}

// What is done with a row.
const (
	Fresh   = "new"
	There   = "there"
	Changed = "changed"
	Refused = "refused"
	Later   = "later"
)

// Report is what an import did, or would do.
type Report struct {
	ImportID int64 // 0: a dry run
	Source   string
	Verdicts []Verdict
	Left     []incoming.Told // of what is left behind, or comes in only in part
	Groups   []incoming.Group
	Counts   map[string]*incoming.Count
	Plans    []plans.Plan // that are made
	Opened   money.Amount // sum of the balances that came in with new customers
}

// Tally counts verdicts: of a kind of row, by what is done with it.
func (r *Report) Tally() map[string]map[string]int {
	all := map[string]map[string]int{"plan": {}, "customer": {}, "line": {}}
	for _, v := range r.Verdicts {
		all[v.What][v.Do]++
	}
	return all
}

// add tells where the verdict stands.
func (r *Report) add(v Verdict) int {
	r.Verdicts = append(r.Verdicts, v)
	return len(r.Verdicts) - 1
}

// slug is a plan's name as keys are written.
func slug(name string) string {
	return strings.Trim(strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }), "-"), "-")
}

func conflict(key string, args ...any) error { return fault.New(fault.Conflict, key, args...) }
