package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestCodeLogsIn(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, ""))
		code := h.code(given.GrantID)
		bare := strings.ReplaceAll(code, "-", "")
		h.wantCause("wrong password", h.byName(code, "guess", phone), CauseWrongSecret)
		h.wantCause("nobody's code", h.byName(string(LogInCodes.New()), "", phone), CauseUnknown)
		h.wantCause("no code", h.byName("hello", "", phone), CauseUnknown)
		h.wantCause("a page as name", h.byName(strings.Repeat("x", 5000), "", phone), CauseUnknown)
		h.wantCause("no MAC", h.byName(code, "", ""), CauseDevicesFull)
		if _, slots, _ := h.view(given.GrantID); slots[0].MAC != "" {
			t.Fatalf("a refused log-in took a slot: %+v", slots)
		}
		h.wantCause("no password", h.byName(strings.ToLower(code), "", phone), CauseOK)
		h.wantCause("itself", h.byName(code, code, phone), CauseOK)
		h.wantCause("itself, typed plainly", h.byName(code, bare, phone), CauseOK)
		sloppy := strings.ToLower(bare[:4]) + " " + bare[4:]
		got := h.byName(sloppy, sloppy, phone)
		h.wantCause("itself, typed sloppily", got, CauseOK)
		if got.Secret != sloppy || got.LoginID == 0 || got.Grant.ID != given.GrantID {
			t.Errorf("%+v", got)
		}
		h.wantCause("another device", h.byName(code, "", laptop), CauseDevicesFull)
		h.wantCause("the MAC is known now", h.byMAC(phone), CauseOK)
		h.wantCause("nobody's MAC", h.byMAC(laptop), CauseUnknown)
		h.wantCause("no MAC at all", h.byMAC(""), CauseUnknown)
	})
}

func TestNamesSurviveKeyRotation(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, ""))
		code := h.code(given.GrantID)
		h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, " Jane@Home ", "s3cret") })
		if err := h.keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		got := h.byName("jane@home", "s3cret", phone)
		h.wantCause("by name", got, CauseOK)
		if got.Secret != "s3cret" {
			t.Errorf("secret %q", got.Secret)
		}
		h.wantCause("by code", h.byName(code, "", phone), CauseOK)
		h.wantCause("wrong", h.byName("jane@home", "S3cret", phone), CauseWrongSecret)
		h.wantCause("empty", h.byName("jane@home", "", phone), CauseWrongSecret)
		if h.code(given.GrantID) != code {
			t.Error("the code is another after the rotation")
		}
	})
}

func TestNameLoginIsChecked(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, ""))
		add := func(name, secret string) string {
			return fault.KeyOf(h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, name, secret) }))
		}
		h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, "jane", "x") })
		for _, tt := range [][3]string{{"JANE", "y", "login.taken"}, {" ", "y", "login.invalid"}, {"joe", "", "login.invalid"}, {strings.Repeat("a", 254), "y", "login.invalid"}} {
			if got := add(tt[0], tt[1]); got != tt[2] {
				t.Errorf("%q: %s, want %s", tt[0], got, tt[2])
			}
		}
	})
}

func TestOnceLoginWorksOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		two := hour
		two.Devices = 2
		given := h.give(h.offer("1", "hour", two, ""))
		once := func(ttl time.Duration) (name, secret string) {
			h.tx(func(tx *db.Tx) (err error) {
				name, secret, err = h.OnceLogin(tx, given.GrantID, ttl)
				return err
			})
			return name, secret
		}
		name, secret := once(time.Minute)
		h.wantCause("wrong secret", h.byName(name, "guess", phone), CauseWrongSecret)
		h.wantCause("first", h.byName(name, secret, phone), CauseOK)
		h.protocol.Advance(29 * time.Second)
		h.wantCause("sent again by the same device", h.byName(name, secret, phone), CauseOK)
		h.wantCause("stolen", h.byName(name, secret, laptop), CauseUnknown)
		if _, slots, _ := h.view(given.GrantID); slots[1].MAC != "" {
			t.Errorf("the thief has a slot: %+v", slots)
		}
		h.protocol.Advance(time.Second)
		h.wantCause("too late", h.byName(name, secret, phone), CauseUnknown)
		name, secret = once(time.Minute)
		h.plan.Advance(50 * time.Minute) // a demo's plan clock does not shorten a protocol's
		h.protocol.Advance(59 * time.Second)
		h.wantCause("in time", h.byName(name, secret, laptop), CauseOK)
		name, secret = once(time.Minute)
		h.protocol.Advance(time.Minute)
		h.wantCause("expired", h.byName(name, secret, phone), CauseUnknown)
		h.protocol.Advance(2 * onceKept)
		h.sweep()
		var left int
		if err := h.db.SQL().QueryRow("SELECT COUNT(*) FROM logins").Scan(&left); err != nil || left != 1 {
			t.Errorf("%d logins are left, %v, want the code", left, err)
		}
	})
}

