package web

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// TestAForgedLineAboveTheProxysIsNotBelieved: a proxy that adds a header line of its own leaves the client's above it.
func TestAForgedLineAboveTheProxysIsNotBelieved(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("0.0.0.0/32")} // what fiber's test connection comes from
	var peer netip.Addr
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { peer = proxies.Peer(c); return nil })
	r := httptest.NewRequest("GET", "/", nil)
	r.Header["X-Forwarded-For"] = []string{"196.201.214.200", "41.90.1.2"}
	if _, err := app.Test(r, 5000); err != nil {
		t.Fatal(err)
	}
	if peer != netip.MustParseAddr("41.90.1.2") {
		t.Errorf("believed to come from %s", peer)
	}
}
