package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
)

var hiddenInputs = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// form is the hidden fields of the form of a page that posts to an address.
func formTo(t *testing.T, page, action string) url.Values {
	t.Helper()
	_, rest, found := strings.Cut(page, `action="`+action+`">`)
	if !found {
		t.Fatalf("no form to %s:\n%s", action, page)
	}
	form, _, _ := strings.Cut(rest, "</form>")
	fields := url.Values{}
	for _, f := range hiddenInputs.FindAllStringSubmatch(form, -1) {
		fields.Set(f[1], f[2])
	}
	return fields
}

// TestACustomerChangesHerLine: a dearer plan with the price shown first, once however often it is tapped; data, an extra day, a pause once in a month; nothing of
// another's line, of plans for others, or without the price having been shown; what is done stands in the trail, and the books hold.
func TestACustomerChangesHerLine(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { changesStory(t, stageOn(t, dialect, 1)) })
	}
}

func changesStory(t *testing.T, s *Stage) {
	c, line, me := s.subscribed(t, "0711200002") // home-10, with 1,000 shillings of credit
	_, _, other := s.subscribed(t, "0711200003")
	at := "/my/line/" + number(line.ID)
	is := func() subscriptions.Subscription {
		t.Helper()
		now, err := s.Main.Lines.Get(t.Context(), line.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	page := me.opens(at, "Home 30", "KES 4,500", "50 GB more", "Pause", "Give me a day more")
	if strings.Contains(page, "Office 50") || !strings.Contains(page, "a person agrees that with you") {
		t.Error("a plan for others is offered, or it is not said why there are none")
	}
	form := formTo(t, page, at+"/plan")
	form.Set("how", "pay")
	for _, bad := range []string{"office-50", "kasarani-day", "", "x'"} {
		form.Set("plan", bad)
		me.again(at+"/plan", form, `role="alert"`)
	}
	form.Set("plan", "home-30")
	page = me.again(at+"/plan", form, "Yes, do it", "is paid now", "KES 2,500", "KES 4,500")
	if is().State.Sold.PlanKey != "home-10" {
		t.Error("looking at the price changes the plan")
	}
	cheap := formTo(t, page, at+"/plan")
	cheap.Set("cost", "0")
	me.again(at+"/plan", cheap, "Yes, do it") // shown again: it costs more than was shown
	sure := formTo(t, page, at+"/plan")
	var taps sync.WaitGroup
	for range 3 {
		taps.Go(func() { _ = me.answer(http.MethodPost, at+"/plan", sure) })
	}
	taps.Wait()
	me.again(at+"/plan", sure, "Home 30", "Done. Your plan is changed.")
	if strings.Contains(me.opens(at), "Done.") {
		t.Error("what was done is said twice")
	}
	now := is()
	if now.State.Sold.PlanKey != "home-30" || now.Seq != line.Seq+1 {
		t.Errorf("three taps: %s, %d events more", now.State.Sold.PlanKey, now.Seq-line.Seq)
	}
	addsStory(t, s, me, c, at, is)
	for _, path := range []string{"/plan", "/addon", "/do/pause", "/do/extend"} {
		stolen := url.Values{"k": {stampField.FindStringSubmatch(other.opens("/my/pay"))[1]}, "request": {"0011223344556677"}, "plan": {"home-10"}, "addon": {"data-50"}, "sure": {"1"}, "seen": {"1"}, "cost": {"0"}}
		if got := other.answer(http.MethodPost, at+path, stolen); got.status != http.StatusNotFound {
			t.Errorf("another's %s: %d", path, got.status)
		}
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// addsStory buys data with what credit is left, takes the extra day, and pauses once.
func addsStory(t *testing.T, s *Stage, me *kiosk, c customers.Customer, at string, is func() subscriptions.Subscription) {
	t.Helper()
	form := formTo(t, me.opens(at), at+"/addon")
	form.Set("addon", "data-50")
	page := me.again(at+"/addon", form, "50 GB more", "KES 300 is paid now")
	before := is()
	me.again(at+"/addon", formTo(t, page, at+"/addon"), "Home 30", "It is added to your line.")
	if now := is(); now.Seq != before.Seq+1 || now.Seq > before.Seq+1 {
		t.Errorf("data: %d events", now.Seq-before.Seq)
	}
	end := is().State.ExtendedTo
	me.again(at+"/do/extend", formTo(t, me.opens(at), at+"/do/extend"), "Home 30", "One day more is yours.")
	if !is().State.ExtendedTo.After(end) {
		t.Error("no extra day")
	}
	me.again(at+"/do/extend", formTo(t, me.opens(at), at+"/do/extend"), "has been taken already")
	pause := formTo(t, me.opens(at, "only once in a calendar month"), at+"/do/pause")
	me.again(at+"/do/pause", pause, "Paused. The clock stands still")
	page = me.again(at+"/do/resume", formTo(t, me.opens(at), at+"/do/resume"), "Welcome back.", "It was paused in this month already. From 1 ")
	if strings.Contains(page, at+"/do/pause") {
		t.Error("a second pause is offered")
	}
	pause.Set("request", "00112233445566aa")
	me.again(at+"/do/pause", pause, "It was paused in this month already.", "before that, please call us")
	if is().State.Status != subscriptions.Active {
		t.Error(is().State.Status)
	}
	owner := s.hire(t, "trail@demo.example", nil, "owner")
	owner.expect(owner.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, "customer "+c.Number)
}
