package safaricom

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
)

const alice, bob = "254708374149", "254112345678"

var (
	bill = Merchant{Name: "Baraka Wi-Fi", Type: PayBill, ShortCode: "174379", ConsumerKey: "ck", ConsumerSecret: "cs",
		Passkey: "pass", Initiator: "robot", InitiatorPassword: "Secret#1", Validation: true}
	till = Merchant{Name: "Kiosk", Type: BuyGoods, ShortCode: "600001", StoreNumber: "600001", PartyB: "5123456",
		ConsumerKey: "tk", ConsumerSecret: "ts", Passkey: "tpass", Initiator: "robot", InitiatorPassword: "x"}
	noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
)

type received struct {
	path, shortCode, contentType string
	body                         map[string]any
}

// world is a simulated Safaricom over real HTTP, and a merchant's server that keeps what it is sent.
type world struct {
	*Server
	t        *testing.T
	clock    *clock.Manual
	api      *httptest.Server
	merchant *httptest.Server
	mu       sync.Mutex
	got      []received
	reply    func(path string) (int, string)
	token    string
}

func newWorld(t *testing.T, change func(*Options)) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(noon), reply: func(string) (int, string) { return 200, `{"ResultCode":0,"ResultDesc":"Accepted"}` }}
	o := Options{Clock: w.clock, Merchants: []Merchant{bill, till}, Seed: 7}
	if change != nil {
		change(&o)
	}
	var err error
	if w.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	w.merchant = httptest.NewServer(http.HandlerFunc(w.receive))
	w.api = httptest.NewServer(w.Handler())
	t.Cleanup(func() { w.Server.Close(); w.api.Close(); w.merchant.Close() })
	w.token = w.mintToken(bill)
	return w
}

func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f, err := parseFields(body)
	if err != nil {
		w.t.Errorf("sent %q: %v", body, err)
	}
	w.mu.Lock()
	w.got = append(w.got, received{r.URL.Path, r.Header.Get("BusinessShortCode"), r.Header.Get("Content-Type"), f})
	status, reply := w.reply(r.URL.Path)
	w.mu.Unlock()
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, reply)
}

// received waits until all is delivered.
func (w *world) received() []received {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Idle(ctx); err != nil {
		w.t.Fatal("not idle:", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]received(nil), w.got...)
}

func (w *world) mintToken(m Merchant) string {
	w.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, w.api.URL+"/oauth/v1/generate?grant_type=client_credentials", nil)
	req.SetBasicAuth(m.ConsumerKey, m.ConsumerSecret)
	_, body := w.do(req)
	return body["access_token"].(string)
}

func (w *world) do(req *http.Request) (int, map[string]any) {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		w.t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	return resp.StatusCode, body
}

func (w *world) post(path string, body map[string]any) (int, map[string]any) {
	w.t.Helper()
	raw, _ := json.Marshal(body)
	req, _ := http.NewRequest(http.MethodPost, w.api.URL+path, bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.token)
	return w.do(req)
}

const pushPath, queryPath = "/mpesa/stkpush/v1/processrequest", "/mpesa/stkpushquery/v1/query"

func signed(m Merchant) map[string]any {
	at := stamp(noon)
	return map[string]any{"BusinessShortCode": m.business(), "Timestamp": at,
		"Password": base64.StdEncoding.EncodeToString([]byte(m.business() + m.Passkey + at))}
}

func (w *world) pushBody(m Merchant, phone string) map[string]any {
	b := signed(m)
	kind := "CustomerPayBillOnline"
	if m.Type == BuyGoods {
		kind = "CustomerBuyGoodsOnline"
	}
	for k, v := range map[string]any{"TransactionType": kind, "Amount": 10, "PartyA": phone, "PartyB": m.payee(), "PhoneNumber": phone,
		"CallBackURL": w.merchant.URL + "/in/p/0a1b", "AccountReference": "K7M4P2QXTA", "TransactionDesc": "1 hour"} {
		b[k] = v
	}
	return b
}

// pushed sends a good push that must be accepted, and tells the checkout id.
func (w *world) pushed(phone string) string {
	w.t.Helper()
	status, body := w.post(pushPath, w.pushBody(bill, phone))
	if status != 200 || body["ResponseCode"] != "0" {
		w.t.Fatalf("push: %d %v", status, body)
	}
	return body["CheckoutRequestID"].(string)
}

func (w *world) asked(checkoutID string) (int, map[string]any) {
	w.t.Helper()
	b := signed(bill)
	b["CheckoutRequestID"] = checkoutID
	return w.post(queryPath, b)
}

func (w *world) answer(checkoutID string, act Act) {
	w.t.Helper()
	if err := w.Answer(checkoutID, Answer{Act: act}); err != nil {
		w.t.Fatal(err)
	}
}

// callbackCodes are the result codes of the push results received, in order.
func callbackCodes(got []received) string {
	var codes []string
	for _, r := range got {
		if r.path == "/in/p/0a1b" {
			codes = append(codes, fields(callbackOf(r)).text("ResultCode"))
		}
	}
	return strings.Join(codes, " ")
}

func callbackOf(r received) map[string]any {
	return r.body["Body"].(map[string]any)["stkCallback"].(map[string]any)
}
