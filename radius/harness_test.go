package radius

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// bench is a service with fakes around it.
type bench struct {
	*Service
	routers *fakeRouters
	access  *fakeAccess
	dialect *fakeDialect
	spool   *fakeSpool
	coa     *fakeCoA
	clock   *clock.Manual
	log     *logText
}

type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

func newKeys(t testing.TB) *seal.Keys {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newBench(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{
		routers: newFakeRouters(testRouter()), dialect: &fakeDialect{name: routers.MikroTik}, spool: &fakeSpool{}, coa: &fakeCoA{},
		clock: clock.NewManual(noon), log: &logText{},
	}
	b.access = newFakeAccess(b.clock)
	log := slog.New(slog.NewTextHandler(io.MultiWriter(b.log), nil))
	queue := jobs.New(d, clock.System(), log)
	b.Service = New(Options{
		DB: d, Jobs: queue, Access: b.access, Routers: b.routers, Dialects: []routers.Dialect{b.dialect}, CoA: b.coa, Spool: b.spool,
		Keys: newKeys(t), Clock: b.clock, Zone: func(int64) *time.Location { return time.UTC }, Log: log, Node: "test",
		AuthAddress: "127.0.0.1:0", AcctAddress: "127.0.0.1:0",
	})
	b.auth.rejectDelay = 5 * time.Millisecond
	return b
}

// serve starts the sockets and stops them with the test.
func (b *bench) serve(t testing.TB) {
	t.Helper()
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("serving: %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Error("the server does not stop")
		}
	})
}

func newServing(t testing.TB) *bench {
	t.Helper()
	together(t)
	b := newBench(t, testdb.SQLite(t))
	b.serve(t)
	return b
}

// together lets tests that mostly wait run side by side.
func together(t testing.TB) {
	if parallel, ok := t.(*testing.T); ok {
		parallel.Parallel()
	}
}
