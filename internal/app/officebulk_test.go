package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/bulk"
	"mtandao/internal/db"
	"mtandao/internal/words"
)

// bulkOf waits until a run of many rests, and is it.
func (s *Stage) bulkOf(t *testing.T, got officeAnswer) (r bulk.Run, at string) {
	t.Helper()
	id := idOf(t, strings.TrimPrefix(got.location, "/office/bulk/"))
	until(t, 60*time.Second, "the run rests", func() bool {
		var err error
		r, err = s.Main.Bulk.Run(t.Context(), id)
		return err == nil && !r.Moving()
	})
	return r, got.location
}

// paused are the lines of the demo that are paused, by login.
func (s *Stage) pausedLines(t *testing.T) (logins []string) {
	t.Helper()
	all, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Status: subscriptions.Paused}, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range all {
		logins = append(logins, sub.State.Login.Name)
	}
	return logins
}

// bulked is a run of many that was looked at, of a member who is none of the walk's.
func (s *Stage) bulked(t *testing.T) int64 {
	t.Helper()
	asked := s.hire(t, fmt.Sprint("many", s.Main.Clock.Now().UnixNano(), "@demo.example"), nil, "manager")
	form := url.Values{"kind": {"tag"}, "which": {"all"}, "named": {"vip"}, "once": {"lookedatmany"}}
	r, _ := s.bulkOf(t, asked.send("/office/customers/bulk", form))
	return r.ID
}

// TestManyFromTheConsole: lines are picked from their list and paused, with a preview before and one by one after; the undo changes back those that nobody changed since. Customers get a tag and lose it.
func TestManyFromTheConsole(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.pausesMany(t)
			s.replansMany(t)
			s.tagsMany(t)
			s.deniesMany(t)
			problems, err := s.Main.proofs().Prove(t.Context())
			if err != nil || len(problems) > 0 {
				t.Error(problems, err)
			}
		})
	}
}

func (s *Stage) pausesMany(t *testing.T) {
	manager := s.hire(t, "many@demo.example", nil, "manager")
	all, err := s.Main.Lines.List(t.Context(), subscriptions.Which{}, 0, 100)
	if err != nil || len(all) < 5 {
		t.Fatal(len(all), err)
	}
	one, two, three := all[0], all[1], all[2]
	page := manager.ask(http.MethodGet, "/office/subscriptions", nil)
	manager.expect(page, http.StatusOK, `name="pick" value="`+number(one.ID), `action="/office/subscriptions/bulk"`, "Preview for all that this list finds")
	manager.expect(manager.send("/office/subscriptions/"+number(three.ID)+"/change/pause", url.Values{"reason": {"travels"}}), http.StatusSeeOther)
	manager.told(manager.send("/office/subscriptions/bulk?state=active", url.Values{"kind": {"pause"}, "which": {"picked"}, "once": {onceIn(t, page.body)}}), "bulk.nothing")
	form := url.Values{"kind": {"pause"}, "which": {"picked"}, "pick": {number(one.ID), number(two.ID), number(three.ID), "77"}, "once": {onceIn(t, page.body)}}
	pressed := manager.send("/office/subscriptions/bulk", form)
	r, at := s.bulkOf(t, pressed)
	if again := manager.send("/office/subscriptions/bulk", form); again.location != at {
		t.Errorf("a second press leads to %s, not to %s", again.location, at)
	}
	if r.Found != 4 || r.Would != 2 || r.Left != 2 {
		t.Errorf("%+v", r)
	}
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Pause 2 lines?", "Paused already", "Not there, or not at a site where you may change it", one.State.Login.Name, "Nothing was changed yet")
	if got := s.pausedLines(t); len(got) != 1 {
		t.Errorf("a preview paused %v", got)
	}
	manager.expect(manager.send(at+"/start", nil), http.StatusBadRequest, "Please say why")
	for range 2 {
		manager.expect(manager.send(at+"/start", url.Values{"reason": {"the mast is moved"}}), http.StatusSeeOther)
	}
	if r, _ = s.bulkOf(t, pressed); r.State != bulk.Done || r.Done != 2 || r.Left != 2 || r.Failed != 0 {
		t.Errorf("%+v", r)
	}
	if got := s.pausedLines(t); len(got) != 3 || !slices.Contains(got, one.State.Login.Name) || !slices.Contains(got, two.State.Login.Name) {
		t.Errorf("paused are %v", got)
	}
	manager.expect(manager.ask(http.MethodGet, at+"?fate=done", nil), http.StatusOK, "Changed", one.State.Login.Name, "Undo")
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "subscription", ObjectID: number(one.ID), Limit: 1})
	if err != nil || len(events) != 1 || events[0].Action != "subscription paused" || events[0].Actor != "many@demo.example" || !strings.Contains(events[0].After, "the mast is moved") {
		t.Errorf("%v: %+v", err, events)
	}
	manager.expect(manager.send("/office/subscriptions/"+number(two.ID)+"/change/resume", nil), http.StatusSeeOther)
	manager.expect(manager.send("/office/subscriptions/"+number(two.ID)+"/change/pause", url.Values{"reason": {"asked"}}), http.StatusSeeOther)
	undo := manager.send(at+"/undo", nil)
	back, backAt := s.bulkOf(t, undo)
	if again := manager.send(at+"/undo", nil); again.location != backAt || back.Would != 1 || back.Left != 1 {
		t.Errorf("%+v, and again %s", back, again.location)
	}
	manager.expect(manager.ask(http.MethodGet, backAt, nil), http.StatusOK, "Let 1 line go on?", "Changed by somebody since")
	manager.expect(manager.send(backAt+"/start", nil), http.StatusSeeOther)
	if back, _ = s.bulkOf(t, undo); back.Done != 1 {
		t.Errorf("%+v", back)
	}
	if got := s.pausedLines(t); len(got) != 2 || slices.Contains(got, one.State.Login.Name) {
		t.Errorf("paused are %v", got)
	}
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Undone by", "See the undo")
}

