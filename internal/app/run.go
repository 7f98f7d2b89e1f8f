package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/internal/spool"
	"mtandao/portal"
	"mtandao/portal/callbacks"
	"mtandao/portal/guest"
	linked "mtandao/portal/papers"
	publicstatus "mtandao/portal/status"
	"mtandao/portal/web"
)

// listeners are the portal's open sockets; tls is nil without a certificate.
type listeners struct{ plain, tls net.Listener }

func (l listeners) close() {
	_ = l.plain.Close()
	if l.tls != nil {
		_ = l.tls.Close()
	}
}

const (
	refreshEvery = 2 * time.Second
	stopWithin   = 15 * time.Second
	nodeEvery    = time.Hour
	batch        = 64
)

// New opens everything that serves; nothing is answered before Run.
func New(ctx context.Context, c Config, o Options) (*Main, error) {
	m, err := Open(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if err := m.openService(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Main) openPortal() (err error) {
	if err := m.listen(); err != nil {
		return err
	}
	m.openACME()
	proxies, err := prefixes(m.Config.TrustedProxies)
	if err != nil {
		return err
	}
	allow, err := prefixes(m.Config.CallbackFrom)
	if err != nil {
		return err
	}
	pages, err := guest.New(guest.Options{Sites: m.Sites, Routers: m.Routers, Dialects: m.dialects, Plans: m.Plans, Orders: m.Billing,
		Grants: grants{m}, Vouchers: m.Vouchers, Sessions: sessions{m}, Keys: m.Keys, Clock: m.Clock, PlanClock: m.Plan, Log: m.Log,
		Phone: func() string { return m.Settings.String(settings.ProviderPhone) }, PublicURL: m.Config.PublicURL, Proxies: web.Proxies(proxies)})
	if err != nil {
		return err
	}
	machines := callbacks.New(callbacks.Options{Spool: m.callbacks, Validator: m.Billing, Reports: mailroom{m}, Allow: allow, Proxies: web.Proxies(proxies), Clock: m.Clock, Log: m.Log})
	office, err := m.openOffice(web.Proxies(proxies))
	if err != nil {
		return err
	}
	sellers, err := m.openSellers(web.Proxies(proxies))
	if err != nil {
		return err
	}
	subscribers, err := m.openSelfcare(web.Proxies(proxies))
	if err != nil {
		return err
	}
	m.Scheduled.AskDrawer(office.DrawReport)
	links, err := linked.New(linked.Options{Papers: m.Papers, Prompts: m.Prompts, Reports: m.Scheduled, Brand: m.brandOf, Phone: func() string { return m.Settings.String(settings.ProviderPhone) }, Clock: m.Clock, Log: m.Log, Proxies: web.Proxies(proxies)})
	if err != nil {
		return err
	}
	public, err := publicstatus.New(publicstatus.Options{Boards: m.Status, Sites: m.Sites, Provider: func() string { return m.Settings.String(settings.ProviderName) },
		Phone: func() string { return m.Settings.String(settings.ProviderPhone) }, Clock: m.Clock, Proxies: web.Proxies(proxies)})
	if err != nil {
		return err
	}
	programs, err := m.openAPI(web.Proxies(proxies), office)
	if err != nil {
		return err
	}
	m.server, err = portal.New(portal.Options{Routes: slices.Concat(pages.Routes(), links.Routes(), public.Routes(), machines.Routes(), m.routerFiles(web.Proxies(proxies)).Routes(), office.Routes(), sellers.Routes(), programs.Routes(), subscribers.Routes()), Fail: pages.Fail, Ready: m.ready, Note: m.readyNote,
		Metrics: m.Metrics, Proxies: web.Proxies(proxies), Clock: m.Clock, Log: m.Log, CertFile: m.Config.TLSCertFile, KeyFile: m.Config.TLSKeyFile,
		Issued: m.issued(), PublicURL: m.Config.PublicURL})
	return err
}

func (m *Main) listen() (err error) {
	if m.doors != nil {
		m.listeners, err = m.doors.listeners()
		return err
	}
	if m.listeners.plain == nil {
		m.listeners.plain, err = listenTCP("MTANDAO_HTTP", m.Config.HTTP)
	}
	if err == nil && m.Config.hasTLS() {
		m.listeners.tls, err = listenTCP("MTANDAO_HTTPS", m.Config.HTTPS)
	}
	return err
}

func listenTCP(setting, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, named(setting, fault.Wrap(fault.Unavailable, "config.port_taken", err, "Address", address))
	}
	return l, nil
}

// HTTPAddress is where the portal listens over plain HTTP.
func (m *Main) HTTPAddress() string { return m.listeners.plain.Addr().String() }

// Run serves until ctx is done, then stops: first the listeners, then what they fed.
func (m *Main) Run(ctx context.Context) error {
	if err := m.DB.LeaseNode(ctx, m.holder); err != nil {
		return err
	}
	feeding, stopFeeding := context.WithCancel(ctx)
	defer stopFeeding()
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()

	var edge, inner sync.WaitGroup
	failed := make(chan error, 3)
	edge.Go(func() { failed <- m.Radius.Serve(feeding) })
	edge.Go(func() { failed <- m.server.Serve(m.listeners.plain) })
	if m.listeners.tls != nil {
		edge.Go(func() { failed <- m.server.ServeTLS(m.listeners.tls) })
	}
	if m.ACME != nil {
		if err := m.ACME.Manage(working); err != nil {
			return err
		}
	}
	inner.Go(func() { _ = m.Jobs.Run(working) })
	inner.Go(func() { m.consumeCallbacks(working) })
	inner.Go(func() { m.keepFresh(working) })
	inner.Go(func() { m.lookout.Run(working) })
	inner.Go(func() { m.followGrants(working) })
	inner.Go(func() { m.Vouchers.Keep(working) })

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err = errors.Join(err, m.server.Shutdown(stopping))
	m.listeners.close() // a server that was asked to stop before it had begun does not know them
	stopFeeding()
	edge.Wait()
	m.Backup.Stop()
	stopWorking()
	inner.Wait()
	return err
}

// consumeCallbacks goes on after a failing disk: what was not taken in comes again.
func (m *Main) consumeCallbacks(ctx context.Context) {
	for ctx.Err() == nil {
		if err := m.callbacks.Consume(ctx, batch, m.takeIn); err != nil {
			m.Log.Error("callbacks are not taken in", "error", err)
		}
		pause(ctx, refreshEvery)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// takeIn brings the rails' messages from their spool to billing.
func (m *Main) takeIn(ctx context.Context, records []spool.Record) error {
	var messages []billing.Incoming
	for _, r := range records {
		message, err := callbacks.Decode(r.Payload)
		if err != nil {
			m.Log.Error("a record of the callbacks' spool cannot be read", "sequence", r.Seq, "error", err)
			continue
		}
		messages = append(messages, message)
	}
	return m.Billing.TakeIn(ctx, messages)
}

// keepFresh re-reads what is kept in memory and writes what was gathered there.
func (m *Main) keepFresh(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	lease := time.NewTicker(nodeEvery)
	defer lease.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = m.Routers.Flush(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			if err := errors.Join(m.refresh(ctx), m.refreshTunnel(ctx), m.Routers.Flush(ctx)); err != nil && ctx.Err() == nil {
				m.Log.Warn("refreshing what is kept in memory", "error", err)
			}
		case <-lease.C:
			if err := m.DB.LeaseNode(ctx, m.holder); err != nil {
				m.Log.Error("keeping this node's number", "error", err)
			}
		}
	}
}
