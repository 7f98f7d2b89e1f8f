package backoffice

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
)

// What is kept opens for the member who typed it, at the address that it goes to, for a quarter of an hour; with all values of a
// field and with its files. Nothing of it can be read on the page.
func TestWhatIsKeptIsSealed(t *testing.T) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	at := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	var member int64
	var handle func(q *request)
	app := fiber.New(fiber.Config{Immutable: true})
	app.Post("/office/*", func(c *fiber.Ctx) error {
		handle(&request{Ctx: c, office: &Backoffice{Options: Options{Keys: keys, Clock: at}}, in: staff.SignedIn{Member: staff.Member{ID: member}}})
		return nil
	})
	send := func(path, kind string, body io.Reader, then func(q *request)) {
		t.Helper()
		handle = then
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header.Set("Content-Type", kind)
		if _, err := app.Test(r); err != nil {
			t.Fatal(err)
		}
	}
	const plain = "application/x-www-form-urlencoded"
	certificate := strings.Repeat("\x00certificate", 1000)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("k", "stamp")
	_ = form.WriteField("proof", "my password")
	_ = form.WriteField("passkey", "very secret")
	_ = form.WriteField("role", "cashier")
	_ = form.WriteField("role", "support")
	file, _ := form.CreateFormFile("certificate", "a.pem")
	_, _ = io.WriteString(file, certificate)
	_ = form.Close()
	var kept string
	member = 7
	send("/office/tills/1/edit", form.FormDataContentType(), &body, func(q *request) {
		hidden, err := q.keepTyped()
		if err != nil || len(hidden) != 1 || hidden[0].Name != keptField || strings.Contains(hidden[0].Value, "secret") {
			t.Fatalf("%v %v", hidden, err)
		}
		kept = hidden[0].Value
	})
	again := url.Values{keptField: {kept}, "proof": {"123456"}}.Encode()
	send("/office/tills/1/edit", plain, strings.NewReader(again), func(q *request) {
		if err := q.takeUp(); err != nil {
			t.Fatal(err)
		}
		file, err := q.file("certificate")
		if q.FormValue("passkey") != "very secret" || strings.Join(q.values("role"), " ") != "cashier support" || q.FormValue("proof") != "123456" || file != certificate || err != nil {
			t.Errorf("%q %v %d octets: %v", q.FormValue("passkey"), q.values("role"), len(file), err)
		}
		hidden, err := q.keepTyped() // a wrong proof: it is kept once more, and nothing twice
		if err != nil || len(hidden) != 1 || len(hidden[0].Value) > len(kept)+100 {
			t.Errorf("kept again: %d octets, before %d: %v", len(hidden[0].Value), len(kept), err)
		}
	})
	var large bytes.Buffer
	form = multipart.NewWriter(&large)
	for _, name := range []string{"logo", "photo"} {
		file, _ := form.CreateFormFile(name, "a.png")
		_, _ = file.Write(seal.Random(mostFile))
	}
	_ = form.Close()
	send("/office/brands/1/edit", form.FormDataContentType(), &large, func(q *request) {
		const takes = 1 << 20 // what the portal takes of a form with files
		if hidden, err := q.keepTyped(); err != nil || len(hidden[0].Value) > takes-64<<10 {
			t.Errorf("two of the largest files cannot be sent again: %d octets, %v", len(hidden[0].Value), err)
		}
	})
	for name, c := range map[string]struct {
		path, value string
		member      int64
		after       time.Duration
	}{
		"another member":  {"/office/tills/1/edit", kept, 8, 0},
		"another address": {"/office/tills/2/edit", kept, 7, 0},
		"too late":        {"/office/tills/1/edit", kept, 7, keptLife + time.Second},
		"damaged":         {"/office/tills/1/edit", kept[:len(kept)-8] + "AAAAAAAA", 7, 0},
		"no seal":         {"/office/tills/1/edit", "passkey=mine", 7, 0},
	} {
		member = c.member
		at.Advance(c.after)
		send(c.path, plain, strings.NewReader(url.Values{keptField: {c.value}}.Encode()), func(q *request) {
			if err := q.takeUp(); fault.KeyOf(err) != "form.expired" || q.FormValue("passkey") != "" {
				t.Errorf("%s: %v, %q", name, err, q.FormValue("passkey"))
			}
		})
		at.Advance(-c.after)
	}
}
