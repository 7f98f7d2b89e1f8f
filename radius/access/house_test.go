package access

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
)

// house is a service on its own clocks, with two sites and an ear for facts.
type house struct {
	*testing.T
	*Service
	plan, protocol *clock.Manual
	here, there    int64
}

var facts = []string{GrantOpened, GrantChanged, GrantEnded, GrantSuspended, GrantResumed}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, plan: clock.NewManual(noon), protocol: clock.NewManual(noon.AddDate(1, 0, 0))}
	queue := jobs.New(d, clock.System(), slog.New(slog.DiscardHandler))
	for _, fact := range facts {
		queue.On(fact, "test", func(context.Context, jobs.Job) error { return nil })
	}
	sites := site.New(d, h.plan)
	h.Service = New(d, queue, keys, h.plan, sites)
	h.real = h.protocol
	h.watchWriters()
	h.follow(h.Service)
	other := h.otherNode()
	h.follow(other)
	t.Cleanup(func() { h.checkFeed(other) })
	h.tx(func(tx *db.Tx) error {
		a, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		if err != nil {
			return err
		}
		b, err := sites.SaveSite(tx, site.Site{Slug: "there", Name: "There"})
		h.here, h.there = a.ID, b.ID
		return err
	})
	return h
}

// eachHouse runs the test on both databases.
func eachHouse(t *testing.T, run func(h *house)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newHouse(t, d)) })
}

func (h *house) tx(fn func(tx *db.Tx) error) {
	h.Helper()
	if err := h.db.InTx(context.Background(), fn); err != nil {
		h.Fatal(err)
	}
}

const (
	phone  MAC = "0a0000000001"
	laptop MAC = "0a0000000002"
	tablet MAC = "0a0000000003"
)

var hour = Limits{DownKbps: 2048, Time: time.Hour, TimeKind: Calendar, Devices: 1}

func (h *house) offer(key, plan string, l Limits, mac MAC) Offer {
	return Offer{Source: Source{"order", key}, SiteID: h.here, Plan: plan, Segment: "hotspot", Limits: l, Place: Place{RouterID: 7, MAC: mac, IP: "10.0.0.9"}}
}

func (h *house) give(o Offer) Given {
	h.Helper()
	var given Given
	h.tx(func(tx *db.Tx) (err error) {
		given, err = h.Give(tx, o)
		return err
	})
	return given
}

func (h *house) byMAC(mac MAC) Admission {
	return h.Admit(context.Background(), Attempt{RouterID: 7, SiteID: h.here, MAC: mac, MACLogin: true})
}

// admitKnown is what memory alone answers.
func admitKnown(s *Service, a Attempt) (answer Admission, known bool) {
	known = s.AdmitKnown(&a, &answer)
	return answer, known
}

// byName logs in with name and password as PAP would.
func (h *house) byName(name, password string, mac MAC) Admission {
	return h.Admit(context.Background(), Attempt{Name: name, RouterID: 7, SiteID: h.here, MAC: mac, Verify: func(s string) bool { return s == password }})
}

func (h *house) code(grantID int64) string {
	h.Helper()
	code, err := h.CodeOf(context.Background(), grantID)
	if err != nil {
		h.Fatal(err)
	}
	return code
}

func (h *house) view(grantID int64) (Grant, []Slot, Left) {
	h.Helper()
	g, slots, left, err := h.View(context.Background(), grantID)
	if err != nil {
		h.Fatal(err)
	}
	return g, slots, left
}

func (h *house) sweep() {
	h.Helper()
	if err := h.Sweep(context.Background()); err != nil {
		h.Fatal(err)
	}
}

// emitted lists the payloads of a fact for a grant.
func (h *house) emitted(fact string, grantID int64) []string {
	h.Helper()
	rows, err := h.db.SQL().Query("SELECT payload FROM jobs WHERE fact = ? AND job_key = ? ORDER BY id", fact, fmt.Sprint(grantID))
	if err != nil {
		h.Fatal(err)
	}
	defer rows.Close()
	var payloads []string
	for rows.Next() {
		var payload []byte
		if err := rows.Scan(&payload); err != nil {
			h.Fatal(err)
		}
		payloads = append(payloads, string(payload))
	}
	return payloads
}

func (h *house) wantEmitted(grantID int64, want map[string]int) {
	h.Helper()
	for _, fact := range facts {
		if got := h.emitted(fact, grantID); len(got) != want[fact] {
			h.Errorf("%q was emitted %d times (%v), want %d", fact, len(got), got, want[fact])
		}
	}
}

func (h *house) wantCause(what string, got Admission, want Cause) {
	h.Helper()
	if got.Cause != want {
		h.Errorf("%s: %s (%v), want %s", what, got.Cause, got.Err, want)
	}
}

// together runs fn in n goroutines that start at once, each with its number.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}
