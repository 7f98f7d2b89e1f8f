package backoffice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// lineAct is something that is done to a subscription: when it may be, what is asked, and how it is done; without a do, a page of its own shows first what
// would come of it.
type lineAct struct {
	name   string
	danger bool
	may    func(subscriptions.State) bool
	fields func(b *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error)
	do     func(b *Backoffice, q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error)
}

// lineActList are all acts, in the order in which they are offered.
var lineActList = []lineAct{
	{name: "plan", may: lives, fields: planFields},
	{name: "pause", may: runs, fields: simply("reason", "at"), do: (*Backoffice).pauseLine},
	{name: "resume", may: rests, fields: simply("at"), do: (*Backoffice).resumeLine},
	{name: "extend", may: runsPrepaid, fields: simply(), do: (*Backoffice).extendLine},
	{name: "addon", may: lives, fields: addonFields, do: (*Backoffice).addToLine},
	{name: "addon_end", may: hasAddOns, fields: hadFields, do: (*Backoffice).takeFromLine},
	{name: "coupon", may: lives, fields: simply("code"), do: (*Backoffice).redeemForLine},
	{name: "discount", may: lives, fields: simply("percent", "amount", "periods", "reason"), do: (*Backoffice).discountLine},
	{name: "move", may: lives, fields: placeFields, do: (*Backoffice).moveLine},
	{name: "login", may: lives, fields: loginFields, do: (*Backoffice).renameLine},
	{name: "contract", may: lives, fields: simply("until", "fee"), do: (*Backoffice).bindLine},
	{name: "deposit", may: lives, fields: simply("amount"), do: (*Backoffice).takeDeposit},
	{name: "deposit_back", may: hasDeposit, fields: simply("amount", "kept", "reason"), do: (*Backoffice).returnDeposit},
	{name: "equipment", may: lives, fields: simply("equipment", "serial", "mac", "loaned"), do: (*Backoffice).handOver},
	{name: "equipment_back", may: hasOnLoan, fields: loanFields, do: (*Backoffice).handBack},
	{name: "reprice", may: lives, fields: simply(), do: (*Backoffice).repriceLine},
	{name: "end", danger: true, may: lives, fields: endFields},
}

func runs(s subscriptions.State) bool        { return s.Status == subscriptions.Active }
func rests(s subscriptions.State) bool       { return s.Status == subscriptions.Paused }
func lives(s subscriptions.State) bool       { return s.Status != subscriptions.Ended }
func runsPrepaid(s subscriptions.State) bool { return runs(s) && s.Prepaid() }
func hasAddOns(s subscriptions.State) bool   { return lives(s) && len(s.AddOns) > 0 }
func hasDeposit(s subscriptions.State) bool  { return s.Deposit.IsPositive() }
func hasOnLoan(s subscriptions.State) bool   { return len(onLoan(s)) > 0 }

func onLoan(s subscriptions.State) []subscriptions.Equipment {
	return slices.DeleteFunc(slices.Clone(s.Equipment), func(e subscriptions.Equipment) bool { return !e.Loaned || e.Back })
}

// said is what somebody typed, without what surrounds it.
func (q *request) said(name string) string { return strings.TrimSpace(q.FormValue(name)) }

func (b *Backoffice) typedMoment(q *request, name string) (time.Time, error) {
	typed := q.said(name)
	if typed == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", strings.Replace(typed, " ", "T", 1), b.Zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "apply.until", "Value", typed)
	}
	return at.UTC(), nil
}

// kindsOfFields are those that are not one line of text.
var kindsOfFields = map[string]kindOf{"at": asMoment, "until": asMoment, "fee": asMoney, "amount": asMoney, "periods": asNumber, "kept": asTick, "loaned": asTick, "give_back": asTick, "waive": asTick, "from_deposit": asTick,
	"secret": asPassword, "routes": asLines}

// lineField is a field with its label; what was typed stays.
func (q *request) lineField(f *frame, name, usual string) formField {
	value := usual
	if q.Method() == post {
		value = q.FormValue(name)
	}
	v := formField{Name: name, As: kindsOfFields[name], Label: f.T("office.line_field." + name), Value: value, Most: 300}
	if hint := "office.line_hint." + name; words.Has(hint) {
		v.Hint = f.T(hint)
	}
	return v
}

func simply(names ...string) func(*Backoffice, *request, *frame, subscriptions.Subscription) ([]formField, error) {
	return func(_ *Backoffice, q *request, f *frame, _ subscriptions.Subscription) (all []formField, err error) {
		for _, name := range names {
			all = append(all, q.lineField(f, name, ""))
		}
		return all, nil
	}
}

