package callbacks

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"mtandao/portal/web"
)

// behind is a server that believes the test connection's X-Forwarded-For.
func behind(spool *memory) *fiber.App {
	return server(Options{Spool: spool, Proxies: web.Proxies{netip.MustParsePrefix("0.0.0.0/32")}})
}

func postFrom(t *testing.T, app *fiber.App, from, path, body string) int {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("X-Forwarded-For", from)
	res, err := app.Test(r, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// flood sends junk until it is refused, and says how many bytes were kept of it.
func flood(t *testing.T, app *fiber.App, spool *memory, from func(i int) string) (kept int) {
	t.Helper()
	before := len(spool.kept)
	junk := strings.Repeat("x", maxBody)
	for i := range 3000 {
		if status := postFrom(t, app, from(i), fmt.Sprintf("/in/p/%032x", i), junk); status == 429 {
			for _, payload := range spool.kept[before:] {
				kept += len(payload)
			}
			return kept
		}
	}
	t.Fatal("junk is never refused")
	return 0
}

func TestOneStrangerFillsNoSpool(t *testing.T) {
	spool := &memory{}
	app := behind(spool)
	if kept := flood(t, app, spool, func(int) string { return "41.90.1.2" }); kept > 8<<20 {
		t.Errorf("%d bytes of one stranger's junk kept", kept)
	}
	for _, from := range []string{"196.201.214.200", "41.90.1.3"} { // the rail, and a sender that nobody published
		if status := postFrom(t, app, from, "/in/p/"+secret, `{"Body":{}}`); status != 200 {
			t.Errorf("a callback from %s answered %d", from, status)
		}
	}
}

func TestManyStrangersLeaveTheRailItsShare(t *testing.T) {
	spool := &memory{}
	app := behind(spool)
	if kept := flood(t, app, spool, func(i int) string { return fmt.Sprintf("2c0f:fe38:%x::1", i) }); kept > 32<<20 {
		t.Errorf("%d bytes of strangers' junk kept", kept)
	}
	if status := postFrom(t, app, "196.201.213.44", "/in/c/"+secret, "{}"); status != 200 {
		t.Errorf("the rail's answered %d", status)
	}
}

// TestALongOutageKeepsHalfForTheRail: the database is down and the spool grows; strangers stop at half of it.
func TestALongOutageKeepsHalfForTheRail(t *testing.T) {
	spool := &memory{waiting: 512 << 20}
	app := behind(spool)
	if status := postFrom(t, app, "41.90.1.2", "/in/p/"+secret, "{}"); status != 429 || len(spool.kept) != 0 {
		t.Errorf("a stranger's answered %d", status)
	}
	if status := postFrom(t, app, "196.201.212.69", "/in/p/"+secret, "{}"); status != 200 || len(spool.kept) != 1 {
		t.Errorf("the rail's answered %d", status)
	}
}

func TestAFloodOfValidationsIsNotAsked(t *testing.T) {
	asked := 0
	o := Options{Spool: &memory{waiting: 512 << 20}, Validator: counting(&asked)}
	if status, answer := post(t, server(o), "/in/v/"+secret, "{}"); status != 200 || answer != welcome || asked != 0 {
		t.Errorf("%d %q, asked %d", status, answer, asked)
	}
}

func counting(n *int) verdict {
	return func(context.Context) error { *n++; return nil }
}
