package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/spool"
)

// spoolRoom is what a spool must still take for the node to count as ready: some of the largest records.
const spoolRoom = 1 << 20

const readyLimit = 2 * time.Second // a balancer asks every few seconds

// ready says whether this node can serve: the database answers and takes writes, the disk too, and the spools have room.
func (m *Main) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	if err := m.DB.Ping(ctx); err != nil {
		return err
	}
	if err := m.writes.try(ctx, m.tryWriting); err != nil {
		return err
	}
	for name, s := range map[string]*spool.Spool{"callbacks": m.callbacks, "accounting": m.accounting} {
		if stats := s.Stats(); stats.Most-stats.Bytes < spoolRoom {
			return fmt.Errorf("the spool of %s is full: %d records wait since %s", name, stats.Pending, stats.Oldest.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// trial keeps the outcome of a trial for a while: anybody may ask whether the node is ready, and asking must cost nothing.
type trial struct {
	mu  sync.Mutex
	age func() time.Duration // nil before the first
	err error
}

const trialEvery = 3 * time.Second

func (t *trial) try(ctx context.Context, do func(context.Context) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.age == nil || t.age() > trialEvery {
		t.err = do(ctx)
		t.age = clock.Stopwatch()
	}
	return t.err
}

// tryWriting: a database that is read-only or a disk that is full answers every question and takes no order. Keeping the
// lease of the node's number is a write that is wanted anyhow.
func (m *Main) tryWriting(ctx context.Context) error {
	if err := m.DB.LeaseNode(ctx, m.holder); err != nil {
		return fmt.Errorf("the database takes no writes: %w", err)
	}
	file := filepath.Join(m.Config.Data, "ready-"+m.holder)
	err := os.WriteFile(file, make([]byte, trialSize), 0o600)
	if e := os.Remove(file); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("the data folder takes no writes: %w", err)
	}
	return nil
}

const trialSize = 64 << 10 // bytes
