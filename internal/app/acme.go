package app

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strconv"
	"time"

	"mtandao/internal/acme"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/portal"
)

// newACME is the host's certificate as it is kept; listen and ports say where challenges arrive.
func (m *Main) newACME(listen string, httpPort, tlsPort int) *acme.Service {
	public, err := url.Parse(m.Config.PublicURL)
	if m.Config.ACMEEmail == "" || err != nil { // the check of the configuration tells
		return nil
	}
	return acme.New(acme.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Email: m.Config.ACMEEmail, Host: public.Hostname(),
		Directory: m.Config.ACMEDirectory, Roots: m.roots, Listen: listen, HTTPPort: httpPort, TLSPort: tlsPort})
}

// openACME knows the ports only once the portal listens.
func (m *Main) openACME() {
	if m.listeners.tls == nil {
		return
	}
	host, plain := hostPort(m.listeners.plain)
	_, encrypted := hostPort(m.listeners.tls)
	m.ACME = m.newACME(host, plain, encrypted)
}

func hostPort(l net.Listener) (host string, port int) {
	host, text, _ := net.SplitHostPort(l.Addr().String())
	port, _ = strconv.Atoi(text)
	return host, port
}

func (m *Main) issued() *portal.Issued {
	if m.ACME == nil {
		return nil
	}
	return &portal.Issued{TLS: m.ACME.TLS(), Ready: m.ACME.Ready, Challenge: m.ACME.Challenge()}
}

// certificateEnds is until when our certificate is good; false while there is none.
func (m *Main) certificateEnds(ctx context.Context) (ends time.Time, ok bool, err error) {
	if m.Config.ACMEEmail != "" {
		return m.ACME.NotAfter(ctx)
	}
	pair, err := tls.LoadX509KeyPair(m.Config.TLSCertFile, m.Config.TLSKeyFile)
	if err != nil {
		return ends, false, fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	return pair.Leaf.NotAfter, true, nil
}

// certificateDays tells how many days our certificate is still good; none at all while it was never issued.
func (m *Main) certificateDays(ctx context.Context) ([]notify.Reading, error) {
	ends, ok, err := m.certificateEnds(ctx)
	if err != nil || !ok {
		return nil, err
	}
	return []notify.Reading{{Value: int64(ends.Sub(m.Clock.Now()) / (24 * time.Hour))}}, nil
}
