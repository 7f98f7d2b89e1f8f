package mikrotik

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"mtandao/internal/fault"
)

// Setup is all that a router's set-up script depends on. The script is a pure function of it.
type Setup struct {
	Version  int    // RouterOS major version, 6 or 7
	Portal   string // captive portal of this router, http(s)://host/h/SITE?r=TOKEN
	PagesURL string // the folder from which the router fetches Pages()
	// PortalAddresses are fixed addresses of the portal. Without any, the walled garden follows the router's resolver.
	PortalAddresses []netip.Addr
	Servers         []Server   // RADIUS, in the order in which they are tried
	Secret          string     // RADIUS shared secret
	Source          netip.Addr // source of RADIUS packets, when not the tunnel's; may be unset
	CHAP, MACLogin  bool
	Hotspot         *Hotspot
	PPPoE           *PPPoE
	API             API
	Zone            string // of tz database, Africa/Nairobi
	NTP             string // host
	Tunnel          *WayHome
	Unchecked       bool // fetch without checking certificates: RouterOS knows no authorities before 7.19
}

// Server is one RADIUS server. Zero ports are the usual ones.
type Server struct {
	Address            netip.Addr
	AuthPort, AcctPort int
}

// Hotspot is what is made when the router has no hotspot yet; one that it has is adopted as it stands.
type Hotspot struct {
	Interface string       // bridge or interface that guests arrive on
	Address   netip.Prefix // the router's own address there, with the network's length; used when it has none
	DNSName   string       // local name of the log-in page; may be empty
	// Capport is a captive portal API (RFC 8908) to announce by DHCP option 114; empty for none. It may only be one that
	// knows its client: what says "captive" to everybody keeps phones from believing that they are online.
	Capport string
}

// PPPoE is what is made when the router has no PPPoE server yet.
type PPPoE struct {
	Interface string
	Pool      netip.Prefix // addresses of clients; the first is the router's
	DNS       netip.Addr
}

// API is the account by which we command the router.
type API struct {
	User, Password string
	From           netip.Prefix // where we connect from
}

// WayHome is the WireGuard tunnel home of a router with RouterOS 7.
type WayHome struct {
	PrivateKey, PeerKey string // the router's own, empty where only differences are looked for; the public key of the far end
	SharedKey           string // preshared; empty: none
	Host                string
	Port                int
	Address             netip.Addr   // the router's inside, its identity
	Far                 netip.Prefix // our inside
}

func (s Setup) withDefaults() Setup {
	if s.Zone == "" {
		s.Zone = "Africa/Nairobi"
	}
	if s.NTP == "" {
		s.NTP = "pool.ntp.org"
	}
	if s.Tunnel != nil && !s.Source.IsValid() {
		s.Source = s.Tunnel.Address
	}
	return s
}

// Validate says what is missing, as fault.Invalid.
func (s Setup) Validate() error {
	if err := (Choices{Version: s.Version, Hotspot: s.Hotspot, PPPoE: s.PPPoE}).Validate(); err != nil {
		return err
	}
	return wanting([]need{
		{"setup.portal", s.Hotspot != nil && (!isURL(s.Portal) || !isURL(s.PagesURL))},
		{"setup.radius", len(s.Servers) == 0 || len(s.Secret) < 16 || !s.validServers()},
		{"setup.api", s.API.User == "" || len(s.API.Password) < 16 || !s.API.From.IsValid()},
		{"setup.tunnel", s.Tunnel != nil && !s.Tunnel.valid()},
		{"setup.tunnel_v6", s.Tunnel != nil && s.Version == 6},
	})
}

// Validate says what a person has chosen wrong, as fault.Invalid.
func (c Choices) Validate() error {
	return wanting([]need{
		{"setup.version", c.Version != 6 && c.Version != 7},
		{"setup.nothing", c.Hotspot == nil && c.PPPoE == nil},
		{"setup.hotspot", c.Hotspot != nil && !c.Hotspot.valid()},
		{"setup.pppoe", c.PPPoE != nil && !c.PPPoE.valid()},
	})
}

// need is something that a set-up cannot do without, and whether it is lacking.
type need struct {
	key string
	bad bool
}

func wanting(all []need) error {
	for _, n := range all {
		if n.bad {
			return fault.New(fault.Invalid, n.key)
		}
	}
	return nil
}

func (s Setup) validServers() bool {
	for _, server := range s.Servers {
		if !server.Address.Is4() || server.AuthPort < 0 || server.AuthPort > 65535 || server.AcctPort < 0 || server.AcctPort > 65535 {
			return false
		}
	}
	return true
}

func (h *Hotspot) valid() bool {
	p := h.Address
	return h.Interface != "" && p.IsValid() && p.Addr().Is4() && p.Bits() >= 16 && p.Bits() <= 28 && p.Addr() != p.Masked().Addr() &&
		(h.Capport == "" || isURL(h.Capport) && len(h.Capport) < 250 && strings.HasPrefix(h.Capport, "https://") && !strings.Contains(h.Capport, "'"))
}

func (p *PPPoE) valid() bool {
	return p.Interface != "" && p.Pool.IsValid() && p.Pool.Addr().Is4() && p.Pool.Bits() >= 16 && p.Pool.Bits() <= 29 && p.DNS.Is4()
}

func (t *WayHome) valid() bool {
	return t.PrivateKey != "" && t.PeerKey != "" && t.Host != "" && t.Port > 0 && t.Port < 65536 && t.Address.Is4() && t.Far.IsValid() && t.Far.Addr().Is4()
}

// isURL accepts http(s) URLs of printable ASCII. A quote or "$(" in one would mean something in the pages of the hotspot.
func isURL(address string) bool {
	u, err := url.Parse(address)
	odd := func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("\"'<>\\$`{}|^", c) }
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && !strings.ContainsFunc(address, odd)
}

// portalPorts are where guests must reach the portal before they are online.
func (s Setup) portalPorts() []string {
	u, _ := url.Parse(s.Portal)
	own := u.Port()
	if own == "" {
		own = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if own == "80" {
		return []string{"80"}
	}
	return []string{own, "80"} // the plain landing
}

func (s Setup) portalHost() string {
	u, _ := url.Parse(s.Portal)
	return u.Hostname()
}

// first and last client address of a network in which the router has the first.
func clients(p netip.Prefix) string {
	size := uint32(1) << (32 - p.Bits())
	base := p.Masked().Addr().As4()
	from := uint32(base[0])<<24 | uint32(base[1])<<16 | uint32(base[2])<<8 | uint32(base[3])
	at := func(n uint32) string {
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
	}
	return at(from+2) + "-" + at(from+size-2)
}

func number(n, usual int) string {
	if n == 0 {
		n = usual
	}
	return strconv.Itoa(n)
}
