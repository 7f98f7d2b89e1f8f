package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/radius"
)

// TestTheSearchBoxFindsEachKind: what is named whole is opened at once, what may be several is listed, and at other sites nothing of it is told.
func TestTheSearchBoxFindsEachKind(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { searchedFor(t, stageOn(t, dialect, 1)) })
	}
}

func (c *colleague) searches(typed string) officeAnswer {
	return c.ask(http.MethodGet, "/office/search?"+url.Values{"q": {typed}}.Encode(), nil)
}

func searchedFor(t *testing.T, s *Stage) {
	s.customer(t)
	invoice, _ := s.invoiced(t)
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	elsewhere := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "support")
	for typed, want := range map[string]string{"INV-2026-000001": "/office/invoices/" + strconv.FormatInt(invoice, 10), "inv 1": "/office/invoices/", "\u200bInv-2026-000001\ufeff": "/office/invoices/",
		"kasarani-1": "/office/routers/", "bArAkA acad": "/office/customers/"} {
		if got := owner.searches(typed); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, want) {
			t.Errorf("%q leads to %d %q, want %q", typed, got.status, got.location, want)
		}
		if got := elsewhere.searches(typed); got.status != http.StatusOK || !strings.Contains(got.body, "Nothing found") {
			t.Errorf("at another site %q leads to %d %q", typed, got.status, got.location)
		}
	}
	for _, typed := range []string{"%", "_", "' OR '1'='1", `"`, `\`, "😀😀", "\u202e\u200b", strings.Repeat("a", 10_000), strings.Repeat("\xf0", 3_000), "a\x00b", "10.0.0.1 at 99:99", "[::1%25eth0]:5", "'; DROP TABLE customers; --"} {
		if got := owner.searches(typed); got.status != http.StatusOK && got.status != http.StatusSeeOther {
			t.Errorf("%.20q answers %d", typed, got.status)
		}
	}
	s.addressLookedUp(t, owner, elsewhere)
}

// addressLookedUp: who has an address now and who had it is told, at one's own sites, and each look is in the trail.
func (s *Stage) addressLookedUp(t *testing.T, owner, elsewhere *colleague) {
	open, err := s.Main.Radius.OpenSessions(t.Context(), radius.Which{Limit: 1})
	if err != nil || len(open) != 1 || open[0].IP == "" {
		t.Fatal(open, err)
	}
	ip := open[0].IP
	owner.expect(owner.searches(ip), http.StatusOK, "Who has "+ip+" now", "02:A1:B2:C3:D4:AA", "kasarani-1", "audit trail")
	owner.expect(owner.searches(ip+":4431"), http.StatusOK, "02:A1:B2:C3:D4:AA", "No log of address translation")
	at := open[0].StartedAt.Add(time.Second).In(clock.Nairobi)
	until(t, 5*time.Second, "that second is over", func() bool { return s.Main.Clock.Now().After(at) })
	owner.expect(owner.searches(ip+" at "+at.Format("2006-01-02 15:04:05")), http.StatusOK, "Who had "+ip, "02:A1:B2:C3:D4:AA")
	owner.expect(owner.searches(ip+" at "+at.Add(-time.Hour).Format("2006-01-02 15:04")), http.StatusOK, "Nobody had it")
	owner.expect(owner.searches(ip+" at 2099-01-01 10:00"), http.StatusOK, "At what time?")
	elsewhere.expect(elsewhere.searches(ip), http.StatusOK, "Nobody had it")
	if looked, err := s.Main.Audit.List(t.Context(), auditOf("address")); err != nil || len(looked) != 5 || looked[0].ObjectID != ip || !strings.Contains(looked[len(looked)-1].After, strconv.FormatInt(open[0].ID, 10)) {
		t.Errorf("the trail of looks: %+v %v", looked, err)
	}
}