func (q *request) pick(f *frame, name, usual string, all []choice) formField {
	v := q.lineField(f, name, usual)
	v.As, v.Choices = asPick, chosen(all, v.Value)
	return v
}

func lineActs(f *frame, sub subscriptions.Subscription) (first, rest []act) {
	for _, a := range lineActList {
		if !a.may(sub.State) {
			continue
		}
		one := act{Name: f.T("office.line_do." + a.name), Address: lineAt(sub.ID) + "/change/" + a.name}
		switch a.name {
		case "plan":
			one.Tone = "primary"
			first = append(first, one)
		case "pause", "resume", "extend":
			first = append(first, one)
		case "end":
			one.Tone = "danger"
			rest = append(rest, one)
		default:
			rest = append(rest, one)
		}
	}
	return first, rest
}

// theAct is what the address asks for, if it may be done to the line now.
func (b *Backoffice) theAct(q *request) (subscriptions.Subscription, lineAct, error) {
	sub, err := b.theLine(q)
	if err != nil {
		return sub, lineAct{}, err
	}
	i := slices.IndexFunc(lineActList, func(a lineAct) bool { return a.name == q.Params("what") })
	if i < 0 || !q.may(staff.AccessChange, sub.State.Place.SiteID) {
		return sub, lineAct{}, notHere()
	}
	return sub, lineActList[i], nil
}

func (b *Backoffice) lineActPage(q *request, sub subscriptions.Subscription, a lineAct) (*formPage, error) {
	p := &formPage{frame: q.page("office.line_do."+a.name, "subscriptions"), Action: q.Path(), Cancel: lineAt(sub.ID), Danger: a.danger, Button: words.Text(q.lang(), "office.line_do."+a.name)}
	p.Crumbs = []crumb{{p.T("office.nav.subscriptions"), linesAt}, {sub.State.Login.Name, lineAt(sub.ID)}}
	if lead := "office.line_lead." + a.name; words.Has(lead) {
		p.Text = p.T(lead)
	}
	p.Hidden = []fact{{"seen", strconv.FormatInt(sub.Seq, 10)}}
	fields, err := a.fields(b, q, &p.frame, sub)
	if len(fields) > 0 {
		p.ask(fields...)
	}
	return p, err
}

func (b *Backoffice) askLineAct(q *request) error {
	sub, a, err := b.theAct(q)
	if err != nil {
		return err
	}
	if !a.may(sub.State) {
		return led(lineAt(sub.ID))
	}
	p, err := b.lineActPage(q, sub, a)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) doLineAct(q *request) error {
	sub, a, err := b.theAct(q)
	if err != nil {
		return err
	}
	by := q.lineBy()
	by.Seen = idIn(q.FormValue("seen"))
	if a.name == "plan" {
		return b.changeLinePlan(q, sub, a, by)
	}
	if a.name == "end" {
		return b.endLine(q, sub, a, by)
	}
	if _, err := a.do(b, q, sub.ID, by); err != nil {
		return b.lineRefused(q, sub, a, err)
	}
	q.tell("good", "office.line.done", "")
	return led(lineAt(sub.ID))
}

func (b *Backoffice) lineRefused(q *request, sub subscriptions.Subscription, a lineAct, cause error) error {
	p, err := b.lineActPage(q, sub, a)
	if err != nil {
		return err
	}
	return q.refuse(cause, "form", p, lineWrong[fault.KeyOf(cause)])
}

// lineWrong says at which field a fault shows.
var lineWrong = map[string]string{"subscription.reason": "reason", "subscription.secret": "secret", "subscription.login": "name", "subscription.address": "ipv4", "limits.address": "ipv4", "address.taken": "ipv4",
	"login.taken": "name", "subscription.credit": "amount", "subscription.amount": "amount", "subscription.deposit": "amount", "money.invalid": "amount", "coupon.unknown": "code", "coupon.used_up": "code", "subscription.coupon_had": "code",
	"discount.invalid": "percent", "subscription.contract": "until", "subscription.equipment_named": "serial", "subscription.begins": "at", "subscription.plan": "plan", "subscription.same_plan": "plan", "subscription.level": "level", "apply.until": "at",
	"subscription.customer": "customer", "customer.unknown": "customer", "addon.unknown": "addon", "mac.invalid": "name", "outage.days": "days", "outage.note": "note"}
