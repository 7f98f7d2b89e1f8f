package backoffice

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// A note is shown to the sign-in that it was left for. One that somebody else has put into the browser is not, with its button that
// would do as they like.
func TestANoteIsOurs(t *testing.T) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	at := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	office := &Backoffice{Options: Options{Keys: keys, Clock: at}, stamps: web.Stamps{Keys: keys, Clock: at}}
	var notes []note
	app := fiber.New(fiber.Config{Immutable: true})
	app.Get("/office/left", func(c *fiber.Ctx) error {
		(&request{Ctx: c, office: office, token: "asha"}).tell("good", "office.saved", "/office/refunds/1/decide", "Name", "a; b=c.d")
		return nil
	})
	app.Get("/office/read/:token", func(c *fiber.Ctx) error {
		notes = (&request{Ctx: c, office: office, token: c.Params("token")}).told(words.English)
		return nil
	})
	ask := func(path, cookie string) *http.Response {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: toldCookie, Value: cookie})
		}
		got, err := app.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	left := ask("/office/left", "").Cookies()[0].Value
	forged := url.Values{"t": {"good"}, "k": {"office.saved"}, "u": {"/office/refunds/1/decide"}}.Encode()
	for name, c := range map[string]struct {
		token, cookie string
		shown         int
	}{
		"ours":               {"asha", left, 1},
		"of another":         {"juma", left, 0},
		"without a stamp":    {"asha", forged, 0},
		"with a made-up one": {"asha", left[:64] + "." + forged, 0},
		"nothing":            {"asha", "", 0},
	} {
		ask("/office/read/"+c.token, c.cookie)
		if len(notes) != c.shown || c.shown == 1 && notes[0].Undo != "/office/refunds/1/decide" {
			t.Errorf("%s: %+v", name, notes)
		}
		notes = nil
	}
}
