package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/radius"
)

// TestWhoIsRefusedIsFound in the console: by the device, by the name, on the page of the router and in the story of the grant; a wrong
// secret is said on top of the router's page, and an old one until when it works.
func TestWhoIsRefusedIsFound(t *testing.T) {
	g := openGate(t, db.SQLite)
	wrong := radclient(t, false, g.auth, "auth", gateSecret, signed, calling, `User-Name = "asha"`, `User-Password = "si hii"`)
	wantOutput(t, wrong, "Received Access-Reject")
	radclient(t, true, g.acct, "acct", "another secret", `Acct-Session-Id = "wrong"`, "Acct-Status-Type = Start", calling)
	owner := g.hire(t, "boss@demo.example", nil, "owner")
	grant, router := "/office/grants/"+idText(g.grant), "/office/routers/"+idText(g.router.ID)
	until(t, 15*time.Second, "the refusals are written down", func() bool {
		return strings.Contains(owner.ask(http.MethodGet, router, nil).body, "The secret of gate is wrong: ")
	})
	owner.expect(owner.ask(http.MethodGet, router, nil), http.StatusOK, "The password is wrong.", "Refused today")
	owner.expect(owner.ask(http.MethodGet, grant, nil), http.StatusOK, "Log-ins refused", "The password is wrong.")
	for _, who := range []string{"asha", "02aabbccdd01"} {
		owner.expect(owner.ask(http.MethodGet, "/office/refusals?who="+who, nil), http.StatusOK, "The password is wrong.", "02:AA:BB:CC:DD:01")
	}
	owner.expect(owner.ask(http.MethodGet, "/office/search?q="+url.QueryEscape("0A:0B:0C:0D:0E:0F"), nil), http.StatusOK, "Nothing")
	g.secretOverlaps(t, owner, router)
}

// secretOverlaps changes the router's secret: the old one works, and its page says until when; afterwards it does not.
func (g *gate) secretOverlaps(t *testing.T, owner *colleague, page string) {
	t.Helper()
	err := g.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return g.Main.Routers.RotateSecret(tx, g.router.ID, "a brand new secret", 2*time.Second)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{gateSecret, "a brand new secret"} {
		wantOutput(t, radclient(t, false, g.acct, "acct", secret, `Acct-Session-Id = "1"`, "Acct-Status-Type = Start", calling), "Received Accounting-Response")
	}
	owner.expect(owner.ask(http.MethodGet, page, nil), http.StatusOK, "The old one still works until ")
	until(t, 5*time.Second, "the old secret is over", func() bool {
		r, _ := g.Main.Routers.Get(g.router.ID)
		return g.Main.Plan.Now().After(r.OldSecretUntil)
	})
	if out := radclient(t, true, g.acct, "acct", gateSecret, `Acct-Session-Id = "2"`, "Acct-Status-Type = Start", calling); strings.Contains(out, "Received") {
		t.Errorf("the old secret is taken after its time:\n%s", out)
	}
	if strings.Contains(owner.ask(http.MethodGet, page, nil).body, "The old one still works") {
		t.Error("the page says that the old secret still works")
	}
	until(t, 15*time.Second, "it is said what the router uses", func() bool {
		return strings.Contains(owner.ask(http.MethodGet, page, nil).body, "It still uses the one before the last change.")
	})
}

// keptOff leaves refusals of several kinds at each router: of a grant, of strangers, and of packets signed with a wrong secret.
func (s *Stage) keptOff(t *testing.T, grantID int64) {
	t.Helper()
	now := s.Main.Plan.Now()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		for _, r := range s.Main.Routers.All() {
			for i, w := range []radius.Refusal{
				{Cause: "devices_full", MAC: "02a1b2c3d4aa", GrantID: grantID, About: radius.AboutCustomers, Name: "02:A1:B2:C3:D4:AA", Times: 3},
				{Cause: "unknown", MAC: "02a1b2c3d4ff", Name: "AB…9K", NameHash: "1", Times: 1},
				{Cause: "too_many_tries", MAC: "02a1b2c3d4ff", Times: 41},
				{Cause: radius.CauseOthersSecret, About: radius.AboutRouters, Name: "roof", NameHash: "2", Times: 1204},
				{Cause: "unknown", Times: 8120},
			} {
				if w.About == "" {
					w.About = radius.AboutStrangers
				}
				w.ID, w.RouterID, w.SiteID, w.Day = tx.ID(), r.ID, r.SiteID, now.Format(time.DateOnly)
				w.FirstAt, w.LastAt = now.Add(-time.Hour), now.Add(-time.Duration(i)*time.Minute)
				if err := tx.Gorm().Create(&w).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
