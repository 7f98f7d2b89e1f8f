package app

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"os"
	"path/filepath"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

const (
	followEvery = time.Second
	followPart  = 8 // of the time it may take: after a rush each poll reads tens of thousands of changes again
	followMost  = 5 * time.Second
	copyEvery   = time.Minute
	copyAgain   = 5 * time.Second  // after one that could not be written
	copyQuiet   = 15 * time.Minute // between two when nothing changed: it says how old what it holds is
	copyMost    = 24 * time.Hour   // older than that, nobody is let in by it
	catchUp     = 20 * time.Second // at the start, to bring the copy up to the database
	copyPurpose = "known"
)

// known is what log-ins are answered from, as it is on disk, sealed: a program that starts without its database serves with it.
type known struct{ Access, Routers, Sites, Tunnel []byte }

func copyFile(c Config) string { return filepath.Join(c.Data, "known.sealed") }

func hasCopy(c Config) bool {
	_, err := os.Stat(copyFile(c))
	return err == nil
}

// followGrants keeps the copies of the grants, in memory and on disk, up to the database. When the database goes, what is in
// memory goes to disk at once: a restart finds everybody.
func (m *Main) followGrants(ctx context.Context) {
	c := &copier{main: m}
	wasGood := false
	for {
		took := clock.Stopwatch()
		err := m.Access.Follow(ctx)
		rest := time.NewTimer(min(max(followEvery, followPart*took()), followMost))
		if err != nil && ctx.Err() == nil && c.complains() {
			m.Log.Error("log-ins are answered from a copy of the grants that does not follow the database", "age", m.Access.Freshness().Age, "error", err)
		}
		if gone := err != nil && wasGood; gone || c.due() || ctx.Err() != nil {
			c.save()
		}
		wasGood = err == nil
		select {
		case <-ctx.Done():
			rest.Stop()
			c.save()
			return
		case <-rest.C:
		}
	}
}

// copier writes the copy on disk.
type copier struct {
	main       *Main
	age        func() time.Duration // since the last; nil: there was none
	took       time.Duration        // for that
	edits      int64                // of what was written
	failed     bool                 // to write the last
	complained func() time.Duration
}

// due: as soon as there is something, then every minute, or more rarely when writing takes long or nothing changed; sooner when the last could not be written.
func (c *copier) due() bool {
	if c.age == nil {
		return !c.main.Access.Freshness().Never
	}
	age := c.age()
	if c.failed {
		return age >= max(copyAgain, 20*c.took)
	}
	quiet := c.edits == c.main.Access.Freshness().Edits && age < copyQuiet
	return age >= max(copyEvery, 20*c.took) && !quiet
}

func (c *copier) complains() bool {
	if c.complained != nil && c.complained() < time.Minute {
		return false
	}
	c.complained = clock.Stopwatch()
	return true
}

func (c *copier) save() {
	took, edits := clock.Stopwatch(), c.main.Access.Freshness().Edits
	err := c.main.saveKnown()
	c.failed = err != nil
	if c.failed && c.complains() {
		c.main.Log.Error("the copy for a start without the database cannot be written", "error", err)
	}
	c.age, c.took, c.edits = clock.Stopwatch(), took(), edits
}

// saveKnown writes the copy whole or not at all.
func (m *Main) saveKnown() error {
	k := known{Access: m.Access.Pack()}
	if k.Access == nil {
		return nil
	}
	var errs [3]error
	k.Routers, errs[0] = m.Routers.Pack()
	k.Sites, errs[1] = m.Sites.Pack()
	if m.Tunnel != nil {
		k.Tunnel, errs[2] = m.Tunnel.Pack()
	}
	var plain bytes.Buffer
	if err := errors.Join(errors.Join(errs[:]...), gob.NewEncoder(&plain).Encode(k)); err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	sealed, err := m.Keys.Seal(copyPurpose, plain.Bytes())
	if err != nil {
		return err
	}
	return writeWhole(copyFile(m.Config), sealed)
}

// writeWhole replaces a file, readable by its owner alone, so that a crash leaves the old one or the new one.
func writeWhole(path string, body []byte) error {
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next)
		return fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	return errors.Join(folder.Sync(), folder.Close()) // the rename outlives a power cut
}

// readKnown opens the copy on disk. fault.Conflict "snapshot.none" without one, fault.Invalid when it is not ours or damaged.
func (m *Main) readKnown() (k known, err error) {
	sealed, err := os.ReadFile(copyFile(m.Config))
	if err != nil {
		return k, fault.Wrap(fault.Conflict, "snapshot.none", err)
	}
	plain, err := m.Keys.Open(copyPurpose, sealed)
	if err != nil {
		return k, err
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&k); err != nil {
		return k, fault.Wrap(fault.Invalid, "snapshot.unreadable", err)
	}
	return k, nil
}

// wakeAccess fills the memory of a start with the copy on disk and brings it up to the database, before the first packet.
func (m *Main) wakeAccess(ctx context.Context) {
	if m.absent || !hasCopy(m.Config) {
		return
	}
	k, err := m.readKnown()
	if err == nil {
		err = m.Access.Unpack(k.Access, copyMost)
	}
	if err != nil {
		m.Log.Warn("the copy of the grants on disk is not used", "error", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, catchUp)
	defer cancel()
	if err := m.Access.Follow(ctx); err != nil {
		m.Log.Error("log-ins begin with the copy of the grants on disk", "age", m.Access.Freshness().Age, "error", err)
	}
}
