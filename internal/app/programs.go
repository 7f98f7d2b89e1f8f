package app

import (
	"mtandao/internal/report"
	"mtandao/portal/api"
	"mtandao/portal/web"
)

// openAPI wires what other programs talk to.
func (m *Main) openAPI(proxies web.Proxies) (*api.API, error) {
	return api.New(api.Options{Keys: m.APIKeys, Customers: m.Customers, Plans: m.Plans, Invoices: m.Invoices, Payments: report.NewDesk(m.DB, m.Clock),
		Seal: m.Keys, Clock: m.Clock, Log: m.Log, PublicURL: m.Config.PublicURL, Proxies: proxies})
}
