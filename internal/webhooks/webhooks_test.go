package webhooks

import (
	"context"
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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var by = By{Actor: "owner@demo.example", From: "192.0.2.1"}

// world is a service with a receiver that it may reach, and invoices that are at site 7 when their id is even.
type world struct {
	*Service
	t     *testing.T
	clock *clock.Manual
	queue *jobs.Queue
	got   *receiver
}

const factPaid = "invoice paid"

type ripe struct{}

func (ripe) Resource(_ context.Context, _ Kind, id int64) (int64, json.RawMessage, error) {
	if id == 404 {
		return 0, nil, fault.New(fault.NotFound, "not_found")
	}
	return map[bool]int64{true: 7}[id%2 == 0], json.RawMessage(`{"id":"` + idText(id) + `"}`), nil
}

func newWorld(t *testing.T, d *db.DB, got *receiver) *world {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	at := clock.NewManual(time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC))
	w := &world{t: t, clock: at, got: got}
	w.another(d, keys)
	return w
}

// another is the same service on another node.
func (w *world) another(d *db.DB, keys *seal.Keys) {
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler))
	w.Service = New(Options{DB: d, Jobs: w.queue, Keys: keys, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Roots: w.got.roots, Near: w.got.is})
	w.Show(ripe{})
	w.Tell(factPaid, InvoicePaid, func(_ context.Context, j jobs.Job) (id int64, ok bool, err error) {
		err = j.Decode(&id)
		return id, true, err
	})
}

func (w *world) add(change ...func(*Endpoint)) (Endpoint, string) {
	w.t.Helper()
	e := Endpoint{Name: "Book keeper", URL: w.got.URL + "/in?key=canary", Kinds: []Kind{InvoicePaid}}
	for _, f := range change {
		f(&e)
	}
	made, secret, err := w.Add(w.t.Context(), e, seal.RandomHex(8), by)
	if err != nil {
		w.t.Fatal(err)
	}
	return made, secret
}

// pay is the deed: what it says is told when it commits.
func (w *world) pay(ids ...int64) error {
	return w.DB.InTx(context.Background(), func(tx *db.Tx) error {
		for _, id := range ids {
			if err := w.queue.Emit(tx, factPaid, idText(id), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// work runs the jobs that are due.
func (w *world) work() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.queue.Run(ctx) }()
	limit, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	if err := w.queue.Idle(limit); err != nil {
		w.t.Error(err)
	}
	cancel()
	<-done
}

func (w *world) deliver() {
	w.t.Helper()
	if err := w.Deliver(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) log(e Endpoint, state string) []Delivery {
	w.t.Helper()
	all, err := w.Deliveries(w.t.Context(), e.ID, state, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// receiver is a program that takes events, as the reference tells to write one.
type receiver struct {
	*httptest.Server
	roots  *x509.CertPool
	mu     sync.Mutex
	calls  []received
	answer http.HandlerFunc
}

type received struct{ id, signature, body string }

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{roots: x509.NewCertPool()}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		r.calls = append(r.calls, received{q.Header.Get("Mtandao-Event"), q.Header.Get("Mtandao-Signature"), string(body)})
		answer := r.answer
		r.mu.Unlock()
		if answer != nil {
			answer(w, q)
		}
	}))
	r.Server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	r.roots.AddCert(r.Certificate())
	t.Cleanup(r.Close)
	return r
}

// is says whether an address is this receiver's.
func (r *receiver) is(at netip.AddrPort) bool {
	here, err := url.Parse(r.URL)
	return err == nil && here.Host == at.String()
}

func (r *receiver) answers(h http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = h
}

func (r *receiver) seen() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.calls...)
}

// genuine is the recipe of the reference, written without a look at what signs.
func genuine(header, body, secret string, now time.Time) bool {
	var at string
	var signatures []string
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "t":
			at = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || now.Unix()-seconds > 300 || seconds-now.Unix() > 300 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, at+"."+body)
	want := hex.EncodeToString(mac.Sum(nil))
	for _, one := range signatures {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

func TestModelsMatchTheirTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, endpointRow{}, deliveryRow{}, attemptRow{}) })
}

