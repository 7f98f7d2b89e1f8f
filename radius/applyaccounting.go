package radius

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
)

const (
	batchRecords  = 1 << 18 // as many as wait, up to this (some 150 MB): a session costs one write however often it reported
	chunkSessions = 256     // a transaction of some 15 ms
)

// identity names every use of a session id on a router.
type identity struct {
	RouterID int64
	Key      string
}

// compare orders sessions, so that every node locks them in the same order.
func (i identity) compare(j identity) int {
	return cmp.Or(cmp.Compare(i.RouterID, j.RouterID), strings.Compare(i.Key, j.Key))
}

// stored is an event and the payload it was read from.
type stored struct {
	event
	payload []byte
}

// apply writes a batch from the spool. It may be called again with the same batch: nothing is counted twice.
func (s *Service) apply(ctx context.Context, batch []spool.Record) error {
	var pending []stored
	for _, payload := range batch {
		e, err := s.read(payload)
		if err != nil {
			if err := s.setAside(ctx, e.RouterID, payload.Payload, err.Error()); err != nil {
				return err
			}
			continue
		}
		if e.Kind != routerOn && e.Kind != routerOff {
			pending = append(pending, stored{e, payload.Payload})
			continue
		}
		if err := s.applySessions(ctx, pending); err != nil {
			return err
		}
		pending = nil
		if err := s.closeAll(ctx, e); err != nil {
			return err
		}
	}
	return s.applySessions(ctx, pending)
}

// read reads a record; with an error the event tells no more than the router.
func (s *Service) read(payload spool.Record) (event, error) {
	r, err := decodeRecord(payload.Payload)
	if err != nil {
		return event{RouterID: r.RouterID}, err
	}
	router, known := s.routers.Get(r.RouterID)
	if !known {
		return event{RouterID: r.RouterID}, errors.New("unknown router")
	}
	e, err := readEvent(r, router.Swap)
	if err != nil {
		return event{RouterID: r.RouterID}, err
	}
	e.SiteID, e.Interim = router.SiteID, router.Interim
	e.Who, e.Classes = s.whoOf(e.Classes), nil // a batch is large
	return e, nil
}

// applySessions folds the events of each session first, so that a session costs one write however often it reported.
func (s *Service) applySessions(ctx context.Context, events []stored) error {
	groups := map[identity][]*stored{}
	for i := range events {
		id := identity{events[i].RouterID, events[i].Key}
		groups[id] = append(groups[id], &events[i])
	}
	order := slices.SortedFunc(maps.Keys(groups), identity.compare)
	for _, group := range groups {
		slices.SortStableFunc(group, func(a, b *stored) int { return a.At.Compare(b.At) })
	}
	for chunk := range slices.Chunk(order, chunkSessions) {
		if err := s.applyChunk(ctx, chunk, groups); err != nil {
			return err
		}
	}
	return nil
}

// applyChunk writes some sessions in one transaction. When a session is the database's own "no" (not its absence), the
// others go on without it and its records are set aside: one bad record must not stop the books of all.
func (s *Service) applyChunk(ctx context.Context, chunk []identity, groups map[identity][]*stored) error {
	err := s.writeChunk(ctx, chunk, groups)
	if err == nil || fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
		return err
	}
	for _, id := range chunk {
		err := s.writeChunk(ctx, []identity{id}, groups)
		if err == nil {
			continue
		}
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict) || ctx.Err() != nil {
			return err // a conflict is another node's insert of the same session: the next try sees it
		}
		for _, e := range groups[id] {
			if err := s.setAside(ctx, e.RouterID, e.payload, err.Error()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) writeChunk(ctx context.Context, chunk []identity, groups map[identity][]*stored) error {
	var w *work
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		w = newWork(s, s.clock.Now())
		if err := w.load(tx, chunk); err != nil {
			return err
		}
		for _, id := range chunk {
			if err := w.foldAll(tx, id, groups[id]); err != nil {
				return err
			}
		}
		return w.write(tx)
	})
	if err == nil {
		w.count()
	}
	return err
}

func (s *Service) setAside(ctx context.Context, routerID int64, payload []byte, cause string) error {
	router, _ := s.routers.Get(routerID)
	s.metrics.setAside.WithLabelValues(router.Name, "unreadable").Inc()
	s.log.Error("accounting record set aside", "router", router.Name, "cause", cause)
	return s.db.InTx(ctx, func(tx *db.Tx) error { return insertAside(tx, s.clock.Now(), routerID, payload, cause) })
}
