package router

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/clock"
)

func (r *Router) openRadius() error {
	auth, err := r.dial(r.options.AuthServer, !r.options.AcceptBareReplies)
	if err != nil {
		return err
	}
	acct, err := r.dial(r.options.AcctServer, false)
	if err != nil {
		return err
	}
	auth.transmit = auth.write
	r.chaos = newChaos(r.options.Seed, r.options.Faults, acct.write)
	acct.transmit = r.chaos.transmit
	r.auth = auth
	if r.options.Dialect == MikroTik && !r.options.RenewsDelay {
		acct.most = transmissions * (1 + moreRounds)
	}
	r.accounts = &accountant{link: acct, clock: r.options.Clock}
	r.spawn(auth.read)
	r.spawn(acct.read)
	return nil
}

func (r *Router) dial(server string, strict bool) (*link, error) {
	to, err := net.ResolveUDPAddr("udp", server)
	if err != nil {
		return nil, err
	}
	if to.IP.IsUnspecified() {
		to.IP = net.IPv4(127, 0, 0, 1)
	}
	conn, err := r.options.Inside.DialUDP(&net.UDPAddr{IP: r.options.Source.AsSlice()}, to)
	if err != nil {
		return nil, err
	}
	r.closers = append(r.closers, conn.Close)
	return &link{conn: conn, secret: []byte(r.options.Secret), timeout: r.options.Timeout, most: transmissions, strict: strict,
		elapsed: clock.Stopwatch(), pending: map[byte]*exchange{}}, nil
}

func (r *Router) openWeb() error {
	if r.options.HTTP == "" {
		return nil
	}
	listener, err := net.Listen("tcp", r.options.HTTP)
	if err != nil {
		return err
	}
	r.webAddr = listener.Addr().String()
	r.webURL = "http://" + reachable(listener.Addr().(*net.TCPAddr))
	r.web = &http.Server{Handler: r.Handler(), ReadHeaderTimeout: 10 * time.Second}
	r.closers = append(r.closers, r.web.Close)
	r.spawn(func() { _ = r.web.Serve(listener) })
	return nil
}

// reachable is how this machine's browser finds a listener, also one on every address.
func reachable(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(a.Port))
	}
	return a.String()
}

// HTTPAddress is where the web pages listen; this and the other addresses are host:port, or "" when off.
func (r *Router) HTTPAddress() string { return r.webAddr }

// CoAAddress is where Disconnect and CoA requests go.
func (r *Router) CoAAddress() string { return r.coa.address() }

// APIAddress is where the RouterOS API listens.
func (r *Router) APIAddress() string { return r.api.address() }

// URL is the base of the web pages as browsers reach them.
func (r *Router) URL() string { return r.base() }

func (r *Router) base() string {
	if r.options.PublicURL != "" {
		return strings.TrimRight(r.options.PublicURL, "/")
	}
	return r.webURL
}

func (r *Router) deviceURL(mac string) string { return r.base() + "/d/" + mac }