// An event goes to who wants it, signed; nothing is written while nobody does, and nothing is sent of what was rolled back.
func TestAnEventReachesWhoWantsIt(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		if err := w.pay(1); err != nil {
			t.Fatal(err)
		}
		if s, err := w.queue.Stats(t.Context()); err != nil || s.Waiting != 0 {
			t.Fatal("a job that nobody wants", s, err)
		}
		all, secret := w.add()
		site, _ := w.add(func(e *Endpoint) { e.Name, e.Sites = "Ngong", []int64{7} })
		other, _ := w.add(func(e *Endpoint) { e.Name, e.Kinds = "Shop", []Kind{OrderPaid} })
		_ = w.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_ = w.queue.Emit(tx, factPaid, "9", int64(9))
			return fault.New(fault.Conflict, "no")
		})
		if err := w.pay(2, 3, 404); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.deliver()
		for e, n := range map[*Endpoint]int{&all: 2, &site: 1, &other: 0} {
			if got := w.log(*e, Taken); len(got) != n || len(w.log(*e, "")) != n {
				t.Errorf("%s: %+v", e.Name, got)
			}
		}
		calls := w.got.seen()
		if len(calls) != 3 {
			t.Fatal(calls)
		}
		good := 0
		for _, c := range calls {
			var told struct {
				ID, Type, Created string
				APIVersion        string `json:"api_version"`
				Data              struct{ ID string }
			}
			if err := json.Unmarshal([]byte(c.body), &told); err != nil || told.ID != c.id || told.Type != "invoice.paid" || told.APIVersion != "v1" || told.Created != "2026-11-27T06:00:00Z" || told.Data.ID != "2" && told.Data.ID != "3" {
				t.Error(c, err)
			}
			if genuine(c.signature, c.body, secret, w.clock.Now()) {
				good++
				if genuine(c.signature, c.body+" ", secret, w.clock.Now()) || genuine(c.signature, c.body, secret, w.clock.Now().Add(time.Hour)) {
					t.Error("another body, or an old one, is genuine")
				}
			}
		}
		if good != 2 {
			t.Errorf("%d of 2 are genuine", good)
		}
		w.sealed(secret)
	})
}

// sealed looks for what is secret in each column of the tables.
func (w *world) sealed(secret string) {
	w.t.Helper()
	for _, of := range []string{"name, address, host, secret, kinds FROM webhook_endpoints", "body, reason, kind, state, run FROM webhook_deliveries", "answer, reason, '', '', '' FROM webhook_attempts"} {
		rows, err := w.DB.SQL().QueryContext(w.t.Context(), "SELECT "+of)
		if err != nil {
			w.t.Fatal(err)
		}
		for rows.Next() {
			var a [5]string
			if err := rows.Scan(&a[0], &a[1], &a[2], &a[3], &a[4]); err != nil {
				w.t.Fatal(err)
			}
			if all := strings.Join(a[:], " "); strings.Contains(all, secret) || strings.Contains(all, "canary") || strings.Contains(all, `{"id"`) {
				w.t.Error("lies open:", all)
			}
		}
		_ = rows.Close()
	}
}

// Whichever write is the last of a dying program: the event is there when the deed is, it is delivered, and by one id.
func TestDeathBetweenADeedAndItsDelivery(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		e, _ := w.add()
		killer := testdb.NewKiller(t, d)
		for write := range int64(12) {
			id, before := 100+write, killer.Deaths()
			killer.Once(int(write))
			did := w.pay(id) == nil
			if did {
				w.work()
				_ = w.Deliver(context.Background())
			}
			killer.Spare()
			w.clock.Advance(2 * time.Minute) // the dead hold what they had
			w.work()
			w.deliver()
			events := map[string]int{}
			for _, c := range w.got.seen() {
				if strings.Contains(c.body, `"data":{"id":"`+idText(id)+`"}`) {
					events[c.id]++
				}
			}
			if did && len(events) != 1 || !did && len(events) != 0 {
				t.Errorf("dead at write %d (deed %v): %v", write, did, events)
			}
			if killer.Deaths() == before && write < 6 {
				t.Errorf("only %d writes", write)
			}
		}
		if left := w.log(e, Waiting); len(left) != 0 {
			t.Error("still waits:", left)
		}
	})
}

// Two nodes that send at once send each event once.
func TestTwoNodesSendEachEventOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		e, _ := w.add()
		var ids []int64
		for n := range int64(40) {
			ids = append(ids, 1+n)
		}
		if err := w.pay(ids...); err != nil {
			t.Fatal(err)
		}
		w.work()
		other := &world{t: t, clock: w.clock, got: w.got}
		other.another(d, w.Keys)
		var both sync.WaitGroup
		for _, node := range []*world{w, other} {
			both.Go(func() { node.deliver() })
		}
		both.Wait()
		times := map[string]int{}
		for _, c := range w.got.seen() {
			times[c.id]++
		}
		if len(times) != 40 || len(w.got.seen()) != 40 || len(w.log(e, Taken)) != 40 {
			t.Errorf("%d events in %d calls", len(times), len(w.got.seen()))
		}
	})
}
