package app

import (
	"mtandao/internal/settings"
	"mtandao/portal/selfcare"
	"mtandao/portal/web"
)

// openSelfcare wires the pages of subscribers.
func (m *Main) openSelfcare(proxies web.Proxies) (*selfcare.Face, error) {
	return selfcare.New(selfcare.Options{Entrance: m.Entrance, Bills: m.Invoices, Papers: m.Papers, Prompts: m.Prompts, Customers: m.Customers, Lines: m.Lines, Desk: selfDesk{m}, Plans: m.Plans, Access: m.Access, Radius: m.Radius, Accounts: m.Accounts, Tickets: m.Tickets, Messages: m.Notify, Sites: m.Sites, Tills: m.Billing,
		Phone: func() string { return m.Settings.String(settings.ProviderPhone) }, Keys: m.Keys, Clock: m.Clock, Plan: m.Plan, Log: m.Log, Proxies: proxies, Secure: !m.Config.Dev})
}
