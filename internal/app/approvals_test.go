package app

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/approval"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/vouchers/resellers"
)

// awaiting is a limit of a reseller that waits for a second person.
func (s *Stage) awaiting(t *testing.T, resellerID int64) int64 {
	t.Helper()
	r, err := s.Main.Resellers.Get(t.Context(), resellerID)
	if err != nil {
		t.Fatal(err)
	}
	r.Limit = money.Shillings(7000)
	_, waiting, err := s.Main.Resellers.Propose(t.Context(), r, "a good month", approval.By{Actor: "test"})
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	return waiting[0].ID
}

// approves says yes, as a second person, to all that waits.
func (c *colleague) approves(s *Stage) {
	c.t.Helper()
	open, err := s.Main.Approvals.Open(c.t.Context(), 100)
	if err != nil || len(open) == 0 {
		c.t.Fatal(open, err)
	}
	for _, a := range open {
		c.expect(c.send("/office/approvals/"+number(a.ID)+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
		if now, err := s.Main.Approvals.Get(c.t.Context(), a.ID); err != nil || now.State != approval.Approved {
			c.t.Errorf("%+v, %v", now, err)
		}
	}
}

// decisions is what the trail says was asked for and decided, in order.
func (s *Stage) decisions(t *testing.T) (all []string) {
	t.Helper()
	rows, err := s.Main.DB.SQL().Query("SELECT action FROM audit_events WHERE action LIKE 'approval%' ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var action string
		if err := rows.Scan(&action); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimPrefix(action, "approval "))
	}
	return all
}

// TestMoneyIsGivenAwayByTwo: what a cashier types of commission and debt, and much cash, waits; a manager decides, not the one who asked; then it is done.
func TestMoneyIsGivenAwayByTwo(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { givenAwayByTwo(t, stageOn(t, dialect, 1)) })
	}
}

func givenAwayByTwo(t *testing.T, s *Stage) {
	ctx := t.Context()
	cashier, manager := s.hire(t, "cashier@demo.example", nil, "cashier"), s.hire(t, "manager@demo.example", nil, "manager")
	made := cashier.send("/office/resellers/new", url.Values{"name": {"Mama Otis"}, "phone": {"0722 555 001"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"500"}, "parent": {"0"}, "why": {"as agreed"}})
	cashier.expect(made, http.StatusSeeOther)
	at, id := made.location, idOf(t, strings.TrimPrefix(made.location, "/office/resellers/"))
	is := func(commission string, limit, balance int64) {
		t.Helper()
		r, err := s.Main.Resellers.Get(ctx, id)
		if err != nil || r.Commission.String() != commission || r.Limit != money.Shillings(limit) || r.Balance != money.Shillings(balance) {
			t.Errorf("%s, limit %s, balance %s (%v)", r.Commission, r.Limit, r.Balance, err)
		}
	}
	is("0%", 0, 0)
	open, err := s.Main.Approvals.Open(ctx, 10)
	if err != nil || len(open) != 2 {
		t.Fatal(open, err)
	}
	first, second := "/office/approvals/"+number(open[0].ID), "/office/approvals/"+number(open[1].ID)
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "Decided by two", "0% → 10%", "KES 0 → KES 500", "as agreed", "cashier@demo.example", "Waits", first+"/cancel")
	cashier.expect(cashier.send(first+"/decide", url.Values{"how": {"yes"}}), http.StatusForbidden)
	manager.expect(manager.ask(http.MethodGet, "/office/approvals", nil), http.StatusOK, "Mama Otis", first+"/decide", second+"/decide")
	manager.expect(manager.ask(http.MethodGet, "/office", nil), http.StatusOK, "Changes that wait for a second person", `href="/office/approvals"`)
	manager.expect(manager.ask(http.MethodGet, first+"/decide?l=sw", nil), http.StatusOK, "Mama Otis", "10%")
	manager.expect(manager.send(second+"/decide", url.Values{"how": {"no"}}), http.StatusBadRequest, "Write why you refuse")
	manager.expect(manager.send(second+"/decide", url.Values{"how": {"no"}, "verdict": {"not yet"}}), http.StatusSeeOther)
	manager.expect(manager.send(first+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
	is("10%", 0, 0)
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "manager@demo.example · not yet", "Refused", "Approved")

	cash := func(amount, once string) url.Values {
		return url.Values{"amount": {amount}, "once": {once}, "note": {"brought by Otis"}}
	}
	cashier.expect(cashier.send(at+"/do/payin", cash("6000", "c1")), http.StatusSeeOther)
	is("10%", 0, 6000)
	for range 2 { // the same form again asks once
		cashier.expect(cashier.send(at+"/do/payin", cash("6000", "c2")), http.StatusSeeOther) // 12,000 in a day
	}
	is("10%", 0, 6000)
	cashier.expect(cashier.send(at+"/do/payin", cash("9000", "c3")), http.StatusConflict, "Another change of this waits")
	manager.approves(s)
	is("10%", 0, 12000)
	cashier.expect(cashier.send(at+"/do/payin", cash("6000", "c2")), http.StatusSeeOther) // answered, not done again
	is("10%", 0, 12000)
	cashier.expect(cashier.send(at+"/do/payin", cash("4000", "c4")), http.StatusSeeOther) // what two gave is not counted
	is("10%", 0, 16000)
	cashier.expect(cashier.send(at+"/do/settle", cash("1", "c5")), http.StatusSeeOther)
	if open, err = s.Main.Approvals.Open(ctx, 10); err != nil || len(open) != 1 || open[0].Kind != resellers.AskSettlement {
		t.Fatal(open, err)
	}
	cashier.expect(cashier.send("/office/approvals/"+number(open[0].ID)+"/cancel", nil), http.StatusSeeOther)
	is("10%", 0, 16000)
	s.sharedByTwo(t, manager, cashier)
	want := []string{"asked", "asked", "refused", "approved", "asked", "approved", "asked", "cancelled", "asked", "approved", "asked", "approved"}
	if got := s.decisions(t); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, "approved a change as the second person", "took back a change that was asked for")
	verifyBooks(t, s.Main)
}