func TestRefusedClaimLeavesTheOnceLogin(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		var name, secret string
		h.tx(func(tx *db.Tx) (err error) {
			name, secret, err = h.OnceLogin(tx, given.GrantID, time.Minute)
			return err
		})
		h.wantCause("full", h.byName(name, secret, laptop), CauseDevicesFull)
		h.wantCause("its own device", h.byName(name, secret, phone), CauseOK)
	})
}

// TestADeviceLoginServesNobodyElse: whoever claims a neighbour's MAC to the portal gets a log-in that their own device
// cannot use, though the plan has room for another.
func TestADeviceLoginServesNobodyElse(t *testing.T) {
	eachHouse(t, func(h *house) {
		two := hour
		two.Devices = 2
		given := h.give(h.offer("1", "hour", two, phone))
		var name, secret string
		h.tx(func(tx *db.Tx) (err error) {
			name, secret, err = h.DeviceLogin(tx, given.GrantID, phone, time.Minute)
			return err
		})
		h.wantCause("another device", h.byName(name, secret, laptop), CauseUnknown)
		h.wantCause("without a device", h.byName(name, secret, ""), CauseUnknown)
		h.wantCause("its device", h.byName(strings.ToUpper(name), secret, phone), CauseOK)
		if _, slots, _ := h.view(given.GrantID); slots[1].MAC != "" {
			t.Errorf("the thief has a slot: %+v", slots)
		}
	})
}

func TestSites(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.offer("1", "hour", hour, phone)
		o.SiteID = h.there
		there := h.give(o)
		h.wantCause("another site's code", h.byName(h.code(there.GrantID), "", phone), CauseOtherSite)
		h.wantCause("another site's device", h.byMAC(phone), CauseOtherSite)
		o = h.offer("2", "roam", hour, phone)
		o.SiteID = 0
		h.give(o)
		h.wantCause("every site", h.byMAC(phone), CauseOK)
	})
}

func TestHoursRefuseInLocalTime(t *testing.T) {
	eachHouse(t, func(h *house) {
		night := Limits{Hours: Hours{{Days: everyDay, From: 22 * 60, To: 6 * 60}}}
		h.give(h.offer("1", "night", night, phone))
		h.wantCause("15:00 in Nairobi", h.byMAC(phone), CauseHours)
		h.plan.Set(time.Date(2026, 11, 3, 19, 0, 0, 0, time.UTC))
		got := h.byMAC(phone)
		h.wantCause("22:00 in Nairobi", got, CauseOK)
		if got.Left.Time != 8*time.Hour || !got.Left.Timed {
			t.Errorf("%+v", got.Left)
		}
	})
}

func TestNoDatabaseRefuses(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			h := newHouse(t, testdb.Open(t, dialect))
			given := h.give(h.offer("1", "hour", hour, phone))
			code := h.code(given.GrantID)
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			attempt := Attempt{Name: code, SiteID: h.here, MAC: phone, Verify: func(string) bool { return true }}
			if got := h.Admit(ctx, attempt); got.Cause != CauseUnavailable || got.Err == nil {
				t.Errorf("cut off: %+v", got)
			}
			_ = h.db.Close()
			h.wantCause("by MAC", h.byMAC(phone), CauseUnavailable)
			h.wantCause("by code", h.byName(code, "", phone), CauseUnavailable)
		})
	}
}
