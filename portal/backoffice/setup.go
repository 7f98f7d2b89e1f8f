package backoffice

import (
	"context"
	"errors"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// The kinds of things that are set up.
const (
	kindProvider = "provider"
	kindBrand    = "brand"
	kindSite     = "site"
	kindTill     = "till"
	kindPlan     = "plan"
	kindRouter   = "router"
	kindPool     = "pool"
	kindAddOn    = "addon"
	kindCoupon   = "coupon"
)

// Setup is what `mtandao apply` changes, changed by hand: the same fields, the same checks.
type Setup interface {
	// Objects lists what is stored of a kind, by key.
	Objects(ctx context.Context, kind string) ([]Object, error)
	// Save makes changes and records them, all or none; *WrongField when a field is refused.
	Save(ctx context.Context, by Author, changes ...Change) error
	// ReadPlan reads a plan as it would be saved, and changes nothing.
	ReadPlan(fields map[string]string) (plans.Plan, error)
	// CheckTill tries a till's parts without moving money, and says what it saw in a language.
	CheckTill(ctx context.Context, id int64, l words.Lang) ([]Checked, error)
	// Registered is the address at which a till's payments are confirmed; "" for none.
	Registered(ctx context.Context, id int64) string
	// PortalPage is where a router sends its guests.
	PortalPage(id int64) string
	// RotateSecret gives a router a new secret, and accepts the old one for a day.
	RotateSecret(ctx context.Context, by Author, id int64) (secret string, err error)
}

// Settings are the provider's settings as they are now. *settings.Store satisfies it.
type Settings interface{ String(name string) string }

// Plans are what is sold. *plans.Service satisfies it.
type Plans interface {
	Get(ctx context.Context, id int64) (plans.Plan, error)
	All(ctx context.Context) ([]plans.Plan, error)
	Packages(ctx context.Context) ([]plans.Plan, error)
	AddOns(ctx context.Context) ([]plans.AddOn, error)
	Coupons(ctx context.Context) ([]plans.Coupon, error)
	Versions(ctx context.Context, planID int64) ([]plans.Price, error)
	// Unable lists what the routers of a plan's sites cannot do for it.
	Unable(p plans.Plan) []plans.Unable
}

// Preview renders the captive price list in a brand, and the hash of its style.
type Preview func(lang words.Lang, brand site.Brand) (body []byte, styleHash string, err error)

// Author is who changes something, for the trail.
type Author struct{ Email, From string }

// Object is something that is set up, by the names and in the words of a file of `mtandao apply`; a list has one entry a
// line. No secret is in it: Set names what is stored.
type Object struct {
	ID     int64
	Key    string
	Fields map[string]string
	Set    map[string]bool
	Stamp  string // another one after each change
}

// Change is what somebody wants of an object. A field that it does not name stays.
type Change struct {
	Kind, Key string
	New       bool
	Stamp     string // of the object as it was shown; empty: as it is now
	Fields    map[string]string
}

// Checked is one part of a till that was tried.
type Checked struct {
	Part, Detail, Do string
	Good, Bad        bool
}

// WrongField is a fault of one field of a change.
type WrongField struct {
	Kind, Field string
	Cause       error
}

func (w *WrongField) Error() string { return w.Kind + " " + w.Field + ": " + w.Cause.Error() }

// Unwrap gives the fault.
func (w *WrongField) Unwrap() error { return w.Cause }

func (q *request) author() Author {
	return Author{Email: q.in.Member.Email, From: q.visit().Address.String()}
}

// object finds one of a kind by the id of the address.
func (q *request) object(kind string) (Object, error) {
	id, err := q.idOf("id")
	if err != nil {
		return Object{}, err
	}
	all, err := q.office.Setup.Objects(q.ctx, kind)
	if err != nil {
		return Object{}, err
	}
	for _, o := range all {
		if o.ID == id {
			return o, nil
		}
	}
	return Object{}, notHere()
}

func (o Object) key() string { return o.Key }

// change is what a form wants of an object that is there.
func (o Object) change(kind string, fields map[string]string) Change {
	return Change{Kind: kind, Key: o.Key, Fields: fields}
}

// wrong parts what a person can mend from what they cannot: the fields with their sentences, or the error itself.
func wrong(err error) (field string, cause error, mendable bool) {
	var w *WrongField
	if !errors.As(err, &w) {
		return "", err, fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)
	}
	if fault.Is(w.Cause, fault.NotFound) {
		return "", w.Cause, false
	}
	if own, ok := fieldOf[w.Kind+"."+w.Field]; ok {
		return own, w.Cause, true
	}
	return w.Field, w.Cause, true
}

// fieldOf names the field of a form where a fault's key names something else.
var fieldOf = map[string]string{
	"till.consumer": "consumer_secret", "brand.logo_size": "logo", "brand.picture_size": "picture", "brand.hours": "hours_en", "brand.handle": "facebook", "brand.text": "welcome_en", "brand.colour": "accent", "site.slug_fixed": "slug",
	"brand.unnamed": "name", "site.unnamed": "name", "till.unnamed": "key", "plan.unnamed": "name", "router.unnamed": "name",
	"brand.taken": "key", "site.taken": "slug", "till.taken": "key", "plan.taken": "key", "pool.taken": "name", "pool.unnamed": "name", "pool.size": "prefixes", "pool.overlaps": "prefixes", "router.taken": "name", "plan.endless": "time", "plan.rate": "down", "plan.rates": "rates", "addon.unnamed": "name", "addon.taken": "key", "coupon.unnamed": "code", "coupon.taken": "code", "coupon.most": "most", "addon.rate": "down", "router.secret_short": "secret", "router.secret_long": "secret", "router.api_cert": "api_certificate",
	"router.address": "addresses", "router.address_taken": "addresses", "router.name_taken": "name", "router.login_host": "login_hosts",
}
