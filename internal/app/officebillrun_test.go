package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/billdesk"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// lookedAtBills is a preview at its end.
func (s *Stage) lookedAtBills(t *testing.T) int64 {
	t.Helper()
	r, err := s.Main.BillRuns.Look(t.Context(), clock.DayOf(s.Main.Plan.Now()), fmt.Sprint("lookedat", s.Main.Clock.Now().UnixNano()), billdesk.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s.runEnds(t, r.ID)
	return r.ID
}

// runEnds waits for the end of a preview or a run.
func (s *Stage) runEnds(t *testing.T, id int64) (r billdesk.Run) {
	t.Helper()
	until(t, 60*time.Second, "the run is at its end", func() (done bool) {
		var err error
		r, err = s.Main.BillRuns.Run(t.Context(), id)
		return err == nil && !r.Moving()
	})
	return r
}

// TestABillRunFromThePages: what would be billed is what the command says; a run is started from there, once, however often somebody presses; it tells what it did, and what somebody
// has to look at is issued from its page. Whoever may not bill sees it and starts nothing.
func TestABillRunFromThePages(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { billedFromThePages(t, stageOn(t, dialect, 1)) })
	}
}

func billedFromThePages(t *testing.T, s *Stage) {
	ctx := t.Context()
	if err := s.seedLines(ctx); err != nil {
		t.Fatal(err)
	}
	school := s.named(t, "0711 200 007")
	if err := s.Main.Invoices.Treat(ctx, school.ID, true, false, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	asOf := clock.DayOf(s.Main.Plan.Now())
	s.familyOf(t, s.named(t, "0711 200 006"))
	said := s.wouldBill(t, asOf)
	if said.Drafts < 2 {
		t.Fatalf("%+v", said)
	}
	manager, cashier := s.hire(t, "bills@demo.example", nil, "manager"), s.hire(t, "till@demo.example", nil, "cashier")
	cashier.expect(cashier.ask(http.MethodGet, "/office/billruns", nil), http.StatusOK, "Nobody has started a bill run yet")
	cashier.expect(cashier.ask(http.MethodGet, "/office/billruns/new", nil), http.StatusForbidden)
	manager.expect(manager.ask(http.MethodGet, "/office/invoices", nil), http.StatusOK, "Bill runs")
	manager.expect(manager.ask(http.MethodGet, "/office/billruns/new", nil), http.StatusOK, "Nothing is changed")
	for _, day := range []string{"", "soon", (asOf + 40).String()} {
		manager.expect(manager.send("/office/billruns/new", url.Values{"as_of": {day}, "once": {"0123456789"}}), http.StatusBadRequest, "Choose a day from")
	}
	form := url.Values{"as_of": {asOf.String()}, "once": {"0123456789abcdef"}}
	first := manager.send("/office/billruns/new", form)
	manager.expect(first, http.StatusSeeOther)
	if again := manager.send("/office/billruns/new", form); again.location != first.location {
		t.Errorf("pressed twice: %q and %q", first.location, again.location)
	}
	at := first.location
	p := s.runEnds(t, idOf(t, strings.TrimPrefix(at, "/office/billruns/")))
	s.namesWhatTheCommandNames(t, p, said)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Nothing was changed", "Baobab School", "Kasarani Pharmacy", "Start the bill run")
	manager.expect(manager.ask(http.MethodGet, at+"?fate=billed", nil), http.StatusOK, "Baobab School")
	manager.expect(manager.ask(http.MethodGet, at+"?fate=weather", nil), http.StatusNotFound)
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "Baobab School")
	cashier.expect(cashier.send(at+"/start", url.Values{"once": {"abcdef0123456789"}}), http.StatusForbidden)
	manager.expect(manager.ask(http.MethodGet, at+"/stop", nil), http.StatusSeeOther)
	s.aheadIsOnlyLookedAt(t, manager, asOf)
	manager.expect(manager.ask(http.MethodGet, at+"/start", nil), http.StatusOK, "can be credited, never taken back")
	start := url.Values{"once": {"abcdef0123456789"}}
	began := manager.send(at+"/start", start)
	manager.expect(began, http.StatusSeeOther)
	if again := manager.send(at+"/start", start); again.location != began.location || began.location == at {
		t.Errorf("started twice: %q and %q", began.location, again.location)
	}
	r := s.runEnds(t, idOf(t, strings.TrimPrefix(began.location, "/office/billruns/")))
	if r.State != billdesk.Done || r.Drafts < said.Drafts || r.Issued != r.Drafts-1 || r.By.Actor != "bills@demo.example" {
		t.Errorf("%+v of %+v", r, said)
	}
	s.reviewedFromTheRun(t, manager, began.location)
	manager.expect(manager.ask(http.MethodGet, "/office/billruns", nil), http.StatusOK, "bills@demo.example", "Done")
	manager.expect(manager.ask(http.MethodGet, "/office/billruns?kind=preview", nil), http.StatusOK, "Done")
	manager.expect(manager.ask(http.MethodGet, "/office/billruns?kind=other", nil), http.StatusNotFound)
	manager.expect(manager.ask(http.MethodGet, "/office/audit?actor=bills@demo.example", nil), http.StatusOK, "started a bill run")
	manager.expect(manager.ask(http.MethodGet, billRunOf(s.lookedAtBills(t)), nil), http.StatusOK, "Nobody is due")
	verifyBooks(t, s.Main)
}

