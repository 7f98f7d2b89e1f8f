package backoffice

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/routers"
)

// TestLoginsInPartSayWhatStoppedThem: not each failure after the first batch is a slow line.
func TestLoginsInPartSayWhatStoppedThem(t *testing.T) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	at := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	office := &Backoffice{Options: Options{Keys: keys, Clock: at}, stamps: web.Stamps{Keys: keys, Clock: at}}
	for key, want := range map[string]string{"router.timed_out": "did not answer in time", "router.api_login": "user name or password", "router.no_command": "does not know this command", "router.unreachable": "cannot be reached"} {
		app := fiber.New(fiber.Config{Immutable: true})
		var notes []note
		app.Get("/office/left", func(c *fiber.Ctx) error {
			q := &request{Ctx: c, office: office, token: "asha"}
			_ = q.switchedLogins(routers.Router{ID: 7, Name: "Tower"}, "office.router_logins_off.", 50, fault.New(fault.Unavailable, key))
			return nil
		})
		app.Get("/office/read", func(c *fiber.Ctx) error {
			notes = (&request{Ctx: c, office: office, token: "asha"}).told(words.English)
			return nil
		})
		left, err := app.Test(httptest.NewRequest(http.MethodGet, "/office/left", nil))
		if err != nil {
			t.Fatal(err)
		}
		read := httptest.NewRequest(http.MethodGet, "/office/read", nil)
		read.AddCookie(left.Cookies()[0])
		if _, err := app.Test(read); err != nil || len(notes) != 1 || !strings.Contains(notes[0].Text, "50 logins of Tower") || !strings.Contains(notes[0].Text, want) {
			t.Errorf("%s: %+v %v", key, notes, err)
		}
	}
}
