package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
	"mtandao/radius/routers"
)

// weighing is what is looked up once for a whole import.
type weighing struct {
	s       *Service
	wish    Wish
	source  string
	known   map[string]rowState // by key, customers and lines alike
	plans   map[string]string   // key here, by key there
	keys    map[string]bool     // of plans here
	made    []made
	routers map[string]routers.Router
	numbers map[string]string // who has a number in this source, by how it is stored
	logins  map[string]bool
	report  *Report
}

// one is a customer with what is to be done.
type one struct {
	c        incoming.Customer
	hash     string
	state    rowState
	known    bool
	profile  customers.Profile
	rest     string // what has no place here, in words
	lines    []Line
	refused  error
	verdicts []int // of what is to be made, in the report
}

func (s *Service) weigh(ctx context.Context, b *incoming.Batch, wish Wish) (*weighing, error) {
	w := &weighing{s: s, wish: wish, source: wish.source(b), plans: map[string]string{}, keys: map[string]bool{}, routers: map[string]routers.Router{}, numbers: map[string]string{}, logins: map[string]bool{}}
	groups, err := b.Proof()
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if !g.Holds() {
			return nil, fault.New(fault.Internal, "internal")
		}
	}
	w.report = &Report{Source: w.source, Opened: money.KES(0), Left: b.Left, Groups: groups, Counts: b.Counts}
	for _, t := range b.Refused {
		w.report.add(Verdict{At: t.At, Name: t.Name, What: "customer", Do: Refused, Why: t.Why, Read: true})
	}
	if w.known, err = s.rowsOf(ctx, w.source); err != nil {
		return nil, err
	}
	return w, w.match(ctx, b)
}

// match finds the plans and routers here that are meant there: as the wish says, else by name. fault.Invalid "cutover.no_such_plan" when the wish
// names a plan that is not here.
func (w *weighing) match(ctx context.Context, b *incoming.Batch) error {
	here, err := w.s.Plans.All(ctx)
	if err != nil {
		return err
	}
	live := map[string]bool{}
	for _, h := range here {
		w.keys[h.Key], live[h.Key] = true, h.State == plans.Live
	}
	for name, key := range w.wish.Plans {
		if !live[key] {
			return fault.New(fault.Invalid, "cutover.no_such_plan", "Plan", name, "Key", key)
		}
	}
	for _, p := range b.Plans {
		w.matchPlan(p, here)
	}
	w.matchRouters(b)
	return nil
}

func (w *weighing) matchPlan(p incoming.Plan, here []plans.Plan) {
	want, came := w.wish.Plans[p.Name], w.known[kindPlan+" "+p.Key].objectID
	for _, h := range here {
		if h.State == plans.Live && (h.Key == want || want == "" && (h.ID == came || came == 0 && (h.Key == slug(p.Name) || strings.EqualFold(h.NameEN, p.Name)))) {
			w.plans[p.Key] = h.Key
			return
		}
	}
	if !w.wish.Make || came != 0 {
		w.report.Left = append(w.report.Left, incoming.Told{At: p.At, Name: p.Name, Why: fault.New(fault.Invalid, "cutover.no_plan", "Plan", p.Name, "Key", slug(p.Name))})
		return
	}
	plan, err := w.planFor(p)
	if err != nil {
		w.report.add(Verdict{At: p.At, Name: p.Name, What: "plan", Do: Refused, Why: err})
		return
	}
	w.report.add(Verdict{At: p.At, Name: p.Name, What: "plan", Do: Fresh})
	w.plans[p.Key], w.made, w.report.Plans = plan.Key, append(w.made, made{p.Key, plan}), append(w.report.Plans, plan)
}

func (w *weighing) matchRouters(b *incoming.Batch) {
	all := w.s.Routers.All()
	for _, r := range b.Routers {
		want := r.Name
		if named := w.wish.Routers[r.Name]; named != "" {
			want = named
		}
		for _, h := range all {
			if strings.EqualFold(h.Name, want) {
				w.routers[r.Name] = h
			}
		}
		if w.routers[r.Name].ID == 0 {
			w.report.Left = append(w.report.Left, incoming.Told{At: r.At, Name: r.Name, Why: fault.New(fault.Invalid, "cutover.no_router", "Router", r.Name)})
		}
	}
}

// judge tells what is to be done with a customer and their lines, without writing.
func (w *weighing) judge(ctx context.Context, c incoming.Customer) (one, error) {
	o := one{c: c, hash: hashOf(c)}
	o.state, o.known = w.known[kindCustomer+" "+c.Key]
	switch {
	case tooLong(c.Key):
		o.refused = longKey()
		w.report.add(Verdict{At: c.At, Name: c.Name, What: "customer", Do: Refused, Why: o.refused})
		return o, nil
	case o.known && o.state.hash != o.hash:
		w.report.add(Verdict{At: c.At, Name: c.Name, What: "customer", Do: Changed})
	case o.known:
		w.report.add(Verdict{At: c.At, Name: c.Name, What: "customer", Do: There})
	default:
		if err := w.person(ctx, &o); err != nil {
			return o, err
		}
		if o.refused != nil {
			w.report.add(Verdict{At: c.At, Name: c.Name, What: "customer", Do: Refused, Why: o.refused})
			return o, nil
		}
		o.verdicts = append(o.verdicts, w.report.add(Verdict{At: c.At, Name: c.Name, What: "customer", Do: Fresh}))
	}
	for _, s := range c.Subscriptions {
		l, do, why := w.line(ctx, c, s)
		n := w.report.add(Verdict{At: s.At, Name: s.Login, What: "line", Do: do, Why: why})
		if do == Fresh {
			o.lines, o.verdicts = append(o.lines, l), append(o.verdicts, n)
		}
	}
	return o, nil
}

