package selfcare

import (
	"context"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

// Desk does what needs several services; it is wired by the program.
type Desk interface {
	Secret(ctx context.Context, c customers.Customer, sub subscriptions.Subscription, from string) (string, error)
	Names(ctx context.Context, grantID int64) (map[access.MAC]string, error)
	Name(ctx context.Context, grantID int64, mac access.MAC, name string) error
	Forget(ctx context.Context, grantID int64, slot int) error
	LogOut(ctx context.Context, grantID int64, mac access.MAC) error
	Contacts(ctx context.Context, customerID int64) ([]customers.Contact, error)
	Consents(ctx context.Context, c notify.Channel, to string) (map[notify.Class]bool, error)
	Record(ctx context.Context, c notify.Consent) error
	Export(ctx context.Context, c customers.Customer, from string) ([]byte, error)
}

// own is what a line is reached by, and from which devices.
type own struct {
	line
	Secret  string
	Changes bool   // the secret may be changed here
	Rule    string // what a new secret may be
	Typed   string // the new one, when it may not be that
	Devices []device
	Request string
}

type device struct {
	N               int
	MAC, Name, Says string
	Online          bool
}

// owned is the page of a line, about what reaches it.
func (f *Face) owned(q *request, sub subscriptions.Subscription) (p *page, err error) {
	p = q.page("my.own.title")
	p.Own = &own{Request: q.once(), Changes: sub.State.Login.Kind != subscriptions.ByMAC && sub.State.Status != subscriptions.Ended}
	p.Own.line, err = f.lineOf(q, sub)
	return p, err
}

// secret shows the secret of a line to who proved lately who they are.
func (f *Face) secret(q *request) error {
	sub, err := f.theLine(q)
	if err != nil {
		return err
	}
	if err := q.proved("line" + q.Params("id")); err != nil {
		return err
	}
	p, err := f.owned(q, sub)
	if err != nil {
		return err
	}
	if p.Own.Changes {
		p.Own.Rule, p.Own.Typed = q.T("my.own.form", "Least", leastSecret, "Most", mostSecret), q.typed("secret")
		if p.Own.Secret, err = f.Desk.Secret(q.ctx, q.who, sub, q.visit().Address.String()); err != nil {
			return err
		}
	}
	return q.send("secret", p)
}

// leastSecret and mostSecret bound what routers can be told.
const leastSecret, mostSecret = 8, 64

func (f *Face) changeSecret(q *request) error {
	sub, by, err := f.served(q, "secret")
	if err != nil {
		return err
	}
	if err := q.proved("line" + q.Params("id")); err != nil {
		return err
	}
	secret := q.typed("secret")
	strange := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(secret) < leastSecret || len(secret) > mostSecret || strings.ContainsFunc(secret, strange) || sub.State.Login.Kind == subscriptions.ByMAC {
		return fault.New(fault.Invalid, "my.own.form", "Least", leastSecret, "Most", mostSecret)
	}
	if _, err := f.Lines.ChangeLogin(q.ctx, sub.ID, sub.State.Login, secret, by); err != nil {
		return err
	}
	return q.done("secret", "/line/"+q.Params("id")+"/secret")
}

// devices lists what the line is used by.
func (f *Face) devices(q *request) error {
	sub, err := f.theLine(q)
	if err != nil {
		return err
	}
	p, err := f.owned(q, sub)
	if err != nil {
		return err
	}
	p.Frame.Title = q.T("my.devices.title")
	_, slots, _, err := f.Access.View(q.ctx, sub.GrantID)
	if err != nil {
		return err
	}
	names, err := f.Desk.Names(q.ctx, sub.GrantID)
	if err != nil {
		return err
	}
	online, err := f.Radius.SessionsOf(q.ctx, sub.GrantID)
	if err != nil {
		return err
	}
	zone := f.Sites.Location(sub.State.Place.SiteID)
	for _, slot := range slots {
		if slot.MAC == "" {
			continue
		}
		d := device{N: slot.N, MAC: slot.MAC.Colons(), Name: names[slot.MAC], Says: q.T("my.devices.since", "Day", web.Day(q.lang, slot.BoundAt.In(zone)))}
		for _, o := range online {
			if o.MAC == slot.MAC {
				d.Online, d.Says = true, q.T("my.use.since", "When", when(q.lang, o.StartedAt.In(zone)))
			}
		}
		p.Own.Devices = append(p.Own.Devices, d)
	}
	return q.send("devices", p)
}

// changeDevice names a device of the customer's own line, logs it out, or takes it off.
func (f *Face) changeDevice(q *request) error {
	sub, err := f.theLine(q)
	if err != nil {
		return err
	}
	_, slots, _, err := f.Access.View(q.ctx, sub.GrantID)
	if err != nil {
		return err
	}
	n, mac := 0, access.MAC("")
	for _, slot := range slots {
		if strconv.Itoa(slot.N) == q.Params("n") && slot.MAC != "" && slot.MAC.Colons() == q.typed("mac") {
			n, mac = slot.N, slot.MAC
		}
	}
	if mac == "" { // it went meanwhile, or another came
		return led(root + "/line/" + q.Params("id") + "/devices")
	}
	switch q.Params("do") {
	case "name":
		err = f.Desk.Name(q.ctx, sub.GrantID, mac, q.typed("name"))
	case "out":
		err = f.Desk.LogOut(q.ctx, sub.GrantID, mac)
	case "off":
		err = f.Desk.Forget(q.ctx, sub.GrantID, n)
	default:
		return notHere()
	}
	if err != nil {
		return err
	}
	return q.done("device_"+q.Params("do"), "/line/"+q.Params("id")+"/devices")
}