// familyOf has a customer pay for the line of a new part as well, by one bill.
func (s *Stage) familyOf(t *testing.T, parent customers.Customer) {
	t.Helper()
	if err := s.seedLine(t.Context(), "The branch", "0711 200 099", "office-50", "branch", customers.Business, 5, 0, 0); err != nil {
		t.Fatal(err)
	}
	s.joins(t, s.named(t, "0711 200 099"), parent)
	if _, err := s.Main.Invoices.ChooseBills(t.Context(), parent.ID, true, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
}

// gathersAhead: the one bill of a family is one document of the command and of the page, which names its lines and leads to what each costs.
func (s *Stage) gathersAhead(t *testing.T, manager *colleague, p billdesk.Run, said billReport) {
	t.Helper()
	s.namesWhatTheCommandNames(t, p, said)
	all, err := s.Main.BillRuns.Documents(t.Context(), p.ID, "", 0, 1)
	if err != nil || len(all) != 1 || all[0].PartCount != 2 || len(said.Documents[0].Parts) != 2 || said.Documents[0].Name != "Kasarani Pharmacy" {
		t.Fatalf("%+v, %v, of %+v", all, err, said.Documents)
	}
	at := billRunOf(p.ID)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "One bill of 2 lines", "The branch, ")
	bill := at + "?bill=" + number(all[0].N)
	manager.expect(manager.ask(http.MethodGet, bill, nil), http.StatusOK, "One bill of Kasarani Pharmacy, line by line", "Office 50", money.KES(all[0].Cents).String(), "All bills")
	manager.expect(manager.ask(http.MethodGet, at+"?bill=7", nil), http.StatusNotFound)
}

// aheadIsOnlyLookedAt: the bills of a day to come are told, and start nothing.
func (s *Stage) aheadIsOnlyLookedAt(t *testing.T, manager *colleague, asOf clock.Day) {
	t.Helper()
	looked := manager.send("/office/billruns/new", url.Values{"as_of": {(asOf + 31).String()}, "once": {"fedcba9876543210"}})
	manager.expect(looked, http.StatusSeeOther)
	ahead, today := s.runEnds(t, idOf(t, strings.TrimPrefix(looked.location, "/office/billruns/"))), s.wouldBill(t, asOf)
	if ahead.Drafts <= today.Drafts {
		t.Errorf("a month ahead %d would be billed, and today %d", ahead.Drafts, today.Drafts)
	}
	s.gathersAhead(t, manager, ahead, s.wouldBill(t, asOf+31))
	page := manager.ask(http.MethodGet, looked.location, nil)
	manager.expect(page, http.StatusOK, "It can be started when the day is there")
	if strings.Contains(page.body, looked.location+"/start") {
		t.Error("it can be started")
	}
	manager.expect(manager.ask(http.MethodGet, looked.location+"/start", nil), http.StatusSeeOther)
	if started := manager.send(looked.location+"/start", url.Values{"once": {"1234567890abcdef"}}); started.location != looked.location {
		t.Errorf("it led to %q", started.location)
	}
	if runs, err := s.Main.BillRuns.Runs(t.Context(), billdesk.Billing, 0, 1); err != nil || len(runs) > 0 {
		t.Errorf("%v was started (%v)", runs, err)
	}
}

func billRunOf(id int64) string { return "/office/billruns/" + number(id) }

