package routers

import (
	"net/netip"
	"time"
)

// Dialects that a router may speak.
const (
	MikroTik = "mikrotik"
	Chilli   = "chilli"
)

// What is asked of Message-Authenticator in a router's requests: always; once it was seen; never (an exception, shown
// in red).
const (
	AuthRequired = "required"
	AuthAuto     = "auto"
	AuthExcepted = "excepted"
)

// States of a router. A retired one keeps its history, and answers to no address and no token.
const (
	StateActive  = "active"
	StateRetired = "retired"
)

// Router is a network access server: a RADIUS client, and a place where people log in.
type Router struct {
	ID, SiteID int64
	Name       string // unique in the deployment
	Token      string // 128 random bits, names the router in the portal URL; made by Save
	Dialect    string
	Addresses  []netip.Prefix // sources of its RADIUS packets
	Secret     string         // RADIUS shared secret

	OldSecret      string // still accepted until OldSecretUntil, after a rotation
	OldSecretUntil time.Time

	Identifier string        // NAS-Identifier, a cross-check only; empty: not checked
	Auth       string        // Message-Authenticator: required, auto, excepted
	AuthSeen   bool          // one was seen; with auto it is required from then on
	Swap       bool          // its Acct-Input counts the client's download
	Interim    time.Duration // between accounting updates; at least a minute
	LoginHosts []string      // host or host:port that a log-in address may have

	APIAddress, APIUser, APIPassword string // RouterOS API, host:port; empty: none
	APITLS                           bool
	APICert                          string // PEM: the certificate, or the authority, that the API must show

	CoAAddress string // where CoA and Disconnect go, host:port; empty: nowhere
	UAMSecret  string // CoovaChilli; when set, every redirect must carry its checksum
	MACLogin   bool   // the router tries a log-in by MAC address by itself
	CHAP       bool   // the log-in link carries a CHAP response instead of the password
	Tunnel     Tunnel // how it calls home; JoinTunnel and LeaveTunnel change it, Save does not
	State      string
	Version    int64 // grows with each change
}

// AllowsLogin says whether a log-in address at this host and port belongs to the router. A LoginHosts entry without a
// port stands for the usual one of its protocol.
func (r Router) AllowsLogin(host, port, usual string) bool {
	if host == "" {
		return false
	}
	if port == "" {
		port = usual
	}
	for _, entry := range r.LoginHosts {
		name, number := splitHost(entry)
		if number == "" {
			number = usual
		}
		if name == lower(host) && number == port {
			return true
		}
	}
	return false
}
