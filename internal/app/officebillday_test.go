package app

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// TestABillDayAndAFarewellFromTheConsole: the day of a customer's bills is moved with the next bills shown first, of two who move it one wins; a line that leaves its
// contract early shows what that costs before it ends; and use that came too late is listed until somebody has seen it.
func TestABillDayAndAFarewellFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	ctx := t.Context()
	if err := s.seedLines(ctx); err != nil {
		t.Fatal(err)
	}
	owner := s.hire(t, "owner-days@demo.example", nil, "owner")
	site := strconv.FormatInt(s.seeded.sites["kasarani"].ID, 10)
	until := s.Main.Plan.Now().AddDate(1, 0, 0).In(clock.Nairobi).Format("2006-01-02T15:04")
	owner.expect(owner.send("/office/subscriptions/new", url.Values{"customer": {"0711200001"}, "plan": {"office-50"}, "site": {site}, "router": {"0"}, "kind": {subscriptions.PPPoE}, "name": {"office-line"},
		"secret": {"s3cret"}, "until": {until}, "fee": {"4000"}}), http.StatusSeeOther, "")
	all, err := s.Main.Lines.List(ctx, subscriptions.Which{Login: "office-line"}, 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if _, err := s.Main.Invoices.Run(ctx, clock.DayOf(s.Main.Plan.Now()), s.Main.Due, invoices.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	who, err := s.Main.Customers.Get(ctx, all[0].CustomerID)
	if err != nil {
		t.Fatal(err)
	}
	at := "/office/customers/" + strconv.FormatInt(who.ID, 10) + "/billday"
	day := strconv.Itoa(1 + who.BillDay%28)
	owner.expect(owner.ask("GET", at, nil), http.StatusOK, "Move the bill day of")
	owner.expect(owner.send(at, url.Values{"bill_day": {"32"}}), http.StatusBadRequest, "from 1 to 31")
	owner.expect(owner.send(at, url.Values{"bill_day": {"31"}, "bill_weekday": {"3"}}), http.StatusOK, "The last day of each month; of weekly plans each Wed")
	owner.expect(owner.send(at, url.Values{"bill_day": {strconv.Itoa(who.BillDay)}}), http.StatusBadRequest, "on that day already")
	owner.expect(owner.send(at, url.Values{"bill_day": {day}}), http.StatusOK, "office-line", "1 of ")
	sure := url.Values{"bill_day": {day}, "sure": {"1"}, "seen": {strconv.FormatInt(who.Version, 10)}}
	owner.expect(owner.send(at, sure), http.StatusSeeOther, "")
	owner.expect(owner.send(at, sure), http.StatusSeeOther, "") // pressed again
	sure.Set("bill_day", strconv.Itoa(1+(who.BillDay+5)%28))
	owner.expect(owner.send(at, sure), http.StatusConflict, "Somebody else changed this customer")
	if now, err := s.Main.Customers.Get(ctx, who.ID); err != nil || strconv.Itoa(now.BillDay) != day {
		t.Error(now.BillDay, err)
	}
	here := lineAddress(all[0].ID)
	end := url.Values{"reason": {"moves away"}}
	page := owner.send(here+"/change/end", end)
	owner.expect(page, http.StatusOK, "End office-line?", "Fee for leaving early", "KES 4,000", "On an invoice")
	got, err := s.Main.Lines.Get(ctx, all[0].ID)
	if err != nil || got.State.Status == subscriptions.Ended {
		t.Fatal("looking at it ended the line", err)
	}
	end.Set("sure", "1")
	end.Set("seen", strconv.FormatInt(got.Seq, 10))
	owner.expect(owner.send(here+"/change/end", end), http.StatusSeeOther, "")
	if got, err = s.Main.Lines.Get(ctx, all[0].ID); err != nil || got.State.Status != subscriptions.Ended {
		t.Error(got.State.Status, err)
	}
	if _, err := s.Main.DB.SQL().Exec("INSERT INTO usage_late (id, grant_id, site_id, hour, told_at, online_seconds, bytes_up, bytes_down, verdict, seen_by) VALUES (5, ?, 1, 1, ?, 3600, 0, 1500000000, 'lost', '')",
		got.GrantID, s.Main.Plan.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	owner.expect(owner.ask("GET", "/office/lateuse", nil), http.StatusOK, "office-line", "1.5 GB")
	owner.expect(owner.ask("GET", "/office", nil), http.StatusOK, "Use reported too late to be billed")
	owner.expect(owner.send("/office/lateuse/"+strconv.FormatInt(got.GrantID, 10), nil), http.StatusSeeOther, "")
	owner.expect(owner.ask("GET", "/office/lateuse", nil), http.StatusOK, "Nothing came too late")
}
