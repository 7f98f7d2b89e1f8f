package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	pebbledb "github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// issuer is a Let's Encrypt of our own, which finds the portal's two ports where the world finds 80 and 443.
type issuer struct {
	directory string
	vouched   *x509.CertPool // for the directory
	root      *x509.CertPool // of what it issues
}

func openIssuer(t *testing.T, ports [2]int) issuer {
	t.Helper()
	for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "10"} {
		t.Setenv(name, value)
	}
	quiet := log.New(io.Discard, "", 0)
	store := pebbledb.NewMemoryStore()
	authority := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "all", ValidityPeriod: 90 * 24 * 3600}})
	front := wfe.New(quiet, store, va.New(quiet, ports[0], ports[1], true, "", store), authority, []string{"pebble.letsencrypt.org"}, true, false, 1, 1)
	server := httptest.NewTLSServer(front.Handler())
	t.Cleanup(server.Close)
	i := issuer{directory: server.URL + wfe.DirectoryPath, vouched: x509.NewCertPool(), root: x509.NewCertPool()}
	i.vouched.AddCert(server.Certificate())
	i.root.AddCert(authority.GetRootCert(0).Cert)
	return i
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestACertificateIsIssuedToAFreshNode starts with nothing but an e-mail address, by each way of proof alone.
func TestACertificateIsIssuedToAFreshNode(t *testing.T) {
	for _, c := range []struct {
		dialect string
		way     string
		ports   func(httpPort, tlsPort int) [2]int // the other way leads nowhere
	}{
		{db.SQLite, "HTTP-01", func(h, _ int) [2]int { return [2]int{h, 1} }},
		{db.MySQL, "TLS-ALPN-01", func(_, s int) [2]int { return [2]int{1, s} }},
	} {
		t.Run(c.way, func(t *testing.T) {
			config := Config{DB: testdb.URL(t, c.dialect), Data: t.TempDir(), RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", Dev: true, ACMEEmail: "asha@demo.example", PublicURL: "https://localhost"}
			for _, address := range []*string{&config.HTTP, &config.HTTPS} {
				var err error
				if *address, err = freePort("127.0.0.1:0"); err != nil {
					t.Fatal(err)
				}
			}
			ours := openIssuer(t, c.ports(portOf(t, config.HTTP), portOf(t, config.HTTPS)))
			config.ACMEDirectory = ours.directory
			config.fill()
			if err := config.check(); err != nil {
				t.Fatal(err)
			}
			m := runNode(t, config, ours.vouched)
			if code := plainStatus(t, config.HTTP); code == http.StatusFound && !m.ACME.Ready() {
				t.Error("people are sent to HTTPS before there is a certificate")
			}
			until(t, time.Minute, "a certificate is issued", m.ACME.Ready)
			office := "https://localhost:" + strconv.Itoa(portOf(t, config.HTTPS)) + "/office/in"
			answer, err := trusting(ours.root).Get(office)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if leaf := answer.TLS.PeerCertificates[0]; leaf.VerifyHostname("localhost") != nil {
				t.Error("for another host")
			}
			readings, err := m.certificateDays(t.Context())
			if err != nil || len(readings) != 1 || readings[0].Value < 80 || readings[0].Value > 90 {
				t.Errorf("%v %v", readings, err)
			}
			if file, _ := filepath.Glob(filepath.Join(config.Data, "*.key")); len(file) != 0 {
				t.Error("a key lies in the data folder")
			}
		})
	}
}

func trusting(roots *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// plainStatus is how a captive landing is answered over plain HTTP.
func plainStatus(t *testing.T, address string) int {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get("http://" + address + "/h/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// runNode serves until the test ends.
func runNode(t *testing.T, config Config, roots *x509.CertPool) *Main {
	t.Helper()
	o := Options{Roots: roots}
	if os.Getenv("MTANDAO_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	m, err := New(t.Context(), config, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, m.Close()); err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestSettingsOfACMEAreChecked(t *testing.T) {
	for _, c := range []struct{ email, public, file, want string }{
		{"asha@demo.example", "https://wifi.example.co.ke", "", ""},
		{"asha", "https://wifi.example.co.ke", "", "no e-mail"},
		{"asha@demo.example", "", "", "needs a MTANDAO_PUBLIC_URL"},
		{"asha@demo.example", "https://192.0.2.1", "", "needs a MTANDAO_PUBLIC_URL"},
		{"asha@demo.example", "https://wifi.example.co.ke", "x.pem", "not both"},
	} {
		err := Config{ACMEEmail: c.email, PublicURL: c.public, TLSCertFile: c.file, TLSKeyFile: c.file, HTTP: ":80", HTTPS: ":443", RadiusAuth: ":1812", RadiusAcct: ":1813"}.check()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(sentence(err), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestStaffComeByHTTPSFromThenOn: HSTS on the office's pages, and not on a guest's.
func TestStaffComeByHTTPSFromThenOn(t *testing.T) {
	config := Config{DB: testdb.URL(t, db.SQLite), Data: t.TempDir(), RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", HTTP: "127.0.0.1:0", TrustedProxies: []string{"127.0.0.1"}}
	config.fill()
	m := runNode(t, config, nil)
	for path, want := range map[string]string{"/office/in": "max-age=31536000", "/h/nowhere": ""} {
		answer, err := trusting(nil).Get("http://" + m.HTTPAddress() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if got := answer.Header.Get("Strict-Transport-Security"); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
