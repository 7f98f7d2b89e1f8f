package routers

import (
	"encoding/pem"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/internal/fault"
)

const (
	leastSecret   = 16
	longest       = 200 // bytes of a host, user or identifier
	longestCert   = 16 << 10
	leastInterim  = time.Minute
	mostInterim   = 24 * time.Hour
	usualInterim  = 5 * time.Minute
	mostAddresses = 32
)

// withDefaults fills in what may be left out.
func (r Router) withDefaults() Router {
	r.Name = strings.TrimSpace(r.Name)
	if r.Auth == "" {
		r.Auth = AuthRequired
	}
	if r.State == "" {
		r.State = StateActive
	}
	if r.Interim == 0 {
		r.Interim = usualInterim
	}
	hosts := make([]string, 0, len(r.LoginHosts))
	for _, h := range r.LoginHosts {
		hosts = append(hosts, lower(h))
	}
	r.LoginHosts = hosts
	return r
}

// Validate says what is wrong with a router, as fault.Invalid with the key of the field.
func (r Router) Validate() error {
	checks := []struct {
		key string
		bad bool
	}{
		{"router.name", r.Name == "" || utf8.RuneCountInString(r.Name) > 100},
		{"router.site", r.SiteID == 0},
		{"router.dialect", r.Dialect != MikroTik && r.Dialect != Chilli},
		{"router.auth", !slices.Contains([]string{AuthRequired, AuthAuto, AuthExcepted}, r.Auth)},
		{"router.state", r.State != StateActive && r.State != StateRetired},
		{"router.secret_short", len(r.Secret) < leastSecret},
		{"router.secret_long", len(r.Secret) > longest || len(r.UAMSecret) > longest || len(r.APIPassword) > longest},
		{"router.identifier", len(r.Identifier) > longest},
		{"router.interim", r.Interim < leastInterim || r.Interim > mostInterim},
		{"router.api_address", r.APIAddress != "" && !isHostPort(r.APIAddress)},
		{"router.api_user", r.APIAddress != "" && (r.APIUser == "" || len(r.APIUser) > longest)},
		{"router.api_cert", r.APITLS && !isCertificate(r.APICert)},
		{"router.coa_address", r.CoAAddress != "" && !isHostPort(r.CoAAddress)},
	}
	for _, c := range checks {
		if c.bad {
			return fault.New(fault.Invalid, c.key)
		}
	}
	if err := r.validateAddresses(); err != nil {
		return err
	}
	return r.validateLoginHosts()
}

// validateAddresses refuses prefixes so wide that they would take in strangers.
func (r Router) validateAddresses() error {
	if len(r.Addresses) > mostAddresses { // none: it is known by its address inside the tunnel alone
		return fault.New(fault.Invalid, "router.addresses")
	}
	for _, p := range r.Addresses {
		wide := p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 32
		if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() || wide {
			return fault.New(fault.Invalid, "router.address", "Address", p.String())
		}
	}
	return nil
}

func (r Router) validateLoginHosts() error {
	if len(r.LoginHosts) > mostAddresses {
		return fault.New(fault.Invalid, "router.login_host", "Host", r.LoginHosts[mostAddresses])
	}
	for _, entry := range r.LoginHosts {
		host, port := splitHost(entry)
		if !isHost(host) || port != "" && !isPort(port) {
			return fault.New(fault.Invalid, "router.login_host", "Host", entry)
		}
	}
	return nil
}

// splitHost parts "host", "host:port", "[v6]:port" and a bare IPv6 address; the port may be empty.
func splitHost(entry string) (host, port string) {
	if h, p, err := net.SplitHostPort(entry); err == nil {
		return h, p
	}
	return strings.Trim(entry, "[]"), ""
}

func isHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	return err == nil && isHost(host) && isPort(port)
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// isHost accepts an IP address or a name of letters, digits, hyphens and dots.
func isHost(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == ""
	}
	odd := func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-.", c) }
	return s != "" && len(s) <= longest && strings.Trim(s, ".-") == s && !strings.ContainsFunc(lower(s), odd)
}

func isCertificate(s string) bool {
	block, _ := pem.Decode([]byte(s))
	return block != nil && block.Type == "CERTIFICATE" && len(s) <= longestCert
}

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
