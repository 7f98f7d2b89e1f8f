package webhooks

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// one pays, and makes an attempt; what became of it is told.
func (w *world) one(e Endpoint) (Delivery, Attempt) {
	w.t.Helper()
	if err := w.pay(1); err != nil {
		w.t.Fatal(err)
	}
	w.work()
	w.deliver()
	d, _, tries, err := w.Delivery(w.t.Context(), w.log(e, "")[0].ID)
	if err != nil || len(tries) == 0 {
		w.t.Fatal(d, tries, err)
	}
	return d, tries[0]
}

// What a receiver does to harm us, and what the log says of it.
func TestReceiversThatDoHarm(t *testing.T) {
	d := testdb.SQLite(t)
	w := newWorld(t, d, receive(t))
	followed := false
	inner := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true })
	huge := strings.Repeat("x", 1<<20)
	for reason, answer := range map[string]http.HandlerFunc{
		"http_500": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(500); _, _ = rw.Write([]byte(huge)) },
		"http_404": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(404); _, _ = rw.Write([]byte("no\xff")) },
		"redirect": func(rw http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/away" {
				inner(rw, q)
				return
			}
			http.Redirect(rw, q, "/away", http.StatusTemporaryRedirect)
		},
		"no_connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"headers": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("X-Huge", strings.Repeat("x", 1<<20))
		},
	} {
		e, _ := w.add(func(e *Endpoint) { e.Name = reason })
		w.got.answers(answer)
		got, try := w.one(e)
		want := strings.Replace(reason, "headers", "no_connection", 1)
		if got.State != Waiting || got.Reason != want || try.Reason != want || try.Number != 1 || len(try.Answer) > mostAnswer || !got.NextAt.Equal(w.clock.Now().Add(pauses[0])) {
			t.Errorf("%s: %+v %+v", reason, got, try)
		}
		if err := w.Service.Delete(t.Context(), e.ID, by); err != nil {
			t.Fatal(err)
		}
	}
	if followed {
		t.Error("a redirection was followed")
	}
}

// A receiver that never answers holds up nobody else, and its call is cut.
func TestASlowReceiverHoldsUpNobody(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), receive(t))
	w.limit = 2 * time.Second
	slow, _ := w.add(func(e *Endpoint) { e.Name, e.URL = "Slow", w.got.URL+"/slow" })
	quick, _ := w.add(func(e *Endpoint) { e.Name = "Quick" })
	late, _ := w.add(func(e *Endpoint) { e.Name, e.Sites = "Late", []int64{7} }) // takes nothing of the first
	served := make(chan struct{}, 10)
	w.got.answers(func(rw http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/slow" {
			select {
			case <-q.Context().Done():
			case <-time.After(callTimeout):
			}
			return
		}
		served <- struct{}{}
	})
	if err := w.pay(1); err != nil {
		t.Fatal(err)
	}
	w.work()
	done := make(chan error)
	go func() { done <- w.Deliver(context.Background()) }()
	<-served
	if err := w.pay(2); err != nil { // while the slow one is being waited for
		t.Fatal(err)
	}
	w.work()
	<-served
	if err := <-done; err != nil || len(w.log(quick, Taken)) != 2 || len(w.log(late, Taken)) != 1 {
		t.Fatal(err, w.log(quick, ""), w.log(late, ""))
	}
	if all := w.log(slow, Waiting); len(all) != 2 || all[1].Reason != "slow" || all[1].Took < w.limit {
		t.Errorf("%+v", all)
	}
}

