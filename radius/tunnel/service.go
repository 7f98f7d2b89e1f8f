package tunnel

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/radius/routers"
)

// Routers is what is asked of the router register. *routers.Service satisfies it.
type Routers interface {
	Tunneled() []routers.Router
	SawTunnel(ctx context.Context, seen map[int64]routers.TunnelSeen) error
}

// Options are the collaborators of a Service; all but Packed are needed.
type Options struct {
	DB      *db.DB
	Keys    *seal.Keys
	Clock   clock.Clock
	Routers Routers
	Log     *slog.Logger
	Node    string // this program, for the other nodes
	Address string // UDP, ":51820"; give the machine's own address when it has several
	Packed  []byte // keys as Pack wrote them, when the database is not there; nil: it is
}

// Service ends the routers' tunnels.
type Service struct {
	db      *db.DB
	keys    *seal.Keys
	clock   clock.Clock
	routers Routers
	log     *slog.Logger
	node    string
	door    *door
	hub     *hub

	refreshing sync.Mutex
	written    map[int64]time.Time // the newest handshake that is in the database; under refreshing

	mu     sync.RWMutex
	lanes  []*lane // the newest key first
	status map[int64]Status
	closed bool
}

// Status is what this node knows of a router's tunnel; another node may know more.
type Status struct {
	Handshake  time.Time // the newest; zero: none since this node started
	Endpoint   string    // where the router is seen from, outside
	Received   int64     // octets, outside
	Sent       int64
	Generation int64 // of our key that the newest handshake was made with
}

// Open makes our key at the very first start, opens the port and lets the routers in. Call Refresh every two seconds.
func Open(ctx context.Context, o Options) (*Service, error) {
	s := &Service{db: o.DB, keys: o.Keys, clock: o.Clock, routers: o.Routers, log: o.Log, node: o.Node, written: map[int64]time.Time{}, status: map[int64]Status{}}
	all, err := s.firstKeys(ctx, o.Packed)
	if err != nil {
		return nil, err
	}
	if s.door, err = openDoor(o.Address); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "config.port_taken", err, "Address", o.Address)
	}
	if s.hub, err = openHub(s.door); err != nil {
		s.door.close()
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	if err := errors.Join(s.keepLanes(all), s.followRouters()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends every tunnel; routers try again until somebody answers on this port.
func (s *Service) Close() error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	s.mu.Lock()
	lanes := s.lanes
	closed := s.closed
	s.lanes, s.closed = nil, true
	s.mu.Unlock()
	if closed {
		return nil
	}
	for _, l := range lanes {
		l.device.Close()
		s.hub.leave(l)
	}
	s.hub.close()
	s.door.close()
	return nil
}

// Refresh brings keys and peers up to date, and reads back from the devices who was seen. Without the database the tunnels
// go on.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	if s.isClosed() {
		return nil
	}
	all, err := s.readKeys(ctx)
	if err == nil && len(all) > 0 {
		err = s.keepLanes(all)
	}
	err = errors.Join(err, s.followRouters(), s.readBack(ctx))
	if len(all) > 1 {
		err = errors.Join(err, s.db.InTx(ctx, func(tx *db.Tx) error { return endRotation(tx, all[0].generation) }))
	}
	return err
}

func (s *Service) isClosed() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.closed
}

// keepLanes opens a lane for each new key and closes those whose key is gone.
func (s *Service) keepLanes(all []key) error {
	var next []*lane
	var failed error
	had := map[int64]*lane{}
	for _, l := range s.current() {
		had[l.key.generation] = l
	}
	for _, k := range all {
		l := had[k.generation]
		delete(had, k.generation)
		if l == nil {
			var err error
			if l, err = s.hub.openLane(k, s.log); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		next = append(next, l)
	}
	s.mu.Lock()
	s.lanes = next
	s.mu.Unlock()
	for _, l := range had {
		l.device.Close()
		s.hub.leave(l)
	}
	return failed
}

func (s *Service) current() []*lane {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lanes
}

// followRouters brings each lane's peers to the table of routers.
func (s *Service) followRouters() (err error) {
	wanted, addresses := map[routers.TunnelKey]routers.Tunnel{}, map[netip.Addr]bool{}
	for _, r := range s.routers.Tunneled() {
		wanted[r.Tunnel.Public] = r.Tunnel
		addresses[r.Tunnel.Address] = true
	}
	s.hub.keepRoutes(addresses)
	for _, l := range s.current() {
		err = errors.Join(err, l.follow(wanted))
	}
	return err
}

// readBack learns who was seen since the last time, and writes the new handshakes down.
func (s *Service) readBack(ctx context.Context) error {
	status, err := s.gather()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.status = status
	s.mu.Unlock()
	fresh := map[int64]routers.TunnelSeen{}
	for id, c := range status {
		if c.Handshake.After(s.written[id]) {
			fresh[id] = routers.TunnelSeen{At: c.Handshake, Generation: c.Generation, Node: s.node}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := s.routers.SawTunnel(ctx, fresh); err != nil {
		return err
	}
	for id, seen := range fresh {
		s.written[id] = seen.At
	}
	return nil
}

func (s *Service) gather() (map[int64]Status, error) {
	status := map[int64]Status{}
	now := clock.System().Now() // handshakes are on the machine's clock, whatever clock the rest runs on
	for _, l := range s.current() {
		contacts, err := l.contacts()
		if err != nil {
			return nil, err
		}
		for _, r := range s.routers.Tunneled() {
			c, ok := contacts[r.Tunnel.Public]
			if !ok {
				continue
			}
			if !c.handshake.IsZero() {
				s.hub.heardAt(r.Tunnel.Address, l, s.hub.since()-now.Sub(c.handshake))
			}
			status[r.ID] = status[r.ID].with(c, l.key.generation)
		}
	}
	return status, nil
}

func (t Status) with(c contact, generation int64) Status {
	t.Received += c.received
	t.Sent += c.sent
	if c.handshake.After(t.Handshake) {
		t.Handshake, t.Endpoint, t.Generation = c.handshake, c.endpoint, generation
	}
	return t
}

// Status tells of a router's tunnel, as of the last Refresh.
func (s *Service) Status(routerID int64) (Status, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.status[routerID]
	return t, ok
}

// Up counts the routers whose session is fresh, as of the last Refresh, and all that call home.
func (s *Service) Up() (up, all int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := clock.System().Now()
	for _, t := range s.status {
		if now.Sub(t.Handshake) < silence {
			up++
		}
	}
	return up, len(s.status)
}

// Dropped counts the packets to routers that were not there.
func (s *Service) Dropped() int64 { return s.hub.dropped.Load() }

// Key is the public key to give to routers: the newest.
func (s *Service) Key() routers.TunnelKey {
	if lanes := s.current(); len(lanes) > 0 {
		return lanes[0].key.public
	}
	return routers.TunnelKey{}
}

// Port is the UDP port that routers call.
func (s *Service) Port() uint16 { return s.door.port() }

// Rotate makes a new key for routers to be given; the old one is accepted until each of them was seen with the new one.
// fault.Conflict "tunnel.rotating": the last rotation is not over.
func (s *Service) Rotate(tx *db.Tx) error { return s.rotate(tx) }

// Generations are those of the keys in use, the newest first; two during a rotation.
func (s *Service) Generations() []int64 {
	var all []int64
	for _, l := range s.current() {
		all = append(all, l.key.generation)
	}
	return all
}