// wouldBill is what the command says of a dry run.
func (s *Stage) wouldBill(t *testing.T, asOf clock.Day) (r billReport) {
	t.Helper()
	var out bytes.Buffer
	year, month, day := asOf.Date()
	cmd := billRunCommand{AsOf: time.Date(year, month, day, 0, 0, 0, 0, time.UTC), DryRun: true, JSON: true}
	if err := cmd.bill(&console{Context: t.Context(), stdout: &out}, s.Main); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// namesWhatTheCommandNames: a preview's documents are those of the dry run, line by line.
func (s *Stage) namesWhatTheCommandNames(t *testing.T, p billdesk.Run, said billReport) {
	t.Helper()
	all, err := s.Main.BillRuns.Documents(t.Context(), p.ID, "", 0, 100)
	if err != nil || len(all) != len(said.Documents) || p.Drafts != said.Drafts || p.Nothing != said.Nothing || p.Parked != said.Parked {
		t.Fatalf("%+v names %d of %+v (%v)", p, len(all), said, err)
	}
	var sum int64
	for n, d := range all {
		want := said.Documents[n]
		if d.PartCount != int64(len(want.Parts)) || d.SubscriptionID != want.Subscription || d.CustomerID != want.Customer || d.From.String() != want.From || d.Until.String() != want.Until || d.Cents != want.Cents || len(d.Lines) != len(want.Lines) {
			t.Errorf("%+v, and the command says %+v", d, want)
		}
		for i, l := range d.Lines {
			if !strings.HasPrefix(want.Lines[i], l.English) || l.Swahili == "" {
				t.Errorf("%+v, and the command says %q", l, want.Lines[i])
			}
		}
		if d.Fate == billdesk.Billed {
			sum += d.Cents
		}
	}
	if p.Cents != sum {
		t.Errorf("%d of %d", p.Cents, sum)
	}
}

// reviewedFromTheRun issues the draft that a run left to be looked at.
func (s *Stage) reviewedFromTheRun(t *testing.T, manager *colleague, run string) {
	t.Helper()
	page := manager.ask(http.MethodGet, run, nil)
	manager.expect(page, http.StatusOK, "It is done", "Drafts to be looked at", "Baobab School")
	waiting, err := s.Main.Invoices.Newest(t.Context(), invoices.Filter{State: invoices.Review}, 0, 10)
	if err != nil || len(waiting) != 1 || !strings.Contains(page.body, "/office/invoices/"+number(waiting[0].ID)+"/approve") {
		t.Fatalf("%v %v", waiting, err)
	}
	done(t, manager.press("/office/invoices/"+number(waiting[0].ID)+"/approve", "/approve", nil))
	if d, err := s.Main.Invoices.Get(t.Context(), waiting[0].ID); err != nil || d.Number == 0 {
		t.Errorf("%+v %v", d, err)
	}
	if page := manager.ask(http.MethodGet, run, nil); strings.Contains(page.body, "Drafts to be looked at") {
		t.Error("it waits still")
	}
}

// TestScreensOfBillRuns looks at a preview, its start, a run that works, one that was interrupted and one that is done in a real browser, on a phone and on a desk, in both languages.
// Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfBillRuns(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.Invoices.Treat(t.Context(), s.named(t, "0711 200 007").ID, true, false, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	preview := s.lookedAtBills(t)
	run, err := s.Main.BillRuns.Start(t.Context(), preview, "startedbytest", billdesk.By{Actor: "owner@demo.example"})
	if err != nil {
		t.Fatal(err)
	}
	s.runEnds(t, run.ID)
	at := map[string]string{"list": "/office/billruns", "new": "/office/billruns/new", "preview": billRunOf(preview), "start": billRunOf(preview) + "/start", "done": billRunOf(run.ID)}
	for cuts, name := range []string{"works", "cut"} {
		id, heard := run.ID+1+int64(cuts), s.Main.Clock.Now().Add(time.Duration(20-30*cuts)*time.Minute).UTC() // what works is heard of all the time
		_, err := s.Main.DB.SQL().Exec("INSERT INTO bill_runs (id, kind, as_of, state, moves_key, request, preview, actor, came_from, member, drafts, free, parked, issued, due, cents, last_sub, held, cuts, reason, asked_at, began_at, heard_at)"+
			" SELECT ?, kind, as_of, 'drafting', ?, ?, preview, actor, came_from, member, 1180, 20, 0, 0, 4200, 0, 0, 1, ?, '', asked_at, began_at, ? FROM bill_runs WHERE id = ?",
			id, id, name+" of the test", cuts, heard, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		at[name] = billRunOf(id)
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
			for name, path := range at {
				for _, width := range []int64{390, 1280} {
					l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
					for _, c := range l.at(path).Complaints {
						t.Errorf("%s at %d: %s", path, width, c)
					}
					l.keep(fmt.Sprint("billruns-", name, "-", lang, "-", dark), number(width))
				}
			}
		}
	}
}
