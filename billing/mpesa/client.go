package mpesa

import (
	"log/slog"
	"net/http"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
)

// Options are a Client's collaborators. TokenStore must be given.
type Options struct {
	TokenStore billing.TokenStore
	HTTP       *http.Client // its redirects are never followed; a careful one when nil
	Clock      clock.Clock  // stamps of passwords; the machine's when nil
	Log        *slog.Logger
}

// Client is the M-Pesa rail for any number of tills.
type Client struct {
	tokens billing.TokenStore
	http   *http.Client
	clock  clock.Clock
	log    *slog.Logger
}

var _ billing.Gateway = (*Client)(nil)

// Time-outs. Minting must end well within the token store's lease; waiting for a token outlasts the lease of a minter that
// died.
const (
	tokenTimeout = 10 * time.Second
	tokenWait    = 45 * time.Second
	pushTimeout  = 30 * time.Second
	askTimeout   = 20 * time.Second
)

// maxBody bounds what is read of any answer or message.
const maxBody = 64 << 10

// eastAfrica is the time of every stamp; it has no daylight saving.
var eastAfrica = time.FixedZone("EAT", 3*60*60)

const stampLayout = "20060102150405"

// New makes the rail.
func New(o Options) *Client {
	c := &Client{tokens: o.TokenStore, clock: o.Clock, log: o.Log}
	if c.clock == nil {
		c.clock = clock.System()
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.http = withoutRedirects(o.HTTP)
	return c
}

// withoutRedirects copies a client so that a push is never sent again to another address.
func withoutRedirects(given *http.Client) *http.Client {
	hc := http.Client{Transport: carefulTransport()}
	if given != nil {
		hc = *given
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &hc
}

// carefulTransport lets go of idle connections before the rail does: a push written to a connection that the rail is just
// closing has an unknown fate.
func carefulTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.IdleConnTimeout = 15 * time.Second
	t.MaxIdleConnsPerHost = 8
	t.MaxResponseHeaderBytes = maxBody
	return t
}

// stamp is now as the rail writes it.
func (c *Client) stamp() string { return c.clock.Now().In(eastAfrica).Format(stampLayout) }
