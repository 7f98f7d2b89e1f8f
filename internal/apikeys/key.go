package apikeys

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// Scope is one kind of thing that a key may do, "resource.verb".
type Scope string

// The scopes.
const (
	CustomersRead  Scope = "customers.read"
	CustomersWrite Scope = "customers.write"
	PlansRead      Scope = "plans.read"
	PaymentsRead   Scope = "payments.read"
	InvoicesRead   Scope = "invoices.read"

	SubscriptionsRead Scope = "subscriptions.read"
	OrdersRead        Scope = "orders.read"
	VouchersRead      Scope = "vouchers.read"
	ResellersRead     Scope = "resellers.read"
	SessionsRead      Scope = "sessions.read"
	RoutersRead       Scope = "routers.read"
	UsageRead         Scope = "usage.read"
	TicketsRead       Scope = "tickets.read"
	ReportsRead       Scope = "reports.read"

	SubscriptionsWrite Scope = "subscriptions.write"
	VouchersWrite      Scope = "vouchers.write"
	PaymentsWrite      Scope = "payments.write"
	SessionsWrite      Scope = "sessions.write"
	TicketsWrite       Scope = "tickets.write"
)

// Scopes are all scopes, in the order in which they are shown.
var Scopes = []Scope{CustomersRead, CustomersWrite, SubscriptionsRead, SubscriptionsWrite, UsageRead, PlansRead, OrdersRead, PaymentsRead, PaymentsWrite, InvoicesRead, VouchersRead, VouchersWrite,
	ResellersRead, SessionsRead, SessionsWrite, RoutersRead, TicketsRead, TicketsWrite, ReportsRead}

// Key is a key without its secret.
type Key struct {
	ID        int64
	Name      string // of the program that has it
	Scopes    []Scope
	Sites     []int64 // empty: all, and what is of none
	MadeBy    string
	MadeAt    time.Time
	Until     time.Time // zero: no end
	RevokedAt time.Time
	UsedAt    time.Time // about a minute exact
}

// May says whether the key holds a scope.
func (k Key) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

// Sees says whether the key reaches what is of a site; 0: of none.
func (k Key) Sees(siteID int64) bool { return len(k.Sites) == 0 || slices.Contains(k.Sites, siteID) }

// Good says whether the key opens anything at that instant.
func (k Key) Good(at time.Time) bool {
	return k.RevokedAt.IsZero() && (k.Until.IsZero() || at.Before(k.Until))
}

// Actor is the key in the audit trail.
func (k Key) Actor() string { return "API key " + k.Name }

const mostName = 80

// check tidies a new key; fault.Invalid "apikey.name", "apikey.scopes" or "apikey.until".
func (k Key) check(now time.Time) (Key, error) {
	k.Name = strings.Join(strings.Fields(k.Name), " ")
	if n := utf8.RuneCountInString(k.Name); n == 0 || n > mostName || !utf8.ValidString(k.Name) || strings.ContainsFunc(k.Name, unicode.IsControl) {
		return k, fault.New(fault.Invalid, "apikey.name")
	}
	if len(k.Scopes) == 0 || slices.ContainsFunc(k.Scopes, func(s Scope) bool { return !slices.Contains(Scopes, s) }) {
		return k, fault.New(fault.Invalid, "apikey.scopes")
	}
	if !k.Until.IsZero() && !k.Until.After(now) {
		return k, fault.New(fault.Invalid, "apikey.until")
	}
	return k, nil
}
