package app

import (
	"context"

	"mtandao/internal/apikeys"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/report"
	"mtandao/portal/api"
	"mtandao/portal/web"
	"mtandao/radius"
)

// openAPI wires what other programs talk to.
func (m *Main) openAPI(proxies web.Proxies, reports api.Reports) (*api.API, error) {
	a, err := api.New(api.Options{Keys: m.APIKeys, Sites: m.Sites, Customers: m.Customers, Plans: m.Plans, Invoices: m.Invoices, Payments: report.NewDesk(m.DB, m.Clock), Money: m.Billing, Counter: m.Counter,
		Lines: m.Lines, Usage: radius.Usage{DB: m.DB, Clock: m.Clock}, Orders: m.Billing, Vouchers: m.Vouchers, Resellers: m.Resellers, Network: m.Radius, Cutter: cutter{m}, Routers: m.Routers, Tickets: m.Tickets, Reports: reports,
		Seal: m.Keys, Clock: m.Clock, Log: m.Log, PublicURL: m.Config.PublicURL, Proxies: proxies})
	m.Webhooks.Show(a)
	return a, err
}

// cutter ends sessions for programs; the trail says whose.
type cutter struct{ *Main }

func (c cutter) CutOff(ctx context.Context, o radius.Online, by apikeys.By) error {
	e, err := cutOffEvent(o)
	if err != nil {
		return err
	}
	e.Actor, e.From = by.Actor, by.From
	return c.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := c.Radius.CutOff(tx, o.ID); err != nil {
			return err
		}
		return audit.Record(tx, c.Clock.Now(), e)
	})
}
