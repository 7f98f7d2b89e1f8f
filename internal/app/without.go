package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/spool"
	"mtandao/radius"
)

const (
	lookForDatabase = 2 * time.Second // between two looks
	lookLimit       = 2 * time.Second
)

// openAbsent wires a program whose database is not there: it knows what the copy on disk says. Without a good copy there is
// nothing to stand on.
func (m *Main) openAbsent() (err error) {
	m.absent = true
	if m.DB, err = db.Absent(db.Options{Clock: m.Clock, Log: m.Log}); err != nil {
		return err
	}
	if m.Keys, err = seal.Load(m.Config.KeyFile); err != nil {
		return err
	}
	m.wireDomains()
	if m.known, err = m.readKnown(); err != nil {
		return err
	}
	return errors.Join(m.Access.Unpack(m.known.Access, copyMost), m.Routers.Unpack(m.known.Routers), m.Sites.Unpack(m.known.Sites))
}

// serveWithout answers known customers and keeps accounting and callbacks, until the database takes writes again (nil) or the
// program is asked to stop.
func serveWithout(ctx context.Context, config Config, o Options) error {
	m, err := New(ctx, config, o)
	if err != nil {
		return err
	}
	o.Log.Error("THE DATABASE IS NOT THERE: KNOWN CUSTOMERS ARE LET IN BY THE COPY ON DISK, ACCOUNTING AND CALLBACKS ARE KEPT",
		"age", m.Access.Freshness().Age, "grants", m.Access.Freshness().Grants)
	m.tellAddresses()
	err = m.runWithout(ctx)
	if err == nil && ctx.Err() == nil {
		o.Log.Info("the database is there again")
	}
	return errors.Join(err, m.Close())
}

// runWithout serves at the edge alone: nothing that needs the database runs, and what was taken in waits in the spools.
func (m *Main) runWithout(ctx context.Context) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	var edge sync.WaitGroup
	failed := make(chan error, 3)
	edge.Go(func() { failed <- m.Radius.Serve(serving) })
	edge.Go(func() { failed <- m.server.Serve(m.listeners.plain) })
	if m.listeners.tls != nil {
		edge.Go(func() { failed <- m.server.ServeTLS(m.listeners.tls) })
	}
	back := make(chan struct{})
	edge.Go(func() { m.awaitDatabase(serving, back) })
	var err error
	select {
	case <-ctx.Done():
	case <-back:
	case err = <-failed:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err = errors.Join(err, m.server.Shutdown(stopping))
	m.listeners.close()
	stop()
	edge.Wait()
	return err
}

// awaitDatabase looks every few seconds whether the database takes writes.
func (m *Main) awaitDatabase(ctx context.Context, back chan<- struct{}) {
	for takesWrites(ctx, m.Config, m.holder) != nil {
		pause(ctx, lookForDatabase)
		if ctx.Err() != nil {
			return
		}
	}
	close(back)
}

// takesWrites asks the database to keep the number of a node; fault.Unavailable "db.unavailable" also when it does not answer
// in time.
func takesWrites(ctx context.Context, c Config, holder string) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	done := make(chan error, 1)
	go func() { // a connection that hangs while it is made heeds no context
		d, err := db.Open(ctx, c.DB, db.Options{})
		if err == nil {
			err = errors.Join(d.LeaseNode(ctx, holder), d.Close())
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "db.unavailable", ctx.Err())
	}
}

// keepOnly is the spool of accounting while there is nowhere to apply it.
type keepOnly struct{ *spool.Spool }

// Consume waits for the end.
func (keepOnly) Consume(ctx context.Context, _ int, _ func(context.Context, []spool.Record) error) error {
	<-ctx.Done()
	return nil
}

func (m *Main) radiusSpool() radius.Spool {
	if m.absent {
		return keepOnly{m.accounting}
	}
	return m.accounting
}
