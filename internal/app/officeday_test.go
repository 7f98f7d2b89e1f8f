package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/dayclose"
	"mtandao/billing/railbook"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// yesterdays is a line of a statement of yesterday at an hour, or of midnight after it.
func (s *Stage) yesterdays(receipt string, shillings, hour int) string {
	at := (clock.DayOf(s.Main.Clock.Now()) - 1).Start().Add(time.Duration(hour) * time.Hour).In(clock.Nairobi).Format("02-01-2006 15:04:05")
	return fmt.Sprintf(`%s,%s,%s,Pay Bill from 254712***678 - JANE W,Completed,"%d.00",,9000.00,true,Pay Utility,254712***678 - JANE W,,KIOSK`, receipt, at, at, shillings)
}

// cameYesterday is money of nobody that came yesterday at an hour.
func (s *Stage) cameYesterday(t *testing.T, receipt string, shillings int64, hour int) {
	t.Helper()
	tills, err := s.Main.Billing.Tills(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := (clock.DayOf(s.Main.Clock.Now()) - 1).Start().Add(time.Duration(hour) * time.Hour)
	if _, err := s.Main.Billing.Settle(t.Context(), billing.Evidence{Kind: billing.ByConfirm, TillID: tills[0].ID, Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0"}, Receipt: receipt, Amount: money.Shillings(shillings),
		Payer: "2547 ***** 901", Reference: "KIOSK", At: at}); err != nil {
		t.Fatal(err)
	}
}

// differing is yesterday with a statement of which some does not agree, and one difference of it.
func (s *Stage) differing(t *testing.T) (day string, difference int64) {
	t.Helper()
	yesterday := clock.DayOf(s.Main.Clock.Now()) - 1
	s.cameYesterday(t, "SKY0000001", 150, 10)
	s.cameYesterday(t, "SKY0000002", 70, 11)
	text := s.tillStatement(t, s.yesterdays("SKY0000001", 150, 10), s.yesterdays("SKY0000003", 40, 12), s.yesterdays("SKY0000009", 5, 24))
	if _, err := s.Main.RailBook.Take(t.Context(), strings.NewReader(text), 0, railbook.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	v, err := s.Main.Days.Refresh(t.Context(), yesterday)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range v.Differences {
		if d.Receipt == "SKY0000003" {
			return yesterday.String(), d.ID
		}
	}
	t.Fatalf("%+v", v.Differences)
	return "", 0
}

// TestADayIsClosedFromThePages: its statement is read, what does not agree is listed and explained, it is closed, and what comes late is shown; the command tells the same.
func TestADayIsClosedFromThePages(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { closedFromThePages(t, stageOn(t, dialect, 1)) })
	}
}

