package router

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// tickEvery is real time; limits are exact however coarse it is on a fast plan clock.
const tickEvery = 50 * time.Millisecond

// Router is one simulated router.
type Router struct {
	options  Options
	mac      string
	auth     *link
	accounts *accountant
	chaos    *chaos
	coa      *coaServer
	api      *apiServer
	web      *http.Server
	webURL   string
	webAddr  string
	closers  []func() error
	arrivals chan string
	quit     chan struct{}
	running  sync.WaitGroup
	closing  sync.Once

	mu       sync.Mutex
	phones   map[string]*phone
	leases   map[string]netip.Addr
	lastIP   netip.Addr
	sessions []*session
	counter  uint32 // of session ids, from each boot
	numbers  uint32 // of .id values
	boot     uint32
	lives    int
	bootedAt time.Time
	faults   Faults
	captured string // the phone redirected last
	real     func() time.Duration
}

// New makes a router that is not yet switched on.
func New(o Options) *Router {
	o = o.withDefaults()
	sum := sha256.Sum256([]byte(o.Name))
	r := &Router{options: o, mac: fmt.Sprintf("02%x", sum[:5]), arrivals: make(chan string, 4096), quit: make(chan struct{}),
		real: clock.Stopwatch(), phones: map[string]*phone{}, leases: map[string]netip.Addr{}, faults: o.Faults}
	r.bootedAt = o.Clock.Now()
	r.boot = uint32(r.bootedAt.Unix())
	r.lastIP = o.Pool.Masked().Addr()
	for range 19 {
		r.lastIP = r.lastIP.Next()
	}
	return r
}

// Start opens the sockets and goes to work until ctx is done or Close. All but Handler and URL needs a started router.
func (r *Router) Start(ctx context.Context) error {
	for _, open := range []func() error{r.openRadius, r.openCoA, r.openAPI, r.openWeb} {
		if err := open(); err != nil {
			r.Close()
			return fmt.Errorf("simulated router %s: %w", r.options.Name, err)
		}
	}
	if r.options.AccountingOn {
		r.mu.Lock()
		r.announceBoot()
		r.mu.Unlock()
	}
	r.spawn(func() { r.tick(ctx) })
	for range 4 {
		r.spawn(r.welcome)
	}
	return nil
}

func (r *Router) spawn(work func()) {
	r.running.Add(1)
	go func() {
		defer r.running.Done()
		work()
	}()
}

// Close switches the router off like a power cut: no Stop is sent.
func (r *Router) Close() {
	r.shut()
	r.running.Wait()
}

func (r *Router) shut() {
	r.closing.Do(func() {
		close(r.quit)
		for _, closeOne := range r.closers {
			_ = closeOne()
		}
	})
}

// tick drives everything that happens by itself.
func (r *Router) tick(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-ctx.Done():
			r.shut()
			return
		case <-ticker.C:
			r.auth.tick()
			r.accounts.link.tick()
			r.accounts.flush()
			r.mu.Lock()
			r.settle()
			r.rehost()
			r.redial()
			r.mu.Unlock()
		}
	}
}

// Reboot cuts the power for an instant: sessions, hosts and unanswered packets are gone, nobody is told.
func (r *Router) Reboot() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	for _, p := range r.phones {
		if p.session != nil {
			r.stopSession(p.session, PowerCut)
		}
		p.host, p.challenge = false, nil
	}
	r.boot++
	r.lives++
	r.counter = 0
	r.bootedAt = r.options.Clock.Now()
	r.accounts.forget()
	r.auth.forget()
	r.coa.forget()
	r.api.dropAll()
	if r.options.AccountingOn {
		r.announceBoot()
	}
}

// SetFaults switches troubles on and off.
func (r *Router) SetFaults(f Faults) {
	r.mu.Lock()
	r.faults = f
	r.mu.Unlock()
	r.chaos.set(f)
	if f.APIUnreachable {
		r.api.dropAll()
	}
}
