package router

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"mtandao/internal/clock"
)

// Dialect is the make of the simulated router.
type Dialect string

// The dialects.
const (
	MikroTik Dialect = "mikrotik"
	Chilli   Dialect = "chilli"
)

// Options says what the router is and whom it talks to. Listeners: "" is off, "127.0.0.1:0" any free port.
type Options struct {
	Dialect Dialect
	Name    string      // system identity, NAS-Identifier
	Server  string      // hotspot server name: MikroTik's Called-Station-Id
	Clock   clock.Clock // the plan clock
	Log     *slog.Logger

	AuthServer, AcctServer string // host:port of the RADIUS server
	Secret                 string
	Source                 netip.Addr // src-address of RADIUS packets and NAS-IP-Address; 127.0.0.1 when unset
	NoAuthenticator        bool       // old firmware: Access-Requests without Message-Authenticator
	AcceptBareReplies      bool       // old firmware: takes Access replies without Message-Authenticator
	Timeout                time.Duration
	AccountingOn           bool // announce each boot
	ReverseCounters        bool // octets the other way round than the dialect's default (chilli: input = download)
	RenewsDelay            bool // repeats accounting with another identifier and a longer delay (RFC 2866 5.2), which MikroTik was not seen to do
	Chilli19               bool // CoovaChilli 1.9: no answer to a refused log-in, and no userurl in the first redirect

	CHAP        bool   // log-in by CHAP; PAP stays possible
	MACLogin    bool   // try each new phone by its MAC
	MACPassword string // secret of MAC log-ins; MikroTik sends the MAC itself when empty

	Pool      netip.Prefix // addresses of phones; 10.20.0.0/20 when unset
	Appetite  int64        // kbit/s that each new phone downloads while it is on line; see Device.Use
	PortalURL string       // captive portal, e.g. http://host/h/site?r=TOKEN; "" shows the router's own form
	PublicURL string       // how browsers reach the pages; http:// and the HTTP listener when empty
	UAMSecret string       // CoovaChilli's secret shared with the portal

	Inside               Network // where RADIUS, CoA and the API are: the router's end of a tunnel; this machine's network when nil
	HTTP, CoA, API       string  // listeners
	APIUser, APIPassword string
	APITLS               *tls.Config
	Configuration        *Configuration // what the API serves besides hosts and sessions; its users may log in too

	Seed   uint64 // of the packet faults
	Faults Faults
}

// Network is a network stack that is not this machine's.
type Network interface {
	DialUDP(from, to *net.UDPAddr) (net.Conn, error)
	ListenUDP(at *net.UDPAddr) (net.PacketConn, error)
	ListenTCP(at *net.TCPAddr) (net.Listener, error)
}

// here is this machine's network.
type here struct{}

func (here) DialUDP(from, to *net.UDPAddr) (net.Conn, error)   { return net.DialUDP("udp", from, to) }
func (here) ListenUDP(at *net.UDPAddr) (net.PacketConn, error) { return net.ListenUDP("udp", at) }
func (here) ListenTCP(at *net.TCPAddr) (net.Listener, error)   { return net.ListenTCP("tcp", at) }

// Faults are troubles that can be switched on; percentages are of transmitted accounting packets.
type Faults struct {
	Drop, Duplicate, Reorder int
	APIUnreachable           bool
	NoLimits                 bool // lets sessions run past their time and bytes, as firmware does that misreads them
}

func (o Options) withDefaults() Options {
	if o.Dialect == "" {
		o.Dialect = MikroTik
	}
	if o.Name == "" {
		o.Name = "MikroTik"
	}
	if o.Server == "" {
		o.Server = "hotspot1"
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Inside == nil {
		o.Inside = here{}
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	if !o.Source.IsValid() {
		o.Source = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if !o.Pool.IsValid() {
		o.Pool = netip.MustParsePrefix("10.20.0.0/20")
	}
	return o
}
