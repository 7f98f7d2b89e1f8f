package routers

import (
	"context"
	"net/netip"
	"time"

	"layeh.com/radius"

	"mtandao/radius/access"
)

// Visit is what a router's redirect says about the person in front of the portal. It is the person's word until the
// router confirms it (reference/other-nas.md §13); without router variables it has no MAC.
type Visit struct {
	MAC        access.MAC
	IP         netip.Addr
	Login      string // log-in URL at one of the router's LoginHosts, without a query
	ChapID     byte
	Challenge  []byte // bytes; nil when the router gave none
	Error      string // what the router said of the last attempt; plain text
	Original   string // http(s) URL that the person first asked for; never follow it unasked
	LoggedIn   bool
	Parameters string // the query it was read from; ReadVisit gives the same visit for it
}

// Answer is what an accepted log-in may do.
type Answer struct {
	Left           access.Left
	Limits         access.Limits
	SessionTimeout time.Duration // the shortest of every clock; 0: none
	Interim        time.Duration
	Class          []byte
	Address        access.Address // of a session that begins
	Garden         bool           // it gets no further than the walled garden; only asked of dialects that have one
}

// SessionRef names a running session to a router.
type SessionRef struct {
	SessionID, UserName string
	MAC                 access.MAC
	IP                  netip.Addr
}

// Login is a server-side log-in of a waiting client.
type Login struct {
	MAC          access.MAC
	IP           netip.Addr
	Name, Secret string
	Answer       Answer // for routers that are told the limits instead of asking for them (CoovaChilli)
}

// Dialect is one make of router: its redirect, its attributes, its way to be commanded.
type Dialect interface {
	Name() string
	// ReadVisit reads the router's redirect. fullURL is the address as the router wrote it (its checksum covers it).
	ReadVisit(r Router, rawQuery, fullURL string) (Visit, error)
	// LoginLink is the address that logs the browser in: PAP, or CHAP with the visit's challenge.
	LoginLink(r Router, v Visit, name, secret string) (string, error)
	// Answer adds the attributes of an Access-Accept, or of a CoA-Request (AnswerIn).
	Answer(to *Attributes, a *Answer) error
	// Identify adds what names a session in a CoA- or Disconnect-Request.
	Identify(p *radius.Packet, ref SessionRef) error
	// LogIn puts a waiting client online. fault.Unavailable: the router cannot be reached; fault.NotFound: the client
	// is not there.
	LogIn(ctx context.Context, r Router, login Login) error
	// Remove ends a session through the router's API. fault.Invalid "router.no_api": it has none; fault.NotFound: no
	// such session, which is to say it is gone.
	Remove(ctx context.Context, r Router, ref SessionRef) error
}

// CoA sends a CoA- or Disconnect-Request to a router and returns its answer.
type CoA interface {
	Send(ctx context.Context, r Router, p *radius.Packet) (*radius.Packet, error)
}
