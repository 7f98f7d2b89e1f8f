package portal

import (
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"mtandao/internal/clock"
	"mtandao/portal/backoffice"
)

func TestOnlyStaffsFormsWithFilesHaveMoreRoom(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC))
	all := rooms{clock: c}
	room := func(address, kind, cookie string) int {
		var h fasthttp.RequestHeader
		h.SetRequestURI(address)
		h.SetContentType(kind)
		if cookie != "" {
			h.SetCookie(cookie, "x")
		}
		return all.give(&h).MaxRequestBodySize
	}
	for _, c := range []struct {
		address, kind string
		most          int
	}{
		{"/office/brands/1/edit", "multipart/form-data; boundary=x", maxUpload}, {"/office/plans/1/edit", "application/x-www-form-urlencoded", 0},
		{"/h/kasarani/buy", "multipart/form-data; boundary=x", 0}, {"/in/p/0", "application/json", 0}, {"/officer/x", "multipart/form-data", 0},
	} {
		if got := room(c.address, c.kind, ""); got != c.most {
			t.Errorf("%s %s: %d", c.address, c.kind, got)
		}
	}
	const form = "multipart/form-data; boundary=x"
	if got := room(importsAt, form, ""); got != maxUpload {
		t.Errorf("who is not signed in has %d", got)
	}
	for _, large := range []struct {
		at         string
		most, many int
	}{{importsAt, mostImport, importsAll}, {backoffice.FileAdded, mostFile, filesAll}} {
		for n := range 2 * large.many {
			want := large.most
			if n >= large.many {
				want = maxUpload
			}
			if got := room(large.at, form, "office"); got != want {
				t.Errorf("large file %d to %s has %d, not %d", n, large.at, got, want)
			}
		}
	}
	c.Advance(importsIn)
	if got := room(importsAt, form, "office"); got != mostImport {
		t.Errorf("a minute later it has %d", got)
	}
}