// What does not lead to the public internet is not dialled, whatever name it has.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), receive(t))
	at := strings.Replace(w.got.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{"http://example.com/", "https://", "https://name:word@example.com/", "ftp://example.com/", "https://example.com/#x", "https://exa mple.com/", "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"} {
		if _, _, err := w.Add(t.Context(), Endpoint{Name: "A", URL: url, Kinds: Kinds}, "", by); !strings.HasPrefix(fault.KeyOf(err), "webhook.url") {
			t.Errorf("%s: %v", url, err)
		}
	}
	e, _ := w.add(func(e *Endpoint) { e.URL = at })
	w.Near = nil // from now on as in production: a name that leads home was no reason to refuse the form
	if got, try := w.one(e); got.Reason != "private" || try.Status != 0 || len(w.got.seen()) != 0 {
		t.Errorf("%+v %+v", got, try)
	}
	for address, want := range map[string]bool{"8.8.8.8": true, "2c0f:fb50::1": true, "41.90.1.2": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::1": false, "::7f00:1": false, "fe80::1%eth0": false} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

// Attempts grow apart for about three days; then the delivery has failed, its endpoint is paused, and a person sends both on again.
func TestAnEndpointThatTakesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		e, secret := w.add()
		w.got.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) })
		if err := w.pay(1); err != nil {
			t.Fatal(err)
		}
		w.work()
		begun, last := w.clock.Now(), time.Duration(0)
		for n, wait := range append([]time.Duration{0}, pauses...) {
			if wait < last {
				t.Error("the pauses do not grow:", wait)
			}
			last = wait
			w.clock.Advance(max(wait-time.Second, 0))
			w.deliver()
			if n > 0 && len(w.got.seen()) != n {
				t.Fatal("too early:", n, len(w.got.seen()))
			}
			w.clock.Advance(min(wait, time.Second))
			w.deliver()
		}
		if took := w.clock.Now().Sub(begun); took < 70*time.Hour || took > 74*time.Hour || len(w.got.seen()) != len(pauses)+1 {
			t.Fatal(took, len(w.got.seen()))
		}
		failed := w.log(e, Failed)
		if len(failed) != 1 || failed[0].Status != 503 || failed[0].Attempts != len(pauses)+1 {
			t.Fatalf("%+v", w.log(e, ""))
		}
		w.clock.Advance(time.Hour)
		w.one(e)
		if is, err := w.Get(t.Context(), e.ID); err != nil || is.State != Failing || !is.FailingSince.Equal(begun) {
			t.Fatal(is, err)
		}
		if told, err := w.Untaken(t.Context()); err != nil || len(told) != 1 || told[0].Subject != e.Name || told[0].Value < 72 {
			t.Error(told, err)
		}
		n := len(w.got.seen())
		w.clock.Advance(time.Minute)
		w.deliver()
		w.got.answers(nil)
		if len(w.got.seen()) != n {
			t.Error("a paused endpoint is sent to")
		}
		if err := w.Resume(t.Context(), e.ID, by); err != nil {
			t.Fatal(err)
		}
		if err := w.Replay(t.Context(), failed[0].ID, by); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		calls := w.got.seen()
		if len(w.log(e, Taken)) != 2 || len(calls) != n+2 {
			t.Fatalf("%+v", w.log(e, ""))
		}
		for _, c := range calls[n:] { // signed at the time of the attempt, not of the event
			if !genuine(c.signature, c.body, secret, w.clock.Now()) {
				t.Error(c)
			}
		}
		if told, err := w.Untaken(t.Context()); err != nil || len(told) != 0 {
			t.Error(told, err)
		}
		if is, err := w.Get(t.Context(), e.ID); err != nil || is.State != Active || !is.FailingSince.IsZero() {
			t.Error(is, err)
		}
	})
}

// For a day both secrets sign; a form that is sent twice makes one.
func TestASecretIsRotated(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		first, secret := w.add()
		fresh, err := w.Rotate(t.Context(), first.ID, false, "form", by)
		again, err2 := w.Rotate(t.Context(), first.ID, false, "form", by)
		if err != nil || err2 != nil || fresh == secret || again != fresh {
			t.Fatal(err, err2, again == fresh)
		}
		if _, err := w.Rotate(t.Context(), first.ID, false, "another", by); fault.KeyOf(err) != "webhook.rotating" {
			t.Error(err)
		}
		w.clock.Advance(againFor + time.Second)
		if shown, err := w.Rotate(t.Context(), first.ID, false, "form", by); fault.KeyOf(err) != "webhook.request" || shown != "" {
			t.Error("an old form, sent once more, shows the secret again:", err)
		}
		signs := func(want ...string) {
			t.Helper()
			if _, err := w.SendTest(t.Context(), first.ID, by); err != nil {
				t.Fatal(err)
			}
			w.deliver()
			all := w.got.seen()
			c := all[len(all)-1]
			if !strings.Contains(c.body, `"endpoint.test"`) || strings.Count(c.signature, "v1=") != len(want) {
				t.Error(c)
			}
			for _, one := range want {
				if !genuine(c.signature, c.body, one, w.clock.Now()) {
					t.Error("not genuine:", c)
				}
			}
		}
		signs(fresh, secret)
		w.clock.Advance(rotatesOver)
		signs(fresh)
		last, err := w.Rotate(t.Context(), first.ID, true, "leaked", by)
		if err != nil {
			t.Fatal(err)
		}
		signs(last)
	})
}

