package mikrotik

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"sync"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// connection is what the pool needs of an API client; *Client is one, and go-routeros has nearly the same shape.
type connection interface {
	RunContext(ctx context.Context, sentence ...string) (*Reply, error)
	Usable() bool
	Close() error
}

// account is all that decides which connection a router is spoken to over.
type account struct {
	address, user, password, certificate string
	tls, inside                          bool
}

// accountOf prefers the tunnel. A router that should be in there and is not is tried outside, if it has an address there.
func (p *pool) accountOf(r routers.Router) (account, error) {
	a := account{address: r.APIAddress, user: r.APIUser, password: r.APIPassword, certificate: r.APICert, tls: r.APITLS}
	inner := r.APIInside()
	switch {
	case r.APIUser == "", r.APIAddress == "" && !inner.IsValid():
		return account{}, fault.New(fault.Invalid, "router.no_api")
	case p.tunnel != nil && inner.IsValid() && p.tunnel.Reaches(inner.Addr()):
		a.address, a.inside = inner.String(), true
	case r.APIAddress == "":
		return account{}, unreachable(nil)
	}
	return a, nil
}

// pool keeps one connection per router: /ip/service allows 20 sessions in all, other programs' included.
type pool struct {
	tunnel Tunnel // nil: none
	paused func() bool
	mu     sync.Mutex
	seat   map[int64]*seat
}

type seat struct {
	turn    chan struct{} // holds one token; who has it may dial
	client  connection
	account account
}

// get returns a live connection to the router, and whether it was there already.
func (p *pool) get(ctx context.Context, r routers.Router) (connection, bool, error) {
	wanted, err := p.accountOf(r)
	if err != nil {
		return nil, false, err
	}
	s := p.seatOf(r.ID)
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, false, unreachable(ctx.Err())
	}
	if s.client != nil && s.client.Usable() && s.account == wanted {
		return s.client, true, nil
	}
	if s.client != nil {
		_ = s.client.Close()
		s.client = nil
	}
	client, err := p.dial(ctx, wanted)
	if err != nil {
		return nil, false, loginFault(err)
	}
	s.client, s.account = client, wanted
	return client, false, nil
}

func (p *pool) seatOf(id int64) *seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.seat[id]
	if s == nil {
		s = &seat{turn: make(chan struct{}, 1)}
		s.turn <- struct{}{}
		p.seat[id] = s
	}
	return s
}

// ask runs a command that changes nothing. A connection kept from earlier may have died unnoticed (a NAT forgot it), so a
// failure on one is tried once more on a fresh one.
func (p *pool) ask(ctx context.Context, r routers.Router, sentence ...string) (*Reply, error) {
	client, kept, err := p.get(ctx, r)
	if err != nil {
		return nil, err
	}
	reply, err := client.RunContext(ctx, sentence...)
	if kept && errors.Is(err, ErrClosed) {
		if client, _, err = p.get(ctx, r); err != nil {
			return nil, err
		}
		reply, err = client.RunContext(ctx, sentence...)
	}
	return reply, commandFault(err)
}

// tell runs a command that changes something: once.
func (p *pool) tell(ctx context.Context, r routers.Router, sentence ...string) (*Reply, error) {
	if p.paused() {
		return nil, fault.New(fault.Conflict, "router.paused")
	}
	client, _, err := p.get(ctx, r)
	if err != nil {
		return nil, err
	}
	reply, err := client.RunContext(ctx, sentence...)
	return reply, commandFault(err)
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.seat {
		<-s.turn
		if s.client != nil {
			_ = s.client.Close()
		}
		s.turn <- struct{}{}
	}
}

func (p *pool) dial(ctx context.Context, a account) (connection, error) {
	dial := outside
	if a.inside {
		dial = p.inside
	}
	if !a.tls {
		return dialPlain(ctx, dial, a.address, a.user, a.password)
	}
	config, err := pinned(a.certificate)
	if err != nil {
		return nil, err
	}
	return dialTLS(ctx, dial, a.address, a.user, a.password, config)
}

func (p *pool) inside(ctx context.Context, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	return p.tunnel.DialContext(ctx, to)
}

// pinned trusts exactly this certificate, or what this authority signed, whatever name it bears: routers are reached by
// addresses that their certificates do not know.
func pinned(certificate string) (*tls.Config, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(certificate)) {
		return nil, fault.New(fault.Invalid, "router.api_cert")
	}
	verify := func(state tls.ConnectionState) error {
		intermediates := x509.NewCertPool()
		for _, c := range state.PeerCertificates[1:] {
			intermediates.AddCert(c)
		}
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		return err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: verify}, nil
}
