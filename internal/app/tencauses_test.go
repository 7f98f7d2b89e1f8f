package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// complaint is one "I paid and am not online": how it comes to be, what the story must name, and what mends it.
type complaint struct {
	cause   string // the finding
	arrange func(w *helpDesk) (router.Device, billing.Order)
	ending  string                       // of the form on the story page, or of the page that its button leads to
	typed   func(w *helpDesk) url.Values // on that page
	after   func(w *helpDesk)            // what comes right by itself, once the button was pressed
}

// helpDesk is the demo with somebody at the desk; each complaint is of another phone.
type helpDesk struct {
	*testing.T
	*Stage
	member *colleague
	n      int
	other  router.Device // the device that shall be online in the end, when it is not the one that ordered
}

func (w *helpDesk) mac() string   { return fmt.Sprintf("02a1b2c3d4%02x", w.n) }
func (w *helpDesk) phone() string { return fmt.Sprintf("07120000%02d", w.n) }

// order places an order on kasarani-1 and pays it when it shall be.
func (w *helpDesk) order(choice int, paid bool) (router.Device, billing.Order) {
	w.Helper()
	w.Safaricom.AutoAnswer(ignored)
	if paid {
		w.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: safaricom.Approve} })
	}
	device, o := w.wanted(w.T, "kasarani-1", w.mac(), w.phone(), choice)
	if paid {
		until(w.T, 15*time.Second, "paid", func() bool { o = w.newestOrder(w.T, w.mac()); return o.State == billing.OrderPaid })
	}
	return device, o
}

// online is order, until it is online and accounting has told of it.
func (w *helpDesk) online(choice int) (router.Device, billing.Order) {
	w.Helper()
	device, o := w.order(choice, true)
	w.sessions(o, 1)
	return device, o
}

func (w *helpDesk) sessions(o billing.Order, want int) {
	w.Helper()
	until(w.T, 20*time.Second, fmt.Sprintf("%d sessions", want), func() bool {
		all, err := w.Main.Radius.SessionsOf(context.Background(), o.GrantID)
		return err == nil && len(all) == want
	})
}

// gone is online, and the device out of range again.
func (w *helpDesk) gone(choice int) (router.Device, billing.Order) {
	device, o := w.online(choice)
	device.Leave()
	w.sessions(o, 0)
	return device, o
}

func (w *helpDesk) in(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.Main.DB.InTx(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

// another is a device that nobody knows, in range.
func (w *helpDesk) another() router.Device {
	w.Helper()
	device, err := w.Routers["kasarani-1"].Join(fmt.Sprintf("0ea1b2c3d4%02x", w.n))
	if err != nil {
		w.Fatal(err)
	}
	w.other = device
	return device
}

func toAnother(slot string) func(*helpDesk) url.Values {
	return func(w *helpDesk) url.Values { return url.Values{"slot": {slot}, "mac": {w.other.MAC()}} }
}

func someMore(*helpDesk) url.Values {
	return url.Values{"minutes": {"30"}, "reason": {"the outage of this morning"}}
}

var complaints = map[string]complaint{
	"lost callback": {cause: "no_verdict", ending: "/ask", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		phone := "254" + w.phone()[1:]
		w.Safaricom.FaultsFor(func(p safaricom.Payment) safaricom.Faults {
			return safaricom.Faults{LoseCallback: p.Phone == phone, LoseConfirmation: p.Phone == phone}
		})
		w.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: safaricom.Approve} })
		device, o := w.wanted(w.T, "kasarani-1", w.mac(), w.phone(), 0)
		until(w.T, 10*time.Second, "the money moved", func() bool { return len(w.Safaricom.Moves()) > 0 })
		return device, o
	}},
	"router down": {cause: "router_refuses", ending: "/online", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		w.Routers["kasarani-1"].SetFaults(router.Faults{APIUnreachable: true})
		device, o := w.order(0, true)
		until(w.T, 10*time.Second, "tried in vain", func() bool {
			all, err := w.Main.Radius.EnforcementsOf(context.Background(), o.GrantID)
			return err == nil && len(all) > 0 && all[0].Attempts > 0
		})
		return device, o
	}, after: func(w *helpDesk) { w.Routers["kasarani-1"].SetFaults(router.Faults{}) }},
	"private MAC": {cause: "other_device", ending: "/move", typed: toAnother("1"), arrange: func(w *helpDesk) (router.Device, billing.Order) {
		_, o := w.gone(0)
		return w.another(), o
	}},
	"plan full": {cause: "other_device", ending: "/move", typed: toAnother("2"), arrange: func(w *helpDesk) (router.Device, billing.Order) {
		_, o := w.gone(3)
		w.in(func(tx *db.Tx) error { return w.Main.Access.BindDevice(tx, o.GrantID, "0fa1b2c3d400") })
		return w.another(), o
	}},
	"suspended": {cause: "suspended", ending: "/resume", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		device, o := w.online(0)
		w.in(func(tx *db.Tx) error { _, err := w.Main.Access.Suspend(tx, o.GrantID); return err })
		w.sessions(o, 0)
		return device, o
	}},
	"used up": {cause: "time_used", ending: "/extend", typed: someMore, arrange: func(w *helpDesk) (router.Device, billing.Order) {
		device, o := w.online(0)
		w.in(func(tx *db.Tx) error { _, err := w.Main.Access.End(tx, o.GrantID, access.CauseTimeUsed); return err })
		w.sessions(o, 0)
		return device, o
	}},
	"out of hours": {cause: "hours", ending: "/extend", typed: someMore, arrange: func(w *helpDesk) (router.Device, billing.Order) {
		w.closedNow()
		return w.order(2, true)
	}},
	"queued": {cause: "queued", ending: "/online", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		device, first := w.online(0)
		o := w.buysAgain(first)
		page := w.member.press("/office/grants/"+number(first.GrantID)+"/disconnect", "/disconnect", nil)
		if page.status != http.StatusSeeOther {
			w.Fatalf("disconnect: %d", page.status)
		}
		w.sessions(first, 0)
		return device, o
	}},
	"mistyped paybill code": {cause: "stray", ending: "/match", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		device, o := w.order(0, false)
		w.payByHand(w.T, "254799000111", o.Code[1:2]+o.Code[:1]+o.Code[2:8]+"Z", 10)
		until(w.T, 10*time.Second, "in suspense", func() bool {
			all, err := w.Main.Billing.Suspense(context.Background(), nil, 0, 1)
			return err == nil && len(all) == 1
		})
		return device, o
	}},
	"money held as credit": {cause: "credit", ending: "/serve", arrange: func(w *helpDesk) (router.Device, billing.Order) {
		device, o := w.order(0, false)
		w.payByHand(w.T, "254"+w.phone()[1:], "HELLO", 15)
		until(w.T, 10*time.Second, "held", func() bool {
			held, err := w.Main.Billing.HeldFor(context.Background(), o)
			return err == nil && held.IsPositive()
		})
		return device, o
	}},
}

