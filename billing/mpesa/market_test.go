package mpesa_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/mpesa"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

const wanjiku, otieno = "254712345678", "254112345678"

// tokens is a token store of one process without expiry.
type tokens struct {
	mu   sync.Mutex
	kept map[string]string
}

func (s *tokens) Token(ctx context.Context, key string, mint func(context.Context) (string, time.Duration, error)) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] != "" {
		return s.kept[key], nil
	}
	token, _, err := mint(ctx)
	s.kept[key] = token
	return token, err
}

func (s *tokens) Evict(_ context.Context, key, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, key)
	return nil
}

// market is the real client before a simulated Safaricom, and a merchant's server that keeps what it is sent.
type market struct {
	*mpesa.Client
	t             *testing.T
	sim           *safaricom.Server
	paybill, till billing.Till
	merchant      *httptest.Server
	mu            sync.Mutex
	bodies        map[string][]byte // by path
}

func openMarket(t *testing.T, production bool) *market {
	t.Helper()
	m := &market{t: t, bodies: map[string][]byte{}}
	m.paybill = billing.Till{Key: "bill", Type: billing.TillPaybill, ShortCode: "174379", ConsumerKey: "ck", ConsumerSecret: "cs", Passkey: "pk",
		Initiator: "robot", InitiatorPassword: "Secret#1", PayoutCode: "600111"}
	m.till = billing.Till{Key: "till", Type: billing.TillBuyGoods, ShortCode: "600001", StoreNumber: "600002", PartyB: "5123456",
		ConsumerKey: "tk", ConsumerSecret: "ts", Passkey: "tp"}
	at := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	var err error
	m.sim, err = safaricom.New(safaricom.Options{Clock: at, Seed: 7, Production: production, Merchants: []safaricom.Merchant{
		{Name: "Baraka Wi-Fi", Type: safaricom.PayBill, ShortCode: "174379", ConsumerKey: "ck", ConsumerSecret: "cs", Passkey: "pk",
			Initiator: "robot", InitiatorPassword: "Secret#1", Payout: "600111", PayoutFloat: 1_000_00},
		{Name: "Kiosk", Type: safaricom.BuyGoods, ShortCode: "600001", StoreNumber: "600002", PartyB: "5123456", ConsumerKey: "tk",
			ConsumerSecret: "ts", Passkey: "tp"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(m.sim.Handler())
	m.merchant = httptest.NewServer(http.HandlerFunc(m.receive))
	t.Cleanup(func() { m.sim.Close(); api.Close(); m.merchant.Close() })
	m.paybill.BaseURL, m.till.BaseURL, m.paybill.Certificate = api.URL, api.URL, string(m.sim.CertificatePEM())
	m.Client = mpesa.New(mpesa.Options{TokenStore: &tokens{kept: map[string]string{}}, Clock: at})
	return m
}

func (m *market) receive(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bodies[r.URL.Path] = body
	_, _ = io.WriteString(w, `{"ResultCode":0,"ResultDesc":"Accepted"}`)
}

// sent is what came to a path once all is delivered.
func (m *market) sent(path string) []byte {
	m.t.Helper()
	if err := m.sim.Idle(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bodies[path]
}

func (m *market) push(t billing.Till, phone string) (billing.Pushed, error) {
	return m.Push(m.t.Context(), t, billing.Push{Phone: customers.Phone(phone), Amount: money.Shillings(10), Reference: "K7M4P2",
		Description: "Internet", CallbackURL: m.merchant.URL + "/in/p/" + phone})
}

func (m *market) query(t billing.Till, checkoutID string) billing.Verdict {
	m.t.Helper()
	v, err := m.QueryPush(m.t.Context(), t, checkoutID)
	if err != nil {
		m.t.Fatal(err)
	}
	return v
}

func (m *market) ask(till billing.Till, receipt string) billing.StatusResult {
	m.t.Helper()
	if _, err := m.AskStatus(m.t.Context(), till, receipt, m.merchant.URL+"/in/t/1", m.merchant.URL+"/in/e/1"); err != nil {
		m.t.Fatal(err)
	}
	r, err := m.ReadStatus(m.sent("/in/t/1"))
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}
