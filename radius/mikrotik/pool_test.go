package mikrotik

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

func TestPoolSharesOneConnection(t *testing.T) {
	d, r, _, device := scripted(t, nil)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := d.pool.ask(context.Background(), r, "/x/print"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := device.logins.Load(); n != 1 {
		t.Errorf("%d log-ins", n)
	}
	r.APIPassword = "changed"
	if _, err := d.pool.ask(context.Background(), r, "/x/print"); err != nil || device.logins.Load() != 2 {
		t.Errorf("a changed account: %d log-ins, %v", device.logins.Load(), err)
	}
}

// TestPoolAsksAgainAfterADeadConnection: a question is repeated on a fresh connection, a command never is.
func TestPoolAsksAgainAfterADeadConnection(t *testing.T) {
	var dead atomic.Bool
	device := newDevice(t, func(conn net.Conn, words []string) {
		if dead.CompareAndSwap(true, false) {
			_ = conn.Close()
			return
		}
		say(conn, reply(words, "!done"))
	})
	d := New()
	t.Cleanup(func() { _ = d.Close() })
	r := routers.Router{ID: 1, APIAddress: device.address(), APIUser: "api"}
	if _, err := d.pool.ask(context.Background(), r, "/x/print"); err != nil {
		t.Fatal(err)
	}
	dead.Store(true)
	if _, err := d.pool.ask(context.Background(), r, "/x/print"); err != nil || device.logins.Load() != 2 {
		t.Errorf("the question: %d log-ins, %v", device.logins.Load(), err)
	}
	dead.Store(true)
	if _, err := d.pool.tell(context.Background(), r, "/x/add"); !fault.Is(err, fault.Unavailable) || device.logins.Load() != 2 {
		t.Errorf("the command: %d log-ins, %v", device.logins.Load(), err)
	}
	if _, err := d.pool.tell(context.Background(), r, "/x/add"); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a router"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestTLSTrustsThePinnedCertificateOnly(t *testing.T) {
	own, pinnedText := certificate(t)
	_, stranger := certificate(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		t.Fatal(err)
	}
	device := serveOn(t, listener, func(conn net.Conn, words []string) { say(conn, reply(words, "!done")) })
	for name, c := range map[string]struct {
		certificate, key string
	}{"its own": {pinnedText, "internal"}, "a stranger's": {stranger, "router.unreachable"}, "none": {"", "router.api_cert"}} {
		d := New()
		t.Cleanup(func() { _ = d.Close() })
		r := routers.Router{ID: 1, APIAddress: device.address(), APIUser: "api", APITLS: true, APICert: c.certificate}
		_, err := d.pool.ask(context.Background(), r, "/x/print")
		if (err == nil) != (c.key == "internal") || fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
}
