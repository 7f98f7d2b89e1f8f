package portal

import (
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/portal/web"
)

func options(routes ...web.Route) Options {
	return Options{Routes: routes, Metrics: prometheus.NewRegistry(), Clock: clock.System(), Log: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) error { return nil },
		Fail:  func(c *fiber.Ctx, err error) error { return c.Status(web.Status(err)).SendString("page") }}
}

// start serves on a free port until the test ends.
func start(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	get(t, "http://"+listener.Addr().String()+"/healthz") // a server that was stopped before it began would never end
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	address := listener.Addr().String()
	get(t, "http://"+address+"/healthz") // a server that is asked to stop before it has begun would serve for ever
	return s, address
}

func get(t *testing.T, url string, header ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func text(path string, policy web.Policy, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodGet, Path: path, Policy: policy, Handle: h}
}

func TestARouteWithoutAPolicyStopsTheStart(t *testing.T) {
	if _, err := New(options(text("/x", 0, nil))); err == nil || !strings.Contains(err.Error(), "/x") {
		t.Errorf("got %v", err)
	}
}

func TestHealth(t *testing.T) {
	o := options()
	var trouble error
	o.Ready = func(context.Context) error { return trouble }
	_, address := start(t, o)
	if status, body, _ := get(t, "http://"+address+"/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %q", status, body)
	}
	if status, _, _ := get(t, "http://"+address+"/readyz"); status != 200 {
		t.Errorf("readyz: %d", status)
	}
	trouble = errors.New("database of the name hunter2 is gone")
	if status, body, _ := get(t, "http://"+address+"/readyz"); status != 503 || strings.Contains(body, "hunter2") {
		t.Errorf("readyz in trouble: %d %q", status, body)
	}
}

func TestWhatCanBeReadCanBeAskedAbout(t *testing.T) {
	_, address := start(t, options(text("/x", web.Guest, func(c *fiber.Ctx) error { return c.SendString("body") })))
	for path, want := range map[string]int{"/x": 200, "/healthz": 200, "/nothing": 404} {
		res, err := http.Head("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != want || len(body) != 0 {
			t.Errorf("HEAD %s: %d, %q, %v", path, res.StatusCode, body, err)
		}
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	_, address := start(t, options(text("/o/:token", web.Guest, func(c *fiber.Ctx) error { return c.SendString("page") })))
	get(t, "http://"+address+"/o/0123456789")
	get(t, "http://"+address+"/nowhere/0123456789")
	status, body, _ := get(t, "http://"+address+"/metrics")
	if status != 200 || !strings.Contains(body, `mtandao_http_request_seconds_count{route="/o/:token",status="200"} 1`) ||
		!strings.Contains(body, `route="none",status="404"`) || strings.Contains(body, "0123456789") {
		t.Errorf("metrics: %d %s", status, body)
	}
	if status, _, _ := get(t, "http://"+address+"/metrics", "X-Forwarded-For", "41.90.1.2"); status != 404 {
		t.Errorf("through a proxy: %d", status)
	}
}

func TestErrors(t *testing.T) {
	o := options(
		text("/guest", web.Guest, func(*fiber.Ctx) error { return fault.New(fault.Unavailable, "x") }),
		text("/machine", web.Machine, func(*fiber.Ctx) error { return fault.New(fault.Unavailable, "x") }),
		text("/panic", web.Guest, func(*fiber.Ctx) error { panic("oh") }),
	)
	s, address := start(t, o)
	for path, want := range map[string]struct {
		status int
		body   string
	}{"/guest": {503, "page"}, "/machine": {503, "Service Unavailable"}, "/panic": {500, "page"}, "/nowhere": {404, "page"}} {
		status, body, header := get(t, "http://"+address+path)
		if status != want.status || body != want.body || header.Get("X-Request-Id") == "" || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %q %v", path, status, body, header)
		}
	}
	families, err := s.options.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "mtandao_http_panics_total" && f.GetMetric()[0].GetCounter().GetValue() != 1 {
			t.Error("the panic is not counted")
		}
	}
}

func TestBounds(t *testing.T) {
	route := web.Route{Method: fiber.MethodPost, Path: "/x", Policy: web.Guest, Handle: func(c *fiber.Ctx) error { return c.SendString("ok") }}
	_, address := start(t, options(route))
	res, err := http.Post("http://"+address+"/x", "text/plain", strings.NewReader(strings.Repeat("x", maxBody+1)))
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode == 200 {
			t.Error("a large body is taken")
		}
	}
	long := "/x?" + strings.Repeat("a", 2*maxHeader)
	if status, _, _ := get(t, "http://"+address+long); status == 200 {
		t.Error("a long address is taken")
	}
	if status, _, _ := get(t, "http://"+address+"/healthz"); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