func (s *Stage) tagsMany(t *testing.T) {
	support := s.hire(t, "tags@demo.example", nil, "manager")
	page, err := s.Main.Customers.List(t.Context(), customers.Filter{Segment: "home", Limit: 100})
	if err != nil || len(page.Customers) < 3 {
		t.Fatal(len(page.Customers), err)
	}
	homes := page.Customers
	at := "/office/customers/bulk?segment=home"
	list := support.ask(http.MethodGet, "/office/customers?segment=home", nil)
	support.expect(list, http.StatusOK, `action="`+at+`"`)
	form := url.Values{"kind": {"tag"}, "which": {"all"}, "once": {onceIn(t, list.body)}}
	support.expect(support.send(at, form), http.StatusOK, "Add a tag to many", `name="which" value="all"`)
	form.Set("named", "one,two")
	support.expect(support.send(at, form), http.StatusBadRequest, "without commas")
	form.Set("named", " VIP ")
	pressed := support.send(at, form)
	r, run := s.bulkOf(t, pressed)
	if r.Argument != "vip" || r.Would != int64(len(homes)) {
		t.Errorf("%d homes: %+v", len(homes), r)
	}
	support.expect(support.send(run+"/start", nil), http.StatusSeeOther)
	if r, _ = s.bulkOf(t, pressed); r.Done != int64(len(homes)) {
		t.Errorf("%+v", r)
	}
	tagged := func() int {
		vip, err := s.Main.Customers.List(t.Context(), customers.Filter{Tag: "vip", Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		return len(vip.Customers)
	}
	if tagged() != len(homes) {
		t.Errorf("%d have the tag", tagged())
	}
	again := func(tag func(tx *db.Tx) (bool, error)) {
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return second(tag(tx)) }); err != nil {
			t.Fatal(err)
		}
	}
	by := customers.By{Actor: "asha@demo.example"}
	again(func(tx *db.Tx) (bool, error) { return s.Main.Customers.DropTag(tx, homes[0].ID, "vip", by) })
	again(func(tx *db.Tx) (bool, error) { return s.Main.Customers.DropTag(tx, homes[1].ID, "vip", by) })
	again(func(tx *db.Tx) (bool, error) { return s.Main.Customers.AddTag(tx, homes[1].ID, "vip", by) })
	again(func(tx *db.Tx) (bool, error) { return s.Main.Customers.AddTag(tx, homes[2].ID, "late", by) }) // another tag is not the run's
	undo := support.send(run+"/undo", nil)
	back, backAt := s.bulkOf(t, undo)
	if back.Would != int64(len(homes)-2) || back.Left != 2 {
		t.Errorf("%+v", back)
	}
	support.expect(support.send(backAt+"/start", nil), http.StatusSeeOther)
	if back, _ = s.bulkOf(t, undo); back.Done != int64(len(homes)-2) || tagged() != 1 {
		t.Errorf("%d have the tag: %+v", tagged(), back)
	}
	if left, err := s.Main.Customers.Tags(t.Context(), homes[2].ID); err != nil || !slices.Equal(left, []string{"late"}) {
		t.Error(left, err)
	}
}

