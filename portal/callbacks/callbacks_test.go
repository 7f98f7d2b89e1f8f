package callbacks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/portal/web"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const secret = "00112233445566778899aabbccddeeff"

// memory is a spool that may be full.
type memory struct {
	kept [][]byte
	full error

	waiting int64 // bytes
}

func (m *memory) Append(_ context.Context, payload []byte) error {
	if m.full == nil {
		m.kept = append(m.kept, payload)
	}
	return m.full
}

func (m *memory) Stats() spool.Stats { return spool.Stats{Bytes: m.waiting, Most: 1 << 30} }

type verdict func(ctx context.Context) error

func (v verdict) Validate(ctx context.Context, _ string, _ []byte) error { return v(ctx) }

func server(o Options) *fiber.App {
	o.Clock, o.Log = clock.NewManual(now), slog.New(slog.DiscardHandler)
	app := fiber.New(fiber.Config{Immutable: true, BodyLimit: 1 << 20, ErrorHandler: func(c *fiber.Ctx, err error) error { return c.SendStatus(web.Status(err)) }})
	for _, r := range New(o).Routes() {
		app.Add(r.Method, r.Path, r.Handle)
	}
	return app
}

func post(t *testing.T, app *fiber.App, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json;charset=UTF-8")
	res, err := app.Test(r, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got)
}

func TestAMessageIsKeptWholeAndAnswered(t *testing.T) {
	for letter, want := range map[string][2]string{
		"p": {"push", `{"ResultCode":0,"ResultDesc":"Accepted"}`}, "c": {"confirm", `{"ResultCode":0,"ResultDesc":"Success"}`},
		"t": {"status", `{"ResultCode":0,"ResultDesc":"Accepted"}`}, "e": {"timeout", `{"ResultCode":0,"ResultDesc":"Accepted"}`},
	} {
		spool := &memory{}
		body := "not even json \x00\xff"
		status, answer := post(t, server(Options{Spool: spool}), "/IN/"+letter+"/"+secret, body)
		if status != 200 || answer != want[1] || len(spool.kept) != 1 {
			t.Errorf("%s: %d %q, %d kept", letter, status, answer, len(spool.kept))
			continue
		}
		got, err := Decode(spool.kept[0])
		expected := billing.Incoming{Kind: want[0], Secret: secret, From: "0.0.0.0", Body: []byte(body), At: now}
		if diff := cmp.Diff(expected, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", letter, err, diff)
		}
	}
}

func TestWhatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	status, answer := post(t, server(Options{Spool: &memory{full: fault.New(fault.Unavailable, "spool.full")}}), "/in/p/"+secret, "{}")
	if status != 503 || strings.Contains(answer, "ResultCode") {
		t.Errorf("answered %d %q", status, answer)
	}
}

func TestWhoMayNotCallLearnsNothing(t *testing.T) {
	spool := &memory{}
	app := server(Options{Spool: spool})
	for path, want := range map[string]int{
		"/in/p/short": 404, "/in/p/" + secret + "00": 404, "/in/p/" + strings.Replace(secret, "0", "g", 1): 404,
		"/in/x/" + secret: 404, "/in/p/": 404,
	} {
		if status, _ := post(t, app, path, "{}"); status != want {
			t.Errorf("%s answered %d", path, status)
		}
	}
	if status, _ := post(t, app, "/in/p/"+secret, strings.Repeat("x", maxBody+1)); status != 400 {
		t.Errorf("a large body answered %d", status)
	}
	elsewhere := server(Options{Spool: spool, Allow: []netip.Prefix{netip.MustParsePrefix("196.201.214.0/24")}})
	if status, _ := post(t, elsewhere, "/in/p/"+secret, "{}"); status != 404 {
		t.Errorf("a stranger is answered %d", status)
	}
	if len(spool.kept) != 0 {
		t.Errorf("%d messages kept", len(spool.kept))
	}
	here := server(Options{Spool: spool, Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}})
	if status, _ := post(t, here, "/in/p/"+secret, "{}"); status != 200 {
		t.Errorf("who may call is answered %d", status)
	}
}

func TestValidation(t *testing.T) {
	for name, c := range map[string]struct {
		says verdict
		want string
	}{
		"welcome":         {func(context.Context) error { return nil }, `{"ResultCode":"0","ResultDesc":"Accepted"}`},
		"account unknown": {func(context.Context) error { return fault.New(fault.Invalid, "c2b.account") }, `{"ResultCode":"C2B00012","ResultDesc":"Rejected"}`},
		"amount":          {func(context.Context) error { return fault.New(fault.Invalid, "c2b.amount") }, `{"ResultCode":"C2B00013","ResultDesc":"Rejected"}`},
		"short code":      {func(context.Context) error { return fault.New(fault.Invalid, "c2b.shortcode") }, `{"ResultCode":"C2B00015","ResultDesc":"Rejected"}`},
		"database down":   {func(context.Context) error { return errors.New("down") }, `{"ResultCode":"0","ResultDesc":"Accepted"}`},
		"panic":           {func(context.Context) error { panic("oh") }, `{"ResultCode":"0","ResultDesc":"Accepted"}`},
		"too slow": {func(ctx context.Context) error {
			time.Sleep(4 * time.Second)
			return fault.New(fault.Invalid, "c2b.account")
		}, `{"ResultCode":"0","ResultDesc":"Accepted"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spool := &memory{}
			status, answer := post(t, server(Options{Spool: spool, Validator: c.says}), "/in/v/"+secret, "{}")
			if status != 200 || answer != c.want || len(spool.kept) != 0 {
				t.Errorf("answered %d %q, want %q", status, answer, c.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(billing.Incoming{Kind: "push", Secret: secret, Body: []byte("{}"), At: now}))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := Decode(payload)
		if err != nil {
			return
		}
		again, err := Decode(Encode(m))
		if err != nil || !cmp.Equal(m, again) {
			t.Errorf("%+v became %+v, %v", m, again, err)
		}
	})
}
