package radius

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/spool"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Routers is what is asked of the router register. *routers.Service satisfies it.
type Routers interface {
	ByAddress(a netip.Addr) (*routers.Router, bool) // what these two return never changes
	ByTunnel(a netip.Addr) (*routers.Router, bool)
	Get(id int64) (routers.Router, bool)
	All() []routers.Router
	Heard(id int64, at time.Time)
	LastHeard(id int64) time.Time
	SawAuthenticator(id int64)
	// CallsAnother says whether the router's tunnel ends at another node.
	CallsAnother(ctx context.Context, id int64, node string) (bool, error)
}

// Access is what is asked of the hinge. *access.Service satisfies it.
type Access interface {
	AdmitKnown(a *access.Attempt, answer *access.Admission) bool
	Admit(ctx context.Context, a access.Attempt) access.Admission
	Use(tx *db.Tx, all []access.Used) error
	PlansOf(tx *db.Tx, grantIDs []int64) (map[int64]string, error)
	OnceLogin(tx *db.Tx, grantID int64, ttl time.Duration) (name, secret string, err error)
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
	Views(ctx context.Context, grantIDs []int64) (map[int64]access.Viewed, error)
	ActiveAt(ctx context.Context, siteID int64, mac access.MAC, at time.Time) ([]access.Grant, error)
}

// Spool keeps accounting until it is applied. *spool.Spool satisfies it.
type Spool interface {
	Put(payload []byte, done func(error))
	Consume(ctx context.Context, most int, apply func(context.Context, []spool.Record) error) error
}

// Pause says whether this is a restored copy that gives no orders to routers yet. It answers them all the same.
type Pause interface{ Paused() bool }

// Options are the collaborators of a Service; all but Metrics, Tunnel and Pause are needed.
type Options struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Access   Access
	Routers  Routers
	Dialects []routers.Dialect
	CoA      routers.CoA // NewSender, shared with the dialects that need it
	Spool    Spool
	Keys     *seal.Keys
	Clock    clock.Clock                       // the plan clock: sessions and limits; protocol time-outs are always real
	Zone     func(siteID int64) *time.Location // of a site's opening hours
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Pause    Pause
	Tunnel   Tunnel                      // nil: none; RADIUS also listens inside it
	Pools    Pools                       // nil: none; every pool is the router's own
	Node     string                      // this program, in accounting records and among other nodes
	Keep     func() (history, usage int) // months that sessions, and usage by the day, are kept

	AuthAddress, AcctAddress string         // ":1812", ":1813"; port 0 takes a free one
	Sockets                  []*net.UDPConn // of Open, in the place of addresses; nil: none. The service closes them
}

// Service answers routers, measures sessions and stops them.
type Service struct {
	db       *db.DB
	jobs     *jobs.Queue
	access   Access
	routers  Routers
	dialects map[string]routers.Dialect
	coa      routers.CoA
	spool    Spool
	keys     *seal.Keys
	clock    clock.Clock
	zone     func(siteID int64) *time.Location
	keep     func() (history, usage int)
	log      *slog.Logger
	metrics  *metrics
	front    *front
	auth     *authenticator
	pace     pace
	turns    *turnstile

	addresses [2]string
	given     []*net.UDPConn // of Options.Sockets
	tunnel    Tunnel
	node      string
	pause     Pause
	pools     Pools
	mu        sync.Mutex
	sockets   []*socket // authentication, accounting; the same inside the tunnel
}

// New wires a service and registers its jobs and sweeps with the queue; call it before the queue runs.
func New(o Options) *Service {
	s := &Service{
		db: o.DB, jobs: o.Jobs, access: o.Access, routers: o.Routers, dialects: map[string]routers.Dialect{}, coa: o.CoA, spool: o.Spool,
		keys: o.Keys, clock: o.Clock, zone: o.Zone, keep: o.Keep, log: o.Log, metrics: newMetrics(o.Metrics), pace: usualPace, turns: newTurnstile(clock.Stopwatch()),
		addresses: [2]string{o.AuthAddress, o.AcctAddress}, given: o.Sockets, tunnel: o.Tunnel, node: o.Node, pause: o.Pause, pools: o.Pools,
	}
	for _, dialect := range o.Dialects {
		s.dialects[dialect.Name()] = dialect
	}
	s.front = s.newFront(o.Node)
	s.subscribe()
	return s
}