// longestRowKey is how many characters of what a row is known again by can be kept.
const longestRowKey = 300

func tooLong(key string) bool { return utf8.RuneCountInString(key) > longestRowKey }

func longKey() error { return fault.New(fault.Invalid, "cutover.long_key", "Most", longestRowKey) }

// person makes a customer of ours of what is there; what cannot be kept as it is goes to the rest, and is told.
func (w *weighing) person(ctx context.Context, o *one) error {
	c := o.c
	var rest []string
	tell := func(what, value string, err error) {
		rest = append(rest, what+": "+value)
		w.report.Left = append(w.report.Left, incoming.Told{At: c.At, Name: c.Name, Why: err})
	}
	p := &o.profile
	p.Customer = customers.Customer{Name: c.Name, SiteID: w.wish.SiteID, PIN: c.PIN}
	if !strings.ContainsFunc(c.Name, unicode.IsLetter) {
		p.Name = "Account " + c.Name
	}
	if c.Business {
		p.Kind = customers.Business
	}
	if _, err := p.Customer.Check(); fault.KeyOf(err) == "customer.pin" {
		tell("PIN", c.PIN, err)
		p.PIN = ""
	}
	if _, o.refused = p.Customer.Check(); o.refused != nil {
		return nil
	}
	for _, contact := range []customers.Contact{{Kind: customers.ByPhone, Value: c.Phone}, {Kind: customers.ByEmail, Value: c.Email}} {
		if contact.Value == "" {
			continue
		}
		contact.ForBills, contact.ForAlerts = true, true
		if _, err := customers.CheckContacts([]customers.Contact{contact}); err != nil {
			tell(string(contact.Kind), contact.Value, err)
			continue
		}
		p.Contacts = append(p.Contacts, contact)
	}
	premises(p, c, tell)
	if err := w.find(ctx, o, tell); err != nil {
		return err
	}
	o.rest = strings.Join(append(rest, c.Notes...), "\n")
	return nil
}

// premises is where the customer lives or works, and how to find it.
func premises(p *customers.Profile, c incoming.Customer, tell func(what, value string, err error)) {
	at, err := customers.ReadPlace(c.Place)
	if err != nil {
		tell("place", c.Place, err)
	}
	a := []customers.Address{{Kind: customers.Premises, Line: c.Address, At: at}}
	if a, err = customers.CheckAddresses(a); err != nil {
		tell("address", c.Address, err)
		return
	}
	p.Addresses = a
}

// find looks at the numbers that a customer brings: one that leads to somebody else already stays with them.
func (w *weighing) find(ctx context.Context, o *one, tell func(what, value string, err error)) error {
	for _, n := range o.c.Numbers {
		key := customers.NumberKey(n)
		if other := w.numbers[key]; key == "" || len(key) < 2 {
			tell("number", n, fault.New(fault.Invalid, "customer.old_number"))
			continue
		} else if other != "" && other != o.c.Key {
			tell("number", n, fault.New(fault.Conflict, "customer.number_taken", "Number", n))
			continue
		}
		taken, err := w.s.Customers.Numbered(ctx, key)
		if err != nil {
			return err
		}
		if taken {
			tell("number", n, fault.New(fault.Conflict, "customer.number_taken", "Number", n))
			continue
		}
		w.numbers[key] = o.c.Key
		o.profile.OldNumbers = append(o.profile.OldNumbers, n)
	}
	return nil
}

// line tells what is to be done with a subscription.
func (w *weighing) line(ctx context.Context, c incoming.Customer, s incoming.Subscription) (l Line, do string, why error) {
	if _, known := w.known[kindLine+" "+s.Key]; known {
		return l, There, nil
	}
	router := w.routers[s.Router]
	l = Line{Key: s.Key, Plan: w.plans[s.Plan], Kind: s.Kind, Login: s.Login, Password: s.Password, Address: s.Address, MAC: s.MAC,
		SiteID: router.SiteID, RouterID: router.ID, Installed: c.Address, Until: s.Until, Off: s.Off}
	if l.SiteID == 0 {
		l.SiteID = w.wish.SiteID
	}
	name := strings.ToLower(strings.TrimSpace(s.Login))
	switch {
	case tooLong(s.Key):
		return l, Refused, longKey()
	case w.logins[name]:
		return l, Refused, conflict("login.taken")
	case l.Plan == "":
		return l, Later, fault.New(fault.Invalid, "cutover.line_plan")
	}
	found, err := w.s.Logins.Find(ctx, s.Login)
	if err != nil {
		return l, Refused, err
	}
	if len(found) > 0 {
		return l, Refused, conflict("login.taken")
	}
	w.logins[name] = true
	return l, Fresh, nil
}

// hashOf is of everything that a customer came with, so that a row that changed there is noticed.
func hashOf(c incoming.Customer) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %t %q %q %q %q %q %q %d %q", c.Name, c.Business, c.Phone, c.Email, c.Address, c.PIN, c.Place, c.Numbers, c.Balance.Cents, c.Notes)
	for _, s := range c.Subscriptions {
		fmt.Fprintf(sum, " %q %q %q %q %q %q %q %q %d %t", s.Key, s.Kind, s.Login, s.Password, s.Plan, s.Router, s.Address, s.MAC, s.Until.Unix(), s.Off)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