// deniesMany: who works at another site changes nothing here, whatever ids they send, and opens no run of anybody else's.
func (s *Stage) deniesMany(t *testing.T) {
	there := s.hire(t, "there@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	all, err := s.Main.Lines.List(t.Context(), subscriptions.Which{Status: subscriptions.Active}, 0, 3)
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	was := s.pausedLines(t)
	form := url.Values{"kind": {"pause"}, "which": {"picked"}, "once": {"ofanothersite"}}
	for _, sub := range all {
		form.Add("pick", number(sub.ID))
	}
	r, at := s.bulkOf(t, there.send("/office/subscriptions/bulk", form))
	page := there.ask(http.MethodGet, at, nil)
	if r.Would != 0 || r.Left != 3 || strings.Contains(page.body, all[0].State.Login.Name) || !strings.Contains(page.body, "Not yours to see") {
		t.Errorf("%+v", r)
	}
	there.expect(there.send(at+"/start", url.Values{"reason": {"spite"}}), http.StatusSeeOther)
	s.bulkOf(t, officeAnswer{location: at})
	form.Set("which", "all")
	if r, _ = s.bulkOf(t, there.send("/office/subscriptions/bulk", form)); r.Found != 0 {
		t.Errorf("%+v", r)
	}
	if got := s.pausedLines(t); !slices.Equal(got, was) {
		t.Errorf("%v were paused, now %v", was, got)
	}
	theirs := "/office/bulk/" + number(s.bulked(t))
	for _, path := range []string{"/start", "/stop", "/undo"} {
		there.expect(there.send(theirs+path, nil), http.StatusNotFound)
	}
	there.expect(there.ask(http.MethodGet, theirs, nil), http.StatusNotFound)
	if list := there.ask(http.MethodGet, "/office/bulk", nil); strings.Contains(list.body, "vip") {
		t.Error("the list tells of runs of others")
	}
	cashier := s.hire(t, "cash-many@demo.example", nil, "cashier")
	cashier.expect(cashier.send("/office/subscriptions/bulk", form), http.StatusForbidden)
	cashier.expect(cashier.ask(http.MethodGet, theirs, nil), http.StatusNotFound)
}

// TestScreensOfMany looks at the lists with their boxes, and at a run before, while and after it works, in a real browser, on a phone and on a desk, in both languages. Pictures go to the folder that
// MTANDAO_SCREENS names.
func TestScreensOfMany(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	at := map[string]string{"customers": "/office/customers", "lines": "/office/subscriptions", "list": "/office/bulk"}
	preview := owner.send("/office/subscriptions/bulk", url.Values{"kind": {"pause"}, "which": {"all"}, "once": {"screensofmany"}})
	s.bulkOf(t, preview)
	at["preview"] = preview.location
	plan := owner.send("/office/subscriptions/bulk", url.Values{"kind": {"plan"}, "which": {"all"}, "plan": {"home-30"}, "when": {"now"}, "keep": {"1"}, "once": {"screensofmany"}})
	s.bulkOf(t, plan)
	at["plan"] = plan.location
	tags := owner.send("/office/customers/bulk", url.Values{"kind": {"tag"}, "which": {"all"}, "named": {"vip"}, "once": {"screensofmany"}})
	s.bulkOf(t, tags)
	owner.expect(owner.send(tags.location+"/start", nil), http.StatusSeeOther)
	s.bulkOf(t, tags)
	at["done"] = tags.location
	undo := owner.send(tags.location+"/undo", nil)
	s.bulkOf(t, undo)
	at["undo"] = undo.location
	works, heard := idOf(t, strings.TrimPrefix(preview.location, "/office/bulk/"))+1, s.Main.Clock.Now().Add(20*time.Minute).UTC() // what works is heard of all the time
	if _, err := s.Main.DB.SQL().Exec("INSERT INTO bulk_runs (id, kind, argument, reason, undo_of, state, request, actor, came_from, member, source, place, found, would, leaves, done, skipped, failed, cents, priced, more, held, cuts, trouble, asked_at, began_at, heard_at)"+
		" SELECT ?, kind, argument, 'The mast is moved', 0, 'doing', 'of the test', actor, came_from, member, source, place, 1240, 1180, 60, 412, 3, 1, 845000, 96, 0, 1, 1, '', asked_at, asked_at, ? FROM bulk_runs WHERE id = ?", works, heard, works-1); err != nil {
		t.Fatal(err)
	}
	at["works"] = "/office/bulk/" + number(works)
	parent, stop := chromedp.NewContext(newAllocator(t))
	t.Cleanup(stop)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	for _, dark := range []bool{false, true} {
		for _, lang := range words.Languages {
			l.be(owner.token, lang, dark)
			for name, path := range at {
				for _, width := range []int64{320, 390, 1280} {
					l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
					for _, c := range l.at(path).Complaints {
						t.Errorf("%s at %d: %s", path, width, c)
					}
					if name == "lines" {
						l.picks(3)
					}
					l.keep(fmt.Sprint("bulk-", name, "-", lang, "-", dark), number(width))
				}
			}
		}
	}
}

// picks has the first rows of a list picked.
func (l *looker) picks(rows int) {
	l.t.Helper()
	n, err := chromedp.Run(l.ctx, chromedp.Evaluate[int](fmt.Sprintf(`(() => { const boxes = [...document.querySelectorAll('input[name=pick]')].slice(0, %d); boxes.forEach((box) => box.click()); return boxes.length; })()`, rows)))
	if l.do(err); n != rows {
		l.t.Errorf("only %d rows can be picked", n)
	}
}