func TestPagesArePacked(t *testing.T) {
	page := strings.Repeat("calm ", 1000)
	o := options(text("/X/:site", web.Guest, func(c *fiber.Ctx) error { return c.SendString(page) }))
	o.Fail = func(c *fiber.Ctx, err error) error { return c.Status(web.Status(err)).SendString(page) }
	_, address := start(t, o)
	for path, want := range map[string]int{"/x/KASARANI/": 200, "/nothing": 404} {
		r, err := http.NewRequest(http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip, deflate, br")
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		unpacked, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(unpacked); err != nil || string(body) != page || res.ContentLength > 500 || res.StatusCode != want {
			t.Errorf("%s: %d bytes on the wire, %d, %v", path, res.ContentLength, res.StatusCode, err)
		}
	}
}

func TestStoppingWaitsForWhatRuns(t *testing.T) {
	entered := make(chan struct{})
	s, err := New(options(text("/slow", web.Guest, func(c *fiber.Ctx) error {
		close(entered)
		time.Sleep(300 * time.Millisecond)
		return c.SendString("done")
	})))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	answered := make(chan string, 1)
	go func() {
		_, body, _ := get(t, "http://"+listener.Addr().String()+"/slow")
		answered <- body
	}()
	<-entered
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if body := <-answered; body != "done" {
		t.Errorf("the request in hand got %q", body)
	}
}

func TestTLS(t *testing.T) {
	o := options()
	o.CertFile, o.KeyFile = certificate(t)
	s, plain := start(t, o)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.ServeTLS(listener) }()
	address := listener.Addr().String()
	if status, _, _ := get(t, "http://"+plain+"/healthz"); status != 200 {
		t.Errorf("plain HTTP beside it: %d", status)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.TLS.Version < tls.VersionTLS12 {
		t.Errorf("answered %d", res.StatusCode)
	}
	o = options()
	o.CertFile, o.KeyFile = "/nowhere", "/nowhere"
	if _, err := New(o); err == nil {
		t.Error("started without its certificate")
	}
	without, _ := start(t, options())
	if err := without.ServeTLS(listener); err == nil {
		t.Error("HTTPS without a certificate")
	}
}

// TestNobodyIsAnsweredUnasked: a connection on which nothing was asked is closed without a word; half a request is answered.
func TestNobodyIsAnsweredUnasked(t *testing.T) {
	o := options()
	o.CertFile, o.KeyFile = certificate(t)
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.app.Server().ReadTimeout = 300 * time.Millisecond
	dials := map[string]func(string) (net.Conn, error){
		"plain": func(to string) (net.Conn, error) { return net.Dial("tcp", to) },
		"TLS":   func(to string) (net.Conn, error) { return tls.Dial("tcp", to, &tls.Config{InsecureSkipVerify: true}) },
	}
	for name, serve := range map[string]func(net.Listener) error{"plain": s.Serve, "TLS": s.ServeTLS} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() { _ = serve(listener) }()
		for said, want := range map[string]string{"": "", "GET /healthz HT": "HTTP/1.1 400", "GET /healthz HTTP/1.1\r\nHost: a\r\nA: ": "HTTP/1.1 400"} {
			c, err := dials[name](listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, said); err != nil {
				t.Fatal(err)
			}
			if answer, _ := io.ReadAll(c); !strings.HasPrefix(string(answer), want) || want == "" && len(answer) > 0 {
				t.Errorf("%s, %q: %q", name, said, answer)
			}
			_ = c.Close()
		}
	}
}

// TestNobodyTypesInTheClear: a captive landing may begin over plain HTTP, and goes on encrypted.
func TestNobodyTypesInTheClear(t *testing.T) {
	page := text("/h/:site", web.Guest, func(c *fiber.Ctx) error { return c.SendString("page") })
	o := options(page)
	o.CertFile, o.KeyFile = certificate(t)
	o.PublicURL, o.Proxies = "https://wifi.example", web.Proxies{netip.MustParsePrefix("127.0.0.9/32")}
	_, address := start(t, o)
	ask := func(address string) (int, string) {
		res, err := http.DefaultTransport.RoundTrip(httptest.NewRequest(http.MethodGet, "http://"+address+`/h/kasarani?r=t&cid=\371`, nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode, res.Header.Get("Location")
	}
	if status, to := ask(address); status != 302 || to != `https://wifi.example/h/kasarani?r=t&cid=\371` {
		t.Errorf("in the clear: %d %q", status, to)
	}
	o.Metrics, o.Proxies = prometheus.NewRegistry(), web.Proxies{netip.MustParsePrefix("127.0.0.1/32")}
	_, behind := start(t, o)
	o.Metrics, o.Proxies, o.CertFile = prometheus.NewRegistry(), nil, ""
	_, without := start(t, o)
	for name, address := range map[string]string{"from a proxy, which may have encrypted it": behind, "without a certificate of ours": without} {
		if status, _ := ask(address); status != 200 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draft := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
}
