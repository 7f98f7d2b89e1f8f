package scheduled

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

var (
	reports = []Report{{Name: "revenue", Title: "office.revenue.plans", May: staff.ReportsView, Spans: []Span{Yesterday, LastMonth}},
		{Name: "taxes", Title: "office.revenue.taxes", May: staff.ReportsView, Everywhere: true, Spans: []Span{LastMonth}}}
	manager = []staff.Role{{Key: "manager", Permissions: []staff.Permission{staff.ReportsView}}}
)

// crew are those who work here, as the test says.
type crew struct {
	mu  sync.Mutex
	all map[int64]staff.Member
}

func (c *crew) Member(_ context.Context, id int64) (staff.Member, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, there := c.all[id]
	if !there {
		return m, fault.New(fault.NotFound, "staff.no_member")
	}
	return m, nil
}

func (c *crew) MemberByEmail(_ context.Context, email string) (staff.Member, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.all {
		if m.Email == email {
			return m, nil
		}
	}
	return staff.Member{}, fault.New(fault.NotFound, "staff.no_member")
}

func (c *crew) set(m staff.Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[m.ID] = m
}

// world is the service with real messages, and a crew of four: an owner, two managers, and a manager at site 7.
type world struct {
	*testing.T
	*Service
	d     *db.DB
	clock *clock.Manual
	crew  *crew
	ctx   context.Context
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, d: d, ctx: context.Background(), clock: clock.NewManual(nairobi(t, "2026-11-27 12:00")), crew: &crew{all: map[int64]staff.Member{}}}
		for id, m := range map[int64]staff.Member{1: {Email: "owner@demo.example", Roles: []staff.Role{{Key: staff.Owner}}}, 2: {Email: "mary@demo.example", Roles: manager},
			3: {Email: "juma@demo.example", Roles: manager, Language: "sw"}, 4: {Email: "ngong@demo.example", Roles: manager, Sites: []int64{7}}, 5: {Email: "cash@demo.example", Roles: []staff.Role{{Key: "cashier"}}}} {
			m.ID, m.State, m.Name = id, staff.Active, "Member "+number(id)
			w.crew.set(m)
		}
		q, set := jobs.New(d, w.clock, slog.New(slog.DiscardHandler)), settings.New(d, w.clock)
		messages := notify.New(notify.Options{DB: d, Jobs: q, Keys: keys, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Settings: set})
		w.Service = New(Options{DB: d, Keys: keys, Clock: w.clock, Members: w.crew, Messages: messages, Reports: reports, PublicURL: "https://isp.example"})
		w.AskDrawer(func(_ context.Context, o Order) (notify.File, error) {
			return notify.File{Name: string(o.Format), Bytes: []byte(fmt.Sprintf("%s %s %s %d %s", o.Report, o.First, o.Last, len(o.Sites), o.Lang))}, nil
		})
		run(w)
	})
}

func (w *world) by(id int64) By {
	m, err := w.crew.Member(w.ctx, id)
	w.must(err)
	return By{Member: m, From: "192.0.2.1"}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wants(err error, key string) {
	w.Helper()
	if fault.KeyOf(err) != key {
		w.Errorf("%v, not %s", err, key)
	}
}

// daily is a report of yesterday, each day at seven.
func (w *world) daily(by int64, to ...string) Schedule {
	w.Helper()
	sc, err := w.Save(w.ctx, w.by(by), Schedule{Report: "revenue", Every: Daily, Hour: 7, Span: Yesterday, Format: PDF}, to)
	w.must(err)
	return sc
}

// sent counts messages by their states.
func (w *world) sent() (n int) {
	w.Helper()
	w.must(w.d.SQL().QueryRow("SELECT COUNT(*) FROM messages WHERE purpose = 'report'").Scan(&n))
	return n
}

// morning is the next one, at which everything due is sent.
func (w *world) morning() {
	w.Helper()
	w.clock.Set(w.next(w.clock.Now()))
	w.must(w.Tick(w.ctx))
}

func (w *world) next(after time.Time) time.Time { return Schedule{Every: Daily, Hour: 7}.next(after) }

// last is the newest sending of a schedule to a recipient.
func (w *world) last(sc Schedule, n int) Sending {
	w.Helper()
	all, err := w.Sendings(w.ctx, w.by(1), sc.ID)
	w.must(err)
	if len(all) <= n {
		w.Fatal("only", len(all), "sendings")
	}
	return all[n]
}
