package app

import (
	"mtandao/internal/clock"
	"mtandao/internal/offline"
	"mtandao/internal/report"
	"mtandao/internal/settings"
	"mtandao/portal/backoffice"
	"mtandao/portal/guest"
	"mtandao/portal/reseller"
	"mtandao/portal/web"
	"mtandao/radius"
)

// openOffice wires the staff's pages.
func (m *Main) openOffice(proxies web.Proxies) (*backoffice.Backoffice, error) {
	stories := &report.Stories{Money: m.Billing, Access: m.Access, Radius: m.Radius, Routers: m.Routers, Zone: m.Sites.Location, Clock: m.Clock, Plan: m.Plan}
	desk := report.NewDesk(m.DB, m.Clock)
	return backoffice.New(backoffice.Options{Staff: m.Staff, Sites: m.Sites, Routers: m.Routers, Desk: desk, Crowd: desk, Machines: routerDesk{m}, Stories: stories,
		Doorway: doorway{m},
		Trail:   trailDesk{m.Audit, m},
		Network: onlineDesk{m}, Notices: m.Status,
		Refused:   m.Radius,
		Work:      work{m},
		Taken:     reportsTaken{m},
		Daybook:   m.Daybook,
		Schedules: m.Scheduled,
		Books:     bookDesk{m.books(), m},
		Messages:  mailroom{m},
		Money:     m.Billing,
		Deeds:     officeDeeds{m},
		Vouchers:  m.Vouchers,
		Pools:     poolDesk{m, desk},
		Resellers: m.Resellers,
		PINs:      m.PINs,
		Partners:  m.Partners,
		Approvals: m.Approvals,
		APIKeys:   m.APIKeys,
		Webhooks:  m.Webhooks,
		Lines:     m.Lines,
		Whys:      m.whys(),
		Outages:   m.Outages,
		Invoices:  m.Invoices,
		Papers:    m.Papers,
		Taxes:     m.Taxes,
		Imports:   m.Imports,
		RailBook:  m.RailBook,
		Days:      m.Days,
		BillRuns:  m.BillRuns,
		Bulk:      m.Bulk,
		Press:     pressman{m},
		Prints:    m.Prints,
		Customers: m.Customers,
		Counter:   m.Counter,
		Prompts:   m.Prompts,
		Families:  m.Families,
		Tickets:   m.Tickets,
		Mailbox:   m.Post,
		Leads:     m.Field,
		Visits:    m.Field,
		Stock:     m.Field,
		Files:     m.Field,
		Bills:     m.Bills,
		LateUse:   radius.Usage{DB: m.DB, Clock: m.Clock},
		Accounts:  m.Accounts,
		Setup:     setup{m}, Settings: m.Settings, Plans: m.Plans, Preview: guest.Preview,
		Provider: func() string { return m.Settings.String(settings.ProviderName) }, Keys: m.Keys, Clock: m.Clock, PlanClock: m.Plan, Zone: clock.Nairobi,
		Log: m.Log, Paused: m.Pause.Paused, Proxies: proxies, Secure: !m.Config.Dev})
}

// whys tells why somebody was offline.
func (m *Main) whys() *offline.Teller {
	return &offline.Teller{DB: m.DB, Clock: m.Plan, Lines: m.Lines, Access: m.Access, Radius: m.Radius, Outages: m.Outages, Invoices: m.Invoices, Trail: m.Audit, Zone: m.Sites.Location}
}

// openSellers wires the pages of resellers.
func (m *Main) openSellers(proxies web.Proxies) (*reseller.Face, error) {
	return reseller.New(reseller.Options{Resellers: m.Resellers, Partners: m.Partners, PINs: m.PINs, Stock: m.Vouchers, Press: pressman{m}, Sites: m.Sites, Tills: m.Billing, Floats: m.Billing,
		Phone: func() string { return m.Settings.String(settings.ProviderPhone) },
		Keys:  m.Keys, Clock: m.Clock, Log: m.Log, PublicURL: m.Config.PublicURL, Proxies: proxies, Secure: !m.Config.Dev})
}
