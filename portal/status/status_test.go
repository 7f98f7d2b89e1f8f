package status

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/status"
	"mtandao/internal/words"
)

var noon = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// network is one with an open site and a closed one, of which a notice tells.
type network struct {
	*testing.T
	app   *fiber.App
	clock *clock.Manual
}

func (n *network) Board(context.Context) (status.Board, error) {
	return status.Board{At: noon, Payments: true, Sites: []status.Stand{{Site: site.Site{ID: 5, Slug: "kasarani", Name: "Kasarani"}}},
		Notices: []status.Notice{{Kind: status.Planned, Sites: []int64{7}, From: noon, Texts: map[words.Lang]string{words.English: "We have moved", words.Swahili: "Tumehama"}},
			{Kind: status.Planned, Sites: []int64{5, 7}, From: noon, Texts: map[words.Lang]string{words.English: "Two at once", words.Swahili: "Mbili"}}}}, nil
}

func (n *network) Get(id int64) (site.Site, site.Brand, error) {
	if id == 5 {
		return site.Site{ID: 5, Name: "Kasarani"}, site.House, nil
	}
	return site.Site{ID: id, Name: "Ngong <Old>", State: site.Closed}, site.House, nil
}

func open(t *testing.T) *network {
	n := &network{T: t, app: fiber.New(), clock: clock.NewManual(noon)}
	say := func() string { return "0700 000 000" }
	f, err := New(Options{Boards: n, Sites: n, Provider: say, Phone: say, Clock: n.clock})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.Routes() {
		n.app.Get(r.Path, func(c *fiber.Ctx) error {
			err := r.Handle(c)
			if fault.Is(err, fault.TooMany) {
				return fiber.ErrTooManyRequests
			}
			return err
		})
	}
	return n
}

func (n *network) looks(path string) (int, string) {
	n.Helper()
	got, err := n.app.Test(httptest.NewRequest(http.MethodGet, path, nil), -1)
	if err != nil {
		n.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		n.Fatal(err)
	}
	return got.StatusCode, string(body)
}

// TestANoticeOfAClosedSiteNamesIt: the board has open sites only, and a notice may be that one was closed.
func TestANoticeOfAClosedSiteNamesIt(t *testing.T) {
	n := open(t)
	status, page := n.looks("/status?l=en")
	for _, want := range []string{"<h2>Planned work · Ngong &lt;Old&gt;</h2><p>We have moved", "<h2>Planned work · Kasarani, Ngong &lt;Old&gt;</h2><p>Two at once"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: no %q\n%s", status, want, page)
		}
	}
	if strings.Contains(page, `href="/status/ngong`) {
		t.Error("a closed site is listed")
	}
	if _, page := n.looks("/status/kasarani?l=en"); !strings.Contains(page, "<h2>Planned work · Kasarani</h2><p>Two at once") {
		t.Error(page)
	}
}

// TestASiteBehindOneAddress: its viewers look at once, and their pages come again every minute; a program that asks without end is slowed down.
func TestASiteBehindOneAddress(t *testing.T) {
	n := open(t)
	for minute := range 4 {
		for viewer := range 500 {
			if status, _ := n.looks("/status"); status != http.StatusOK {
				t.Fatalf("minute %d, viewer %d: %d", minute, viewer, status)
			}
		}
		n.clock.Advance(time.Minute)
	}
	let := 0
	for status := http.StatusOK; status == http.StatusOK; let++ {
		if status, _ = n.looks("/status"); let > networkBurst {
			t.Fatal("nobody is ever slowed down")
		}
	}
	n.clock.Advance(time.Second)
	if status, _ := n.looks("/status"); status != http.StatusOK {
		t.Error("who waited is not let in again:", status)
	}
}