// A form that is sent twice makes one endpoint; what is deleted goes with its log, and what is old goes after thirty days.
func TestWhatIsKept(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		wish := Endpoint{Name: "A", URL: w.got.URL, Kinds: Kinds}
		one, secret, err := w.Add(t.Context(), wish, "form", by)
		two, secret2, err2 := w.Add(t.Context(), wish, "form", by)
		if err != nil || err2 != nil || one.ID != two.ID || secret != secret2 {
			t.Fatal(one, two, err, err2)
		}
		wish.Name = "B"
		if _, _, err := w.Add(t.Context(), wish, "form", by); fault.KeyOf(err) != "webhook.request" {
			t.Error(err)
		}
		saved := one
		saved.Kinds = []Kind{InvoicePaid}
		if saved, err = w.Save(t.Context(), saved, by); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Save(t.Context(), one, by); fault.KeyOf(err) != "webhook.changed" {
			t.Error(err)
		}
		w.one(one)
		if err := w.Hold(t.Context(), one.ID, by); err != nil {
			t.Fatal(err)
		}
		if err := w.pay(2); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.deliver()
		if len(w.log(one, Waiting)) != 1 || len(w.log(one, Taken)) != 1 {
			t.Fatalf("%+v", w.log(one, ""))
		}
		rows := func(want int) {
			t.Helper()
			if err := w.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := d.SQL().QueryRow("SELECT (SELECT COUNT(*) FROM webhook_deliveries) + (SELECT COUNT(*) FROM webhook_attempts) + (SELECT COUNT(*) FROM webhook_endpoints)").Scan(&n); err != nil || n != want {
				t.Errorf("%d rows, not %d: %v", n, want, err)
			}
		}
		rows(4)
		if err := w.Service.Delete(t.Context(), one.ID, by); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Get(t.Context(), one.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := w.Resume(t.Context(), one.ID, by); !fault.Is(err, fault.NotFound) {
			t.Error("a deleted one is resumed:", err)
		}
		rows(0)
	})
}

// All that failed in a time is sent again, and nothing else, by the ids that it had.
func TestWhatFailedIsSentAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, receive(t))
		e, _ := w.add()
		if err := w.pay(1, 2, 3); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.deliver()
		if _, err := d.SQL().Exec("UPDATE webhook_deliveries SET state = 'failed' WHERE object_id < 3"); err != nil {
			t.Fatal(err)
		}
		before, wall := len(w.got.seen()), time.UnixMilli(w.log(e, "")[0].ID>>21) // ids are of the machine's clock
		if n, err := w.ReplayFailed(t.Context(), e.ID, wall.Add(-2*time.Hour), wall.Add(-time.Hour), by); err != nil || n != 0 {
			t.Error("of another time:", n, err)
		}
		if n, err := w.ReplayFailed(t.Context(), e.ID, wall.Add(-time.Hour), wall.Add(time.Hour), by); err != nil || n != 2 {
			t.Error(n, err)
		}
		w.deliver()
		ids := map[string]bool{}
		for _, c := range w.got.seen() {
			ids[c.id] = true
		}
		if len(w.got.seen()) != before+2 || len(ids) != 3 || len(w.log(e, Taken)) != 3 {
			t.Errorf("%d calls, %d events", len(w.got.seen()), len(ids))
		}
	})
}
