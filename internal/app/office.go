package app

import (
	"time"

	"mtandao/internal/report"
	"mtandao/internal/settings"
	"mtandao/portal/backoffice"
	"mtandao/portal/guest"
	"mtandao/portal/web"
)

// openOffice wires the staff's pages.
func (m *Main) openOffice(proxies web.Proxies) (*backoffice.Backoffice, error) {
	stories := &report.Stories{Money: m.Billing, Access: m.Access, Radius: m.Radius, Routers: m.Routers, Zone: m.Sites.Location, Clock: m.Clock, Plan: m.Plan}
	desk := report.NewDesk(m.DB, m.Clock)
	return backoffice.New(backoffice.Options{Staff: m.Staff, Sites: m.Sites, Routers: m.Routers, Desk: desk, Crowd: desk, Machines: routerDesk{m}, Stories: stories,
		Doorway: doorway{m}, Trail: m.Audit, Network: onlineDesk{m}, Refused: m.Radius, Work: work{m}, Messages: mailroom{m}, Money: m.Billing, Deeds: officeDeeds{m}, Vouchers: m.Vouchers, Press: press{m},
		Setup: setup{m}, Settings: m.Settings, Plans: m.Plans, Preview: guest.Preview,
		Provider: func() string { return m.Settings.String(settings.ProviderName) }, Keys: m.Keys, Clock: m.Clock, PlanClock: m.Plan, Zone: nairobi,
		Log: m.Log, Paused: m.Pause.Paused, Proxies: proxies, Secure: !m.Config.Dev})
}

// nairobi is where the provider's days begin and end; Kenya has one time zone.
var nairobi = time.FixedZone("EAT", 3*60*60)