func (s *Service) newFront(node string) *front {
	complains := newComplaints(clock.Stopwatch())
	refusals, guard := newRefusals(s.clock, s.keys), newGuard(clock.Stopwatch())
	s.auth = &authenticator{refusals: refusals, guard: guard, access: s.access, dialects: s.dialects, keys: s.keys, clock: s.clock, log: s.log, metrics: s.metrics,
		complains: complains, rejectDelay: rejectDelay, zone: s.zoneOf, share: s.shareAtLogIn, address: s.addressOf}
	acct := &accountant{clock: s.clock, metrics: s.metrics, node: node}
	return &front{routers: s.routers, clock: s.clock, log: s.log, cache: newReplyCache(clock.Stopwatch()), metrics: s.metrics,
		complains: complains, refusals: refusals, misfits: misfits{found: map[int64]misfit{}}, guard: guard, store: s.spool.Put, access: s.auth.handle, accounting: acct.handle}
}

// Listen opens the sockets. Serve does it too; alone it tells early that a port is taken, and makes Addresses known.
func (s *Service) Listen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets != nil {
		return nil
	}
	opens := []func() (*socket, error){
		func() (*socket, error) { return s.listenAt(authPort) },
		func() (*socket, error) { return s.listenAt(acctPort) },
	}
	if s.tunnel != nil {
		opens = append(opens, func() (*socket, error) { return listenInside(authPort, s.tunnel) },
			func() (*socket, error) { return listenInside(acctPort, s.tunnel) })
	}
	var sockets []*socket
	for _, open := range opens {
		k, err := open()
		if err != nil {
			for _, k := range sockets {
				_ = k.conn.Close()
			}
			return err
		}
		sockets = append(sockets, k)
	}
	s.sockets = sockets
	return nil
}

// listenAt takes the socket that is given, else opens one.
func (s *Service) listenAt(p port) (*socket, error) {
	if s.given != nil {
		return listenOn(p, s.given[p])
	}
	return listen(p, s.addresses[p])
}

// Addresses are where authentication and accounting listen outside the tunnel; zero before Listen.
func (s *Service) Addresses() (auth, acct netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets == nil {
		return netip.AddrPort{}, netip.AddrPort{}
	}
	return s.sockets[authPort].address(), s.sockets[acctPort].address()
}

// Serve answers until ctx is done. Then it stops reading, answers what it has taken in, closes its sockets, and lets go of
// the spool; what is still in there is applied at the next start.
func (s *Service) Serve(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	applying, stopApplying := context.WithCancel(context.WithoutCancel(ctx))
	defer stopApplying()
	var consumer sync.WaitGroup
	consumer.Go(func() { s.consume(applying) })
	consumer.Go(func() { s.keepRefusalsWritten(applying) })
	for _, k := range s.sockets {
		k.start(s.front.process)
	}
	<-ctx.Done()
	for _, k := range s.sockets {
		k.stop()
	}
	stopApplying()
	consumer.Wait()
	return nil
}

// ApplyKept brings the spool's records to the database until ctx is done; Serve does it too. fault.Unavailable "spool.failed".
func (s *Service) ApplyKept(ctx context.Context) error {
	return s.spool.Consume(ctx, batchRecords, s.apply)
}

// consumeAgain is the pause after a disk that failed: it may have room again.
const consumeAgain = 2 * time.Second

// consume applies accounting for as long as the program serves, whatever becomes of the disk meanwhile.
func (s *Service) consume(ctx context.Context) {
	for {
		err := s.ApplyKept(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Error("accounting is not applied", "error", err)
		timer := time.NewTimer(consumeAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func dialectOf(dialects map[string]routers.Dialect, name string) (routers.Dialect, error) {
	if d := dialects[name]; d != nil {
		return d, nil
	}
	return nil, fault.New(fault.Internal, "router.dialect")
}