// sharedByTwo: a landlord's share is asked for by one manager and approved by another.
func (s *Stage) sharedByTwo(t *testing.T, manager, cashier *colleague) {
	t.Helper()
	second := s.hire(t, "second@demo.example", nil, "manager")
	form := url.Values{"name": {"Mzee Otis"}, "phone": {"0722 555 009"}, "lang": {"en"}, "share": {"12.5"}, "sites": {number(s.seeded.sites["kasarani"].ID)}}
	made := manager.send("/office/partners/new", form)
	manager.expect(made, http.StatusSeeOther)
	id := idOf(t, strings.TrimPrefix(made.location, "/office/partners/"))
	has := func(percent string) {
		t.Helper()
		if p, err := s.Main.Partners.Get(t.Context(), id); err != nil || p.Percent() != percent {
			t.Errorf("the share is %s, want %s (%v)", p.Percent(), percent, err)
		}
	}
	has("0")
	second.approves(s)
	has("12.5")
	form.Set("share", "40")
	form.Set("state", "active")
	form.Set("why", "the new lease")
	manager.expect(manager.send(made.location+"/edit", form), http.StatusSeeOther)
	open, err := s.Main.Approvals.Open(t.Context(), 10)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	at := "/office/approvals/" + number(open[0].ID) + "/decide"
	manager.expect(manager.send(at, url.Values{"how": {"yes"}}), http.StatusSeeOther) // told on the next page
	has("12.5")
	second.expect(second.ask(http.MethodGet, made.location, nil), http.StatusOK, "12.5% → 40%", "the new lease", "manager@demo.example", at)
	second.approves(s)
	has("40")
}

// TestALoneOwnerDecidesAlone: the only one who may decide is not locked out, proves that it is they, and the trail says so.
func TestALoneOwnerDecidesAlone(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "lone@demo.example", nil, "owner")
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_members SET state = 'disabled' WHERE email = ?", demoOwner); err != nil {
		t.Fatal(err)
	}
	made := owner.send("/office/resellers/new", url.Values{"name": {"Mama Otis"}, "phone": {"0722 555 001"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "parent": {"0"}})
	owner.expect(made, http.StatusSeeOther)
	id := idOf(t, strings.TrimPrefix(made.location, "/office/resellers/"))
	if r, err := s.Main.Resellers.Get(t.Context(), id); err != nil || r.Commission.String() != "10%" {
		t.Errorf("%s, %v", r.Commission, err)
	}
	owner.expect(owner.ask(http.MethodGet, made.location, nil), http.StatusOK, "lone@demo.example, alone: nobody else could")
	s.unproven(t)
	owner.expect(owner.send(made.location+"/do/payin", url.Values{"amount": {"20000"}, "once": {"c1"}}), http.StatusSeeOther)
	open, err := s.Main.Approvals.Open(t.Context(), 10)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	at := "/office/approvals/" + number(open[0].ID) + "/decide"
	if got := owner.ask(http.MethodGet, at, nil); !strings.HasPrefix(got.location, "/office/prove?") {
		t.Errorf("it is decided without a proof: %d", got.status)
	}
	owner.expect(owner.send(at, url.Values{"how": {"yes"}}), http.StatusOK, `name="proof"`)
	s.proven(t)
	owner.expect(owner.ask(http.MethodGet, at, nil), http.StatusOK, "You may decide alone only while nobody else can")
	owner.expect(owner.send(at, url.Values{"how": {"yes"}}), http.StatusSeeOther)
	if r, err := s.Main.Resellers.Get(t.Context(), id); err != nil || r.Balance != money.Shillings(20000) {
		t.Errorf("%s, %v", r.Balance, err)
	}
	if got, want := s.decisions(t), []string{"asked", "approved alone", "asked", "approved alone"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	owner.expect(owner.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, "approved a change alone, for nobody else could")
	verifyBooks(t, s.Main)
}
