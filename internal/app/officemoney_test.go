package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/radius/access"
)

// TestARefundThroughTheOffice: one member asks, cannot approve, another does; the device goes offline and the cashier says how it
// was paid. Each step is in the trail under its member's name.
func TestARefundThroughTheOffice(t *testing.T) {
	s := openStage(t, 1)
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	device, err := s.Routers["kasarani-1"].Join("02a1b2c3d4aa")
	if err != nil {
		t.Fatal(err)
	}
	asks, approves, pays := s.hire(t, "asha.m@demo.example", nil, "manager"), s.hire(t, "juma.m@demo.example", nil, "manager"), s.hire(t, "pendo@demo.example", nil, "cashier")
	receipt := "/office/receipts/" + s.receiptOf(t, order)
	s.unproven(t)
	if got := asks.ask(http.MethodGet, receipt+"/refund", nil); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/office/prove?") {
		t.Errorf("with an old proof: %d to %q", got.status, got.location)
	}
	s.proven(t)
	if got := asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"11"}, "reason": {"slow"}}); got.status != http.StatusBadRequest || !strings.Contains(got.body, `value="slow"`) {
		t.Errorf("too much: %d", got.status)
	}
	done(t, asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
	open, err := s.Main.Billing.OpenRefunds(context.Background(), "asked", nil)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	decide := "/office/refunds/" + number(open[0].ID) + "/decide"
	if page := asks.ask(http.MethodGet, receipt, nil); strings.Contains(page.body, decide) {
		t.Error("who asked is offered to decide")
	}
	cancel := "/office/refunds/" + number(open[0].ID) + "/cancel"
	if page := asks.ask(http.MethodGet, "/office/refunds", nil); !strings.Contains(page.body, cancel) {
		t.Error("who asked is not offered to take it back")
	}
	if page := approves.ask(http.MethodGet, "/office/refunds", nil); strings.Contains(page.body, cancel) {
		t.Error("another is offered to take it back")
	}
	done(t, approves.press(cancel, "/cancel", nil))
	elsewhere := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	if page := elsewhere.ask(http.MethodGet, "/office/refunds", nil); page.status != http.StatusOK || strings.Contains(page.body, number(open[0].ID)) {
		t.Error("a refund of another site is shown")
	}
	done(t, asks.press(decide, "/decide", url.Values{"how": {"yes"}}))
	if !device.Online() {
		t.Fatal("who asked has approved")
	}
	done(t, approves.press(decide, "/decide", url.Values{"how": {"yes"}}))
	until(t, 15*time.Second, "offline", func() bool { return !device.Online() })
	done(t, pays.press("/office/refunds/"+number(open[0].ID)+"/pay", "/pay", url.Values{"how": {"cash"}, "reference": {""}}))
	events, err := s.Main.Audit.List(context.Background(), audit.Filter{Object: "refund"})
	if err != nil || len(events) != 3 || events[0].Actor != "pendo@demo.example" || events[1].Actor != "juma.m@demo.example" || events[2].Actor != "asha.m@demo.example" {
		t.Errorf("the trail: %+v %v", events, err)
	}
	verifyBooks(t, s.Main)
}

// TestWhoAskedTakesARefundBackInTheOffice: it is in the trail, it waits no more, and it may be asked for again.
func TestWhoAskedTakesARefundBackInTheOffice(t *testing.T) {
	s := openStage(t, 1)
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	asks := s.hire(t, "asha.m@demo.example", nil, "manager")
	receipt := "/office/receipts/" + s.receiptOf(t, order)
	done(t, asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
	open, err := s.Main.Billing.OpenRefunds(context.Background(), "asked", nil)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	done(t, asks.press("/office/refunds/"+number(open[0].ID)+"/cancel", "/cancel", nil))
	events, err := s.Main.Audit.List(context.Background(), audit.Filter{Object: "refund"})
	if err != nil || len(events) != 2 || events[0].Action != "refund cancelled" || events[0].Actor != "asha.m@demo.example" {
		t.Errorf("the trail: %+v %v", events, err)
	}
	if page := asks.ask(http.MethodGet, receipt, nil); !strings.Contains(page.body, receipt+"/refund") || !strings.Contains(page.body, "Taken back") {
		t.Error("it is not offered anew")
	}
	done(t, asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
	verifyBooks(t, s.Main)
}

func TestAGiftWithoutItsTrailIsFound(t *testing.T) {
	s := openStage(t, 1)
	_, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	support := s.hire(t, "support@demo.example", nil, "support")
	where := "/office/grants/" + grant + "/extend"
	for name, typed := range map[string]url.Values{"no reason": {"minutes": {"30"}}, "no time": {"reason": {"x"}}, "not whole": {"minutes": {"1.5"}, "reason": {"x"}},
		"less than nothing": {"minutes": {"-5"}, "reason": {"x"}}, "no such limit": {"megabytes": {"5"}, "reason": {"x"}}} {
		if got := support.press(where, "/extend", typed); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	done(t, support.press(where, "/extend", url.Values{"minutes": {"30"}, "reason": {"the outage"}}))
	verifyBooks(t, s.Main)
	err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) error {
		_, err := s.Main.Access.Extend(tx, idOf(t, grant), access.Source{Kind: access.SourceGift, Key: "42"}, access.Gift{Time: time.Hour})
		return err
	})
	problems, e := s.Main.proofs().Prove(context.Background())
	if err != nil || e != nil || len(problems) != 1 || !strings.Contains(problems[0].What, "gift 42") {
		t.Errorf("%v; %v %v", problems, err, e)
	}
}

func TestThePaymentsList(t *testing.T) {
	s := openStage(t, 1)
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	here, elsewhere := s.hire(t, "cashier@demo.example", nil, "cashier"), s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "cashier")
	today := s.Main.Clock.Now().In(clock.Nairobi).Format(time.DateOnly)
	for path, want := range map[string]bool{"": true, "?state=paid": true, "?state=unknown": false, "?state=attention": false, "?day=" + today: true, "?day=2020-01-01": false} {
		if got := here.ask(http.MethodGet, "/office/payments"+path, nil); got.status != http.StatusOK || strings.Contains(got.body, "/office/orders/"+order) != want {
			t.Errorf("%q: %d", path, got.status)
		}
	}
	for _, path := range []string{"?state=other", "?day=yesterday"} {
		if got := here.ask(http.MethodGet, "/office/payments"+path, nil); got.status != http.StatusNotFound {
			t.Errorf("%q: %d", path, got.status)
		}
	}
	if got := elsewhere.ask(http.MethodGet, "/office/payments", nil); got.status != http.StatusOK || strings.Contains(got.body, order) {
		t.Error("a payment of another site is shown")
	}
}