func closedFromThePages(t *testing.T, s *Stage) {
	day, id := s.differing(t)
	at, one := "/office/money/days/"+day, "/office/money/differences/"+number(id)
	manager, cashier := s.hire(t, "closes@demo.example", nil, "manager"), s.hire(t, "till@demo.example", nil, "cashier")
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "Not closed", "SKY0000003")
	cashier.expect(cashier.ask(http.MethodGet, at+"/close", nil), http.StatusForbidden)
	cashier.expect(cashier.send(one+"/explain", url.Values{"reason": {"because"}}), http.StatusForbidden)
	manager.expect(manager.ask(http.MethodGet, "/office/money", nil), http.StatusOK, "Day close")
	manager.expect(manager.ask(http.MethodGet, "/office/money/days", nil), http.StatusOK, "Not closed", "KES 190")
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "On the statement, not in the books", "In the books, not on the statement", "Paid, and nothing was given for it", "Read a statement", "The three columns")
	manager.expect(manager.ask(http.MethodGet, at+"?cause=not_on_statement", nil), http.StatusOK, "SKY0000002")
	manager.expect(manager.ask(http.MethodGet, at+"?cause=weather", nil), http.StatusNotFound)
	manager.expect(manager.ask(http.MethodGet, "/office/money/days/"+clock.DayOf(s.Main.Clock.Now()).String(), nil), http.StatusSeeOther)
	manager.expect(manager.send(one+"/explain", url.Values{"reason": {" "}}), http.StatusBadRequest, "Write the reason")
	manager.expect(manager.send(one+"/explain", url.Values{"reason": {"a friend's till"}}), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, one, nil), http.StatusOK, "a friend&#39;s till", "Take the explanation back", "closes@demo.example")
	manager.expect(manager.send(one+"/withdraw", nil), http.StatusSeeOther)
	manager.expect(manager.send(one+"/own", nil), http.StatusSeeOther)
	form := manager.ask(http.MethodGet, at+"/close", nil)
	manager.expect(form, http.StatusOK, "A day is closed once", "KES 190")
	stale := manager.send(at+"/close", url.Values{"seen": {"another"}})
	manager.expect(stale, http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Not closed")
	_, seen, _ := strings.Cut(form.body, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	manager.expect(manager.send(at+"/close", url.Values{"seen": {seen}}), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Closed, not all explained", "Closed by closes@demo.example")
	s.cameYesterday(t, "SKY0000005", 30, 13)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Changed since it was closed", "Found after closing", "SKY0000005", "See to them")
	manager.expect(manager.send(at+"/keep", nil), http.StatusSeeOther)
	if page := manager.ask(http.MethodGet, at, nil); strings.Contains(page.body, "See to them") {
		t.Error("what is new is not kept")
	}
	manager.expect(manager.ask(http.MethodGet, "/office/money/differences", nil), http.StatusOK, "SKY0000005", "SKY0000003")
	manager.expect(manager.ask(http.MethodGet, "/office/audit?actor=closes@demo.example", nil), http.StatusOK, "closed a day", "explained a difference", "took an explanation back", "took a difference on")
	s.countedYesterday(t, "till@demo.example")
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Cashiers&#39; drawers", "Agrees", "who=")
	readings, err := s.Main.daysWaiting(t.Context())
	if err != nil || len(readings) == 0 || readings[len(readings)-1].Subject != (clock.DayOf(s.Main.Clock.Now())-1).Start().In(clock.Nairobi).Format("02.01.2006") {
		t.Errorf("what waits: %v %v", readings, err)
	}
	s.commandTells(t, day)
}

// countedYesterday is an empty drawer that a cashier counted yesterday.
func (s *Stage) countedYesterday(t *testing.T, email string) {
	t.Helper()
	if _, err := s.Main.Counter.CountCash(t.Context(), counter.Count{Cashier: email, Day: clock.DayOf(s.Main.Clock.Now()) - 1, N: 1, Float: money.KES(0), In: money.KES(0), Out: money.KES(0), Counted: money.KES(0)}, counter.By{Actor: email}); err != nil {
		t.Fatal(err)
	}
}

// commandTells the same of the day as the pages.
func (s *Stage) commandTells(t *testing.T, day string) {
	t.Helper()
	var out bytes.Buffer
	c := &console{Context: context.Background(), stdout: &out}
	asked, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	cmd := dayCloseCommand{Day: asked, JSON: true}
	if err := cmd.tell(c, s.Main); fault.KeyOf(err) != "dayclose.unexplained" {
		t.Errorf("the command ends with %v", err)
	}
	var r dayReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.State != "closed" || r.ClosedBy != "closes@demo.example" || !r.Changed || r.Unexplained == 0 || len(r.Tills) == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	out.Reset()
	cmd.JSON = false
	if err := cmd.tell(c, s.Main); err == nil || !strings.Contains(out.String(), "SKY0000003") || !strings.Contains(out.String(), "Closed by closes@demo.example.") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestScreensOfDays looks at the days, a day and a difference in a real browser, on a phone and on a desk, light and dark, in both languages. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfDays(t *testing.T) {
	s := openStage(t, 1)
	day, id := s.differing(t)
	if os.Getenv("MTANDAO_SCREENS") == "" {
		t.Setenv("MTANDAO_SCREENS", t.TempDir())
	}
	parent, stop := chromedp.NewContext(newAllocator(t))
	t.Cleanup(stop)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	for _, dark := range []bool{false, true} {
		for _, lang := range words.Languages {
			l.be(owner.token, lang, dark)
			for name, path := range map[string]string{"list": "/office/money/days", "day": "/office/money/days/" + day, "close": "/office/money/days/" + day + "/close", "left": "/office/money/differences", "one": "/office/money/differences/" + number(id)} {
				for _, width := range []int64{390, 1280} {
					l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
					for _, c := range l.at(path).Complaints {
						t.Errorf("%s at %d: %s", path, width, c)
					}
					l.keep(fmt.Sprint("days-", name, "-", lang, "-", dark), number(width))
				}
			}
		}
		if !dark {
			s.closedSince(t, id)
		}
	}
}

// closedSince closes yesterday, explains one difference of it, and has something come after.
func (s *Stage) closedSince(t *testing.T, difference int64) {
	t.Helper()
	ctx, by := t.Context(), dayclose.By{Actor: "sees@demo.example", Member: 1}
	yesterday := clock.DayOf(s.Main.Clock.Now()) - 1
	v, err := s.Main.Days.See(ctx, yesterday)
	if err == nil {
		_, err = s.Main.Days.Close(ctx, yesterday, v.Digest(), by)
	}
	if err == nil {
		_, err = s.Main.Days.Explain(ctx, difference, "Paid to us by a shop that has our old number, and given back by hand on the same day.", by)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.cameYesterday(t, "SKY0000005", 30, 13)
	s.hire(t, "till@demo.example", nil, "cashier")
	s.countedYesterday(t, "till@demo.example")
}
