package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

// TestALoneOwnerPaysBack: whoever is the only one left that may approve asks for a refund and a payback, is told that they are alone, and decides each;
// a second one ends it, for what was asked for before too.
func TestALoneOwnerPaysBack(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
			owner := s.hire(t, "only@demo.example", nil, "owner")
			s.disableOthers(t, "only@demo.example")

			receipt := "/office/receipts/" + s.receiptOf(t, order)
			owner.told(owner.send(receipt+"/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}), "office.refund.told_asked_alone")
			open, err := s.Main.Billing.OpenRefunds(t.Context(), billing.RefundAsked, nil)
			if err != nil || len(open) != 1 {
				t.Fatal(open, err)
			}
			refund := "/office/refunds/" + number(open[0].ID) + "/decide"
			owner.expect(owner.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, refund)
			owner.expect(owner.ask(http.MethodGet, refund, nil), http.StatusOK, "You may decide alone only while nobody else can")

			second := s.hire(t, "late@demo.example", nil, "manager")
			stamp := second.stamp()
			if strings.Contains(owner.ask(http.MethodGet, "/office/refunds", nil).body, refund) {
				t.Error("who asked is offered to decide, though another may")
			}
			owner.told(owner.send(refund, url.Values{"how": {"yes"}}), "approval.same_person")
			owner.expect(owner.ask(http.MethodGet, receipt, nil), http.StatusOK, "Waits for approval")
			s.disableOthers(t, "only@demo.example")
			if got := second.ask(http.MethodPost, refund, url.Values{"how": {"yes"}, "k": {stamp}}); got.told != "" || got.status == http.StatusOK {
				t.Errorf("who was disabled: %d to %s, told %s", got.status, got.location, got.told)
			}
			if f, err := s.Main.Billing.RefundByID(t.Context(), open[0].ID); err != nil || f.State != billing.RefundAsked {
				t.Errorf("who was disabled decided: %+v %v", f, err)
			}
			owner.expect(owner.send(refund, url.Values{"how": {"yes"}}), http.StatusSeeOther)
			owner.expect(owner.ask(http.MethodGet, receipt, nil), http.StatusOK, "by one person: nobody else could", "Owed")
			s.alonePayback(t, owner)
			events, err := s.Main.Audit.List(t.Context(), audit.Filter{Actor: "only@demo.example"})
			did := map[string]int{}
			for _, e := range events {
				did[e.Action]++
			}
			if err != nil || did["refund approved alone"] != 1 || did["payback approved alone"] != 1 {
				t.Error(did, err)
			}
			verifyBooks(t, s.Main)
		})
	}
}

// alonePayback asks for credit to be paid back, and approves it.
func (s *Stage) alonePayback(t *testing.T, owner *colleague) {
	t.Helper()
	who := s.customer(t)
	taking := counter.Taking{Taking: accounts.Taking{Request: "credit", CustomerID: who.ID, How: accounts.ByCash, Amount: money.Shillings(100)}}
	if _, err := s.Main.Counter.Take(t.Context(), taking, counter.By{Member: 1, Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	at := "/office/customers/" + number(who.ID)
	owner.told(owner.send(at+"/payback", url.Values{"amount": {"60"}, "reason": {"moves away"}}), "office.refund.told_asked_alone")
	all, err := s.Main.Counter.PaybacksOf(t.Context(), who.ID, 1)
	if err != nil || len(all) != 1 || all[0].State != counter.Asked {
		t.Fatal(all, err)
	}
	decide := "/office/paybacks/" + number(all[0].ID) + "/decide"
	owner.expect(owner.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, decide)
	owner.expect(owner.send(decide, url.Values{"how": {"yes"}}), http.StatusSeeOther)
	owner.expect(owner.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, "by one person: nobody else could", "KES 40")
}

// told: the next page says this.
func (c *colleague) told(got officeAnswer, key string) {
	c.t.Helper()
	if got.status != http.StatusSeeOther || !strings.Contains(got.told, key) {
		c.t.Errorf("%d, told %q and not %s: %s", got.status, got.told, key, mainOf(got.body))
	}
}

// disableOthers leaves one member at work.
func (s *Stage) disableOthers(t *testing.T, email string) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_members SET state = ? WHERE email <> ?", staff.Disabled, email); err != nil {
		t.Fatal(err)
	}
}
