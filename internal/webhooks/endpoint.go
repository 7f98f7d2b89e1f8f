package webhooks

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// State is what an endpoint is: active ⇄ paused or failing; any → deleted.
type State string

// The states of an endpoint. One that is not active is sent nothing; what happens meanwhile waits for it.
const (
	Active  State = "active"
	Paused  State = "paused"  // by a person
	Failing State = "failing" // paused because nothing was taken for days
	deleted State = "deleted"
)

// Endpoint is an address that events are sent to, without its secret.
type Endpoint struct {
	ID           int64
	Name         string
	URL          string
	Kinds        []Kind
	Sites        []int64 // empty: all, and what is of none
	State        State
	FailingSince time.Time // of the first attempt that failed since one was taken; zero: none did
	OldUntil     time.Time // until when the secret of before signs as well; zero: there is none
	MadeBy       string
	MadeAt       time.Time
	Version      int64

	secret, old []byte // sealed
}

// Wants says whether an event of a kind, of something at a site or of none, is for the endpoint.
func (e Endpoint) Wants(k Kind, siteID int64) bool {
	return slices.Contains(e.Kinds, k) && (len(e.Sites) == 0 || slices.Contains(e.Sites, siteID))
}

// Host is where the endpoint is, without what may be secret in its address.
func (e Endpoint) Host() string {
	at, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return at.Host
}

const (
	mostName    = 80
	longestURL  = 1000
	mostActive  = 50 // endpoints
	rotatesOver = 24 * time.Hour
)

// check tidies an endpoint; fault.Invalid "webhook.name", "webhook.url", "webhook.url_private" or "webhook.kinds".
func (e Endpoint) check(open func(netip.AddrPort) bool) (Endpoint, error) {
	e.Name = strings.Join(strings.Fields(e.Name), " ")
	if n := utf8.RuneCountInString(e.Name); n == 0 || n > mostName || !utf8.ValidString(e.Name) || strings.ContainsFunc(e.Name, unicode.IsControl) {
		return e, fault.New(fault.Invalid, "webhook.name")
	}
	e.URL = strings.TrimSpace(e.URL)
	at, err := url.Parse(e.URL)
	if err != nil || at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.Fragment != "" || len(e.URL) > longestURL || strings.ContainsFunc(e.URL, odd) {
		return e, fault.New(fault.Invalid, "webhook.url")
	}
	if ip, err := netip.ParseAddr(at.Hostname()); err == nil && !open(netip.AddrPortFrom(ip, portOf(at))) {
		return e, fault.New(fault.Invalid, "webhook.url_private")
	}
	e.Kinds = slices.Clone(e.Kinds)
	if len(e.Kinds) == 0 || slices.ContainsFunc(e.Kinds, func(k Kind) bool { return !slices.Contains(Kinds, k) }) {
		return e, fault.New(fault.Invalid, "webhook.kinds")
	}
	return e, nil
}

func odd(r rune) bool { return r <= ' ' || r > '~' }

func portOf(at *url.URL) uint16 {
	if ap, err := netip.ParseAddrPort("0.0.0.0:" + at.Port()); err == nil {
		return ap.Port()
	}
	return 443
}
