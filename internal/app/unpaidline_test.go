package app

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"mtandao/billing/subscriptions"
)

// TestALineThatNobodyPaidSaysSo: neither the subscriber nor staff are told that a line is on which waits for its first money, or for the next; staff are led to
// take it. The visit to install it is about that line, unless somebody says otherwise.
func TestALineThatNobodyPaidSaysSo(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	site, staff := s.seeded.sites["kasarani"].ID, s.hire(t, "looks@demo.example", nil, "owner")
	for phone, is := range map[string]struct {
		paidTo     time.Time
		mine, ours string
	}{
		"0712345011": {time.Time{}, "Off until it is paid", "Not paid yet"},
		"0712345012": {s.Main.Clock.Now().Add(-72 * time.Hour), "Off until it is paid again", "Ran out"},
	} {
		c, me := s.subscriber(t, "Grace Achieng", phone)
		line, err := s.Main.Lines.Start(t.Context(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: site},
			Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "grace" + phone}, Secret: "s3cret", PaidTo: is.paidTo}, subscriptions.By{Actor: "test"})
		if err != nil {
			t.Fatal(err)
		}
		me.opens("/my", is.mine)
		at := "/office/subscriptions/" + number(line.ID)
		staff.expect(staff.ask(http.MethodGet, at, nil), http.StatusOK, is.ours, "/office/customers/"+number(c.ID)+"/pay")
		page := staff.ask(http.MethodGet, "/office/visits/new?customer="+number(c.ID), nil).body
		if !regexp.MustCompile(`value="` + number(line.ID) + `" selected`).MatchString(page) {
			t.Error("the visit is about no line")
		}
	}
}
