package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/apikeys"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/support"
	"mtandao/internal/webhooks"
)

// programmed is a key of a program, an endpoint, and a test that is on its way to it.
func (s *Stage) programmed(t *testing.T) (key, endpoint, delivery int64) {
	t.Helper()
	k, _, err := s.Main.APIKeys.Make(t.Context(), apikeys.Key{Name: "Book keeper", Scopes: []apikeys.Scope{"customers.read"}}, "keyed", apikeys.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := s.Main.Webhooks.Add(t.Context(), webhooks.Endpoint{Name: "Book keeper", URL: "https://books.example/in", Kinds: webhooks.Kinds}, "keyed", webhooks.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	delivery, err = s.Main.Webhooks.SendTest(t.Context(), e.ID, webhooks.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return k.ID, e.ID, delivery
}

var madeSecret = regexp.MustCompile(`whsec_[0-9a-f]{48}`)

// hearer is a program that events are sent to, and checks each as the reference says.
type hearer struct {
	*httptest.Server
	mu      sync.Mutex
	secrets []string
	heard   map[string][]string // ids by type
	bodies  []string
	forged  int
}

func hear(t *testing.T) (*hearer, Receivers) {
	t.Helper()
	h := &hearer{heard: map[string][]string{}}
	h.Server = httptest.NewTLSServer(h)
	h.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(h.Close)
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	at := strings.TrimPrefix(h.URL, "https://")
	return h, Receivers{Roots: roots, Near: func(a netip.AddrPort) bool { return a.String() == at }}
}

func (h *hearer) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, _ := io.ReadAll(q.Body)
	at, fitting := "", 0
	for part := range strings.SplitSeq(q.Header.Get("Mtandao-Signature"), ",") {
		name, value, _ := strings.Cut(part, "=")
		if name == "t" {
			at = value
			continue
		}
		for _, secret := range h.secrets {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(at + "." + string(body)))
			if hex.EncodeToString(mac.Sum(nil)) == value {
				fitting++
			}
		}
	}
	var e struct{ ID, Type string }
	if json.Unmarshal(body, &e) != nil || fitting != len(h.secrets) || e.ID != q.Header.Get("Mtandao-Event") {
		h.forged++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	h.heard[e.Type], h.bodies = append(h.heard[e.Type], e.ID), append(h.bodies, string(body))
	_, _ = w.Write([]byte("thank you <b>much</b>"))
}

func (h *hearer) of(kind string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.heard[kind])
}

func (h *hearer) know(secrets ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secrets = secrets
}

// An endpoint is made in the console; a program hears of a sale and a ticket, and can tell that they are ours; the log says so, and sends one again.
func TestAProgramHearsWhatHappens(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			h, receivers := hear(t)
			hookStory(t, stageBy(t, dialect, DemoOptions{Speed: 1, hooks: receivers}), h)
		})
	}
}

func hookStory(t *testing.T, s *Stage, h *hearer) {
	who := s.customer(t)
	owner, manager := s.hire(t, "hooks@demo.example", nil, "owner"), s.hire(t, "manager@demo.example", nil, "manager")
	form := url.Values{"name": {"Book keeper"}, "url": {h.URL + "/in"}, "kinds": {"order.paid", "payment.received", "ticket.opened", "ticket.closed"}}
	if got := manager.send("/office/webhooks/new", form); got.status != http.StatusForbidden {
		t.Errorf("a manager makes endpoints: %d", got.status)
	}
	for wrong, says := range map[string]string{"http://books.example/": "begins with https://", "https://10.0.0.1/": "not on the public internet"} {
		owner.expect(owner.send("/office/webhooks/new", url.Values{"name": {"X"}, "url": {wrong}, "kinds": {"order.paid"}}), http.StatusBadRequest, says)
	}
	secret := madeSecret.FindString(owner.send("/office/webhooks/new", form).body)
	h.know(secret)
	all, err := s.Main.Webhooks.All(t.Context())
	if err != nil || len(all) != 1 || secret == "" {
		t.Fatal(all, err)
	}
	at := "/office/webhooks/" + number(all[0].ID)
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	ticket, err := s.Main.Tickets.Open(t.Context(), support.Opening{Ticket: support.Ticket{CustomerID: who.ID, Subject: "Slow", Category: "slow", Priority: support.Normal, How: support.ByPhone}, Text: "It is slow."}, support.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"order.paid", "payment.received", "ticket.opened"} {
		until(t, 20*time.Second, kind, func() bool { return len(h.of(kind)) == 1 })
	}
	told := strings.Join(h.bodies, "\n")
	if !strings.Contains(told, ticket.Reference) || strings.Contains(told, "712345678") || !strings.Contains(told, `"placed":"order"`) || h.forged != 0 {
		t.Errorf("%d forged, %s", h.forged, told)
	}
	id := h.of("ticket.opened")[0]
	owner.expect(owner.look(at), http.StatusOK, "Ticket opened", "Payment received", "In use", h.URL+"/in")
	if got := owner.look(at); strings.Contains(got.body, secret) {
		t.Error("the secret is shown again")
	}
	log, err := s.Main.Webhooks.Deliveries(t.Context(), all[0].ID, webhooks.Taken, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	one := log[slices.IndexFunc(log, func(d webhooks.Delivery) bool { return d.Event() == id })]
	page := "/office/deliveries/" + number(one.ID)
	owner.expect(owner.look(at+"/deliveries?state=taken"), http.StatusOK, id, "200 OK", "Taken")
	owner.expect(owner.look(page), http.StatusOK, "200 OK", "thank you &lt;b&gt;much", ticket.Reference)
	owner.expect(owner.press(page, "/again", nil), http.StatusSeeOther)
	until(t, 20*time.Second, "sent again", func() bool { return slices.Equal(h.of("ticket.opened"), []string{id, id}) })
	fresh := madeSecret.FindString(owner.press(at+"/secret", "/secret", url.Values{"old": {"day"}}).body)
	h.know(fresh, secret)
	owner.expect(owner.press(at, "/test", nil), http.StatusSeeOther)
	until(t, 20*time.Second, "a test that both secrets sign", func() bool { return len(h.of("endpoint.test")) == 1 })
	owner.expect(owner.press(at+"/again", "/again", url.Values{"from": {"2026-01-01T00:00"}, "to": {"2099-01-01T00:00"}}), http.StatusSeeOther)
	for _, act := range []string{"/pause", "/resume"} {
		owner.expect(owner.press(at, act, nil), http.StatusSeeOther)
	}
	s.unproven(t)
	if got := owner.look(at + "/edit"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/office/prove?") {
		t.Errorf("with an old proof the address is changed: %d to %q", got.status, got.location)
	}
	s.proven(t)
	owner.expect(owner.press(at+"/edit", "/edit", url.Values{"name": {"Ledger"}, "url": {h.URL + "/in"}, "kinds": {"invoice.paid"}}), http.StatusSeeOther)
	owner.expect(owner.look("/office/webhooks"), http.StatusOK, "Ledger", "Invoice paid")
	owner.expect(owner.press(at+"/delete", "/delete", nil), http.StatusSeeOther)
	owner.expect(owner.look(page), http.StatusNotFound)
	owner.expect(owner.look("/office/webhooks"), http.StatusOK, "No endpoints yet")
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "webhook", Limit: 20})
	if err != nil || len(events) != 8 || strings.Contains(events[0].Before, "/in") {
		t.Errorf("%d events, %v", len(events), err)
	}
}
