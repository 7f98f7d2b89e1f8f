package guest

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/seal"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

// settling is how long after the payment the status page waits for the server to have put the device online.
const settling = 90 * time.Second

type statusPage struct {
	page
	Headline, Detail          string
	Online, Paused            bool
	ConnectTo                 string // empty: online, or nowhere to go to
	LoginCode, OwnCode        string // shown large; shown on request
	PlanName                  string
	TimeLeft, Until           string
	DataLeft, DataOf          string
	DataShare                 int64
	Fair                      *fairView // nil: the plan has no fair use
	Night                     []string
	Endless                   bool
	More                      string
	DevicesLine, DeviceAction string
	Devices                   []deviceRow
	DevicesOpen, MayAdd       bool
	Full                      bool // other devices have every slot, and this one stands here
	TypedMAC, LogOut          string
	Used, Again, Once         string // of a plan that is over
	Amount, Masked            string
	Add                       string // where a voucher is added to this plan
	Places                    []link // of the brand, once they open
}

type deviceRow struct {
	N    int
	MAC  string
	This bool
}

// situation is all that a status page is made of.
type situation struct {
	v      *visitor
	order  billing.Order
	grant  access.Grant
	slots  []access.Slot
	left   access.Left
	cause  access.Cause
	now    time.Time // by the clock that grants live by
	loc    *time.Location
	online bool
}

func (g *Guest) status(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	s, err := g.statusScreen(ctx, v, view, parameter(c, "out") != "")
	if err != nil {
		return err
	}
	if p, ok := s.page.(*statusPage); ok {
		p.did(parameter(c, "did"))
	}
	return g.show(c, fiber.StatusOK, s)
}

// statusScreen is the page of a grant; out: its person has just logged out.
func (g *Guest) statusScreen(ctx context.Context, v *visitor, view billing.OrderView, out bool) (screen, error) {
	if view.Order.GrantID == 0 {
		return screen{redirect: v.address("/o/" + view.Order.Token)}, nil
	}
	s, err := g.situation(ctx, v, view.Order)
	if err != nil {
		return screen{}, err
	}
	p := g.statusPage(s)
	if s.grant.State == access.Ended || s.cause.Over() {
		g.fillEnded(p, s)
		return screen{name: "ended", page: p, base: &p.page}, nil
	}
	if err := g.fillLive(ctx, p, s, out); err != nil {
		return screen{}, err
	}
	return screen{name: "status", page: p, base: &p.page}, nil
}

func (g *Guest) situation(ctx context.Context, v *visitor, o billing.Order) (situation, error) {
	s := situation{v: v, order: o, now: g.PlanClock.Now(), loc: v.site.Location()}
	var err error
	if s.grant, s.slots, _, err = g.Grants.View(ctx, o.GrantID); err != nil {
		return s, err
	}
	s.cause, s.left = access.Decide(s.grant, s.now, s.loc)
	s.online, err = g.Sessions.Online(ctx, o.GrantID, v.device(o))
	if err != nil {
		g.Log.Warn("sessions not known", "grant", o.GrantID, "error", err)
		s.online = v.visit.LoggedIn // the router's word, which may be old
	}
	return s, nil
}

func (g *Guest) statusPage(s situation) *statusPage {
	o := s.order
	p := &statusPage{page: g.newPage(s.v, "guest.status.title", "/s/"+o.Token), PlanName: o.PlanName(s.v.lang),
		Amount: o.Price.String(), Masked: masked(o), Once: seal.RandomHex(16), More: s.v.address(s.v.home(), "more", "1")}
	p.Step = 3
	p.Stamp = g.stamps.Make("order", o.Token)
	return p
}

func (g *Guest) fillLive(ctx context.Context, p *statusPage, s situation, out bool) error {
	code, err := g.codeFor(ctx, s)
	if err != nil {
		return err
	}
	_, _, linked := g.entry(s.v, s.order)
	p.Full = s.full()
	p.headline(s, out, linked)
	p.Online = s.online && !out && s.cause == access.CauseOK
	if connectable := s.cause == access.CauseOK && s.grant.AfterGrantID == 0 && !p.Online && !p.Full; connectable && linked {
		p.ConnectTo = s.v.address("/s/" + s.order.Token + "/connect")
	} else if connectable {
		p.LoginCode = code
	}
	if p.LoginCode == "" {
		p.OwnCode = code
	}
	if p.ConnectTo != "" && !out && g.Clock.Now().Sub(s.order.PaidAt) < settling {
		p.Refresh = fmt.Sprintf("4;url=%s", s.v.address("/s/"+s.order.Token))
	}
	if p.Online {
		p.LogOut = "/s/" + s.order.Token + "/logout"
		p.Places = p.links(s.v.brand)
	}
	p.setLeft(s)
	p.setFair(s)
	if s.v.byPass == "" {
		p.setDevices(s)
		p.Add = s.v.address(s.v.home()+"/code", "onto", s.order.Token)
	}
	return nil
}

// full says that the device in front of the page has no slot, and that there is none to be had without another's leaving.
func (s situation) full() bool {
	if s.v.byPass != "" || s.v.visit.MAC == "" || s.grant.AfterGrantID != 0 || s.cause != access.CauseOK {
		return false
	}
	for _, slot := range s.slots {
		if slot.MAC == "" || slot.MAC == s.v.visit.MAC {
			return false
		}
	}
	return len(s.slots) > 0
}

// codeFor is the log-in code, for the order's own people.
func (g *Guest) codeFor(ctx context.Context, s situation) (string, error) {
	if s.v.byPass != "" {
		return "", nil
	}
	return g.Grants.CodeOf(ctx, s.grant.ID)
}

// headline says in one line how things stand, and in another what to do.
func (p *statusPage) headline(s situation, out, linked bool) {
	key, when := "guest.status.ready", ""
	switch {
	case s.grant.AfterGrantID != 0:
		key, p.Paused = "guest.status.queued", true
	case s.cause == access.CauseHours:
		key, p.Paused = "guest.status.hours", true
		_, opens := s.grant.Limits.Hours.Open(s.now, s.loc)
		when = instant(p.Lang, opens, s.now, s.loc)
	case s.cause != access.CauseOK:
		key, p.Paused = "guest.status.suspended", true
	case p.Full:
		key = "guest.status.full"
	case out:
		key = "guest.status.out"
	case s.online:
		key = "guest.status.online"
	case !linked:
		key = "guest.status.code"
	case s.grant.State == access.Dormant:
		key = "guest.status.paid"
	}
	p.Headline, p.Detail = p.T(key), p.T(key+".next", "When", when)
}

func (p *statusPage) did(what string) {
	if what == "added" || what == "removed" || what == "moved" {
		p.DevicesOpen = true
		p.Notes = append(p.Notes, note{Title: p.T("guest.device." + what)})
	}
}
