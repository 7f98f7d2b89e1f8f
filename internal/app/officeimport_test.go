package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/cutover"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/panels"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// importing is a source that was read, of which some rows are refused and a plan is made.
func (s *Stage) importing(t *testing.T) int64 {
	t.Helper()
	var dump strings.Builder
	panels.WritePHPNuxBill(&dump, 130, 11)
	source, err := s.Main.Imports.Bring(t.Context(), cutover.Asked{Kind: cutover.FromNux, SiteID: s.seeded.sites["kasarani"].ID, Zone: "Africa/Nairobi", Make: true}, "nux.sql", strings.NewReader(dump.String()), customers.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s.reaches(t, source.ID, cutover.Told)
	return source.ID
}

func (s *Stage) reaches(t *testing.T, id int64, state string) {
	t.Helper()
	until(t, 60*time.Second, "the source is "+state, func() bool {
		source, err := s.Main.Imports.Get(context.Background(), id)
		return err == nil && source.State == state
	})
}

// TestMovingFromThePage uploads a dump, reads what would happen, maps a plan, brings it in and takes it back, all through the console; no secret of the
// dump is on any page.
func TestMovingFromThePage(t *testing.T) {
	s := openStage(t, 1)
	manager, cashier := s.hire(t, "moves@demo.example", nil, "manager"), s.hire(t, "looks@demo.example", nil, "cashier")
	if got := cashier.ask(http.MethodGet, "/office/imports", nil); got.status != http.StatusForbidden {
		t.Errorf("a cashier: %d", got.status)
	}
	if answer, body := manager.upload("/office/imports/new", map[string]string{"kind": "phpnuxbill", "zone": "Africa/Nairobi", "columns": "nonsense"}, "file", "nux.sql", "x"); answer.StatusCode != http.StatusBadRequest || !strings.Contains(body, "says nothing of a column") {
		t.Errorf("%d", answer.StatusCode)
	}
	var dump strings.Builder
	panels.WritePHPNuxBill(&dump, 120, 3)
	home := number(s.seeded.sites["kasarani"].ID)
	answer, body := manager.upload("/office/imports/new", map[string]string{"kind": "phpnuxbill", "zone": "Africa/Nairobi", "site": home, "make": "true"}, "file", "nux.sql", dump.String())
	at := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, "/office/imports/") {
		t.Fatalf("%d to %q: %.300s", answer.StatusCode, at, body)
	}
	id := idOf(t, strings.TrimPrefix(at, "/office/imports/"))
	s.reaches(t, id, cutover.Told)
	has := func(path string, wants ...string) {
		t.Helper()
		got := manager.ask(http.MethodGet, path, nil)
		for _, want := range wants {
			if got.status != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s answers %d and has no %q", path, got.status, want)
			}
		}
		for _, secret := range []string{"p\\'7", "pp-2", "s3cret", "d033e22ae348aeb5660fc2140aec35850c4da997"} {
			if strings.Contains(got.body, secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
	}
	has("/office/imports", "nux.sql", "Ready")
	has(at, "Proof of balances", "Holds", "Home 10", "Plans that are made", "Day 2GB ends when its data", "kept as a hash", "Bring them in")
	has(at+"?rows=new", "Wanjirũ", "after=100")
	has(at+"?rows=new&after=100", "Wanjirũ; (120)")
	has(at+"?rows=later", "comes with the next import")
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := s.Main.Plans.Save(tx, plans.Plan{Key: "home-20", NameEN: "Home 20", Segment: plans.Home, Price: money.Shillings(3000), Limits: access.Limits{DownKbps: 20_000, UpKbps: 10_000},
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	has(at+"/edit", "Day 2GB", "Home 20")
	has(at+"/start", "Customers: 120, with balances")
	edit := manager.press(at+"/edit", "/edit", map[string][]string{"kind": {"phpnuxbill"}, "zone": {"Africa/Nairobi"}, "site": {home}, "make": {"true"}, "plan_there": {"Day 2GB"}, "plan_0": {"home-20"}})
	done(t, edit)
	s.reaches(t, id, cutover.Told)
	before := s.countOf(t, "customers")
	done(t, manager.press(at+"/start", "/start", nil))
	s.reaches(t, id, cutover.Came)
	if n := s.countOf(t, "customers"); n != before+120 {
		t.Errorf("%d customers", n)
	}
	has(at, "Here", "Take back")
	done(t, manager.press(at+"/back", "/back", nil))
	s.reaches(t, id, cutover.Gone)
	has(at, "Taken back")
	if n := s.countOf(t, "customers"); n != before {
		t.Errorf("%d customers stay", n)
	}
	done(t, manager.press(at+"/drop", "/drop", nil))
	if got := manager.ask(http.MethodGet, at, nil); got.status != http.StatusNotFound {
		t.Errorf("removed: %d", got.status)
	}
	verifyBooks(t, s.Main)
}

// TestWhoMayBringIn: managing customers is not enough to bring subscribers in, for that makes plans, log-ins and credit too; what was brought may be read.
func TestWhoMayBringIn(t *testing.T) {
	s := openStage(t, 1)
	id := s.importing(t)
	rights := []staff.Permission{staff.CustomersView, staff.CustomersManage, staff.PlansEdit, staff.RoutersEdit, staff.AccessChange, staff.PaymentsRefund}
	at := "/office/imports/" + number(id)
	for n := range rights[1:] {
		key := fmt.Sprint("lacks", n)
		lacks := slices.Delete(slices.Clone(rights), n+1, n+2)
		if _, err := s.Main.Staff.SaveRole(t.Context(), staff.By{Command: "test"}, staff.Role{Key: key, Name: key, Permissions: lacks}); err != nil {
			t.Fatal(err)
		}
		who := s.hire(t, key+"@demo.example", nil, key)
		for _, path := range []string{"/office/imports/new", at + "/edit", at + "/start", at + "/back"} {
			if got := who.ask(http.MethodGet, path, nil); got.status != http.StatusForbidden {
				t.Errorf("without %s, %s answers %d", rights[n+1], path, got.status)
			}
			if got := who.send(path, url.Values{"kind": {"csv"}, "zone": {"Africa/Nairobi"}}); got.status != http.StatusForbidden {
				t.Errorf("without %s, %s takes a form: %d", rights[n+1], path, got.status)
			}
		}
		got := who.ask(http.MethodGet, at, nil)
		if n == 0 { // the list of customers is not theirs at all
			if got.status != http.StatusForbidden {
				t.Errorf("%d", got.status)
			}
			continue
		}
		if got.status != http.StatusOK || strings.Contains(got.body, at+"/start") || !strings.Contains(got.body, "rights that you do not have") {
			t.Errorf("without %s the import answers %d, and does not say what is lacking", rights[n+1], got.status)
		}
		if got := who.ask(http.MethodGet, "/office/imports", nil); got.status != http.StatusOK || strings.Contains(got.body, "/office/imports/new") {
			t.Errorf("without %s the list leads to what is refused: %d", rights[n+1], got.status)
		}
	}
	if _, err := s.Main.Staff.SaveRole(t.Context(), staff.By{Command: "test"}, staff.Role{Key: "brings", Name: "brings", Permissions: rights}); err != nil {
		t.Fatal(err)
	}
	who := s.hire(t, "brings@demo.example", nil, "brings")
	done(t, who.press(at+"/start", "/start", nil))
	s.reaches(t, id, cutover.Came)
}

func (s *Stage) countOf(t *testing.T, table string) (n int) {
	t.Helper()
	if err := s.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