// buysAgain places an order for another plan from the same device, and has it paid.
func (w *helpDesk) buysAgain(first billing.Order) billing.Order {
	w.Helper()
	all, err := w.Main.Plans.ForSite(context.Background(), first.SiteID)
	if err != nil {
		w.Fatal(err)
	}
	o, err := w.Main.Billing.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: first.SiteID, PlanID: all[1].ID, Phone: w.phone(), Place: first.Place, Lang: words.English})
	if err != nil {
		w.Fatal(err)
	}
	until(w.T, 15*time.Second, "paid again", func() bool { o = w.newestOrder(w.T, w.mac()); return o.State == billing.OrderPaid })
	return o
}

// closedNow makes the night plan one that rests for hours yet, whatever the time is.
func (w *helpDesk) closedNow() {
	w.Helper()
	now := w.Main.Plan.Now().In(clock.Nairobi)
	opens := (now.Hour()*60 + now.Minute() + 6*60) % (24 * 60)
	all, err := w.Main.Plans.ForSite(context.Background(), w.seeded.sites["kasarani"].ID)
	if err != nil {
		w.Fatal(err)
	}
	for _, p := range all {
		if p.Key != "night" {
			continue
		}
		p.Limits.Hours = access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: opens, To: (opens + 60) % (24 * 60)}}
		w.in(func(tx *db.Tx) error { _, err := w.Main.Plans.Save(tx, p); return err })
	}
}

func number(n int64) string { return fmt.Sprint(n) }

// TestIPaidAndAmNotOnline is "must be shown" 2 of issue 3: for each of ten causes the story page names the cause, and its button
// mends it. How long the device waited after the click is logged.
func TestIPaidAndAmNotOnline(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			w := &helpDesk{T: t, Stage: stageOn(t, dialect, 1), n: 10}
			w.member = w.hire(t, "manager@demo.example", nil, "manager")
			for name, c := range complaints {
				w.n++
				w.other = router.Device{}
				t.Run(name, func(t *testing.T) { w.hear(t, c) })
			}
			w.T, w.member.t = t, t
			verifyBooks(t, w.Main)
		})
	}
}

// hear arranges a complaint, reads its story, presses its button, and waits until the device is online.
func (w *helpDesk) hear(t *testing.T, c complaint) {
	w.T, w.member.t = t, t
	device, o := c.arrange(w)
	story := "/office/orders/" + number(o.ID)
	page := w.member.ask(http.MethodGet, story, nil)
	said := words.Text(words.English, "finding."+c.cause, "Arg", "\x00")
	said, _, _ = strings.Cut(said, "\x00")
	if len(said) < 4 { // it begins with what is filled in
		said = strings.Split(words.Text(words.English, "finding."+c.cause, "Arg", "\x00"), "\x00")[1]
	}
	if !strings.Contains(html.UnescapeString(page.body), said) {
		t.Fatalf("the story does not name %q: %s", said, noteOf(page.body))
	}
	watch := clock.Stopwatch()
	if c.typed == nil {
		done(t, w.member.press(story, c.ending, nil))
	} else {
		where := "/office/grants/" + number(o.GrantID) + c.ending
		if !strings.Contains(page.body, `href="`+where+`"`) {
			t.Fatalf("no button leads to %s", where)
		}
		done(t, w.member.press(where, c.ending, c.typed(w)))
	}
	if c.after != nil {
		c.after(w)
	}
	if w.other != (router.Device{}) {
		device = w.other
	}
	until(t, 40*time.Second, "online", device.Online) // a question that came before the rail's own books were closed is asked again
	t.Logf("online %v after the click", watch().Round(time.Millisecond))
	device.Leave()
}

func done(t *testing.T, got officeAnswer) {
	t.Helper()
	if got.status != http.StatusSeeOther {
		t.Fatalf("the button answered %d: %s", got.status, noteOf(got.body))
	}
}

// noteOf is what a page says on top.
func noteOf(body string) string {
	_, rest, _ := strings.Cut(body, `class="note`)
	note, _, _ := strings.Cut(rest, "</div>")
	return note
}
