package backoffice

import (
	"slices"

	"mtandao/internal/words"
)

// place is a part of the back office as the rail names it, for whoever may open it.
type place struct {
	key, icon, address string
	far                bool // under "more" on a phone
}

var places = []place{
	{key: "today", icon: "gauge", address: "/office"},
	{key: "customers", icon: "user-round", address: "/office/customers", far: true},
	{key: "cashier", icon: "wallet", address: "/office/cashier", far: true},
	{key: "payments", icon: "banknote", address: "/office/payments"},
	{key: "invoices", icon: "list", address: "/office/invoices", far: true},
	{key: "sessions", icon: "activity", address: "/office/sessions"},
	{key: "network", icon: "router", address: "/office/routers"},
	{key: "leads", icon: "phone", address: leadsAt, far: true},
	{key: "visits", icon: "calendar", address: visitsAt, far: true},
	{key: "equipment", icon: "wrench", address: equipmentAt, far: true},
	{key: "tickets", icon: "life-buoy", address: ticketsAt, far: true},
	{key: "alerts", icon: "bell", address: "/office/alerts", far: true},
	{key: "messages", icon: "mail", address: "/office/messages", far: true},
	{key: "vouchers", icon: "ticket", address: "/office/vouchers", far: true},
	{key: "resellers", icon: "wallet", address: "/office/resellers", far: true},
	{key: "partners", icon: "users", address: "/office/partners", far: true},
	{key: "subscriptions", icon: "wifi", address: "/office/subscriptions", far: true},
	{key: "plans", icon: "tag", address: "/office/plans", far: true},
	{key: "reports", icon: "chart-column", address: "/office/reports", far: true},
	{key: "ledger", icon: "book-open", address: ledgerAt, far: true},
	{key: "jobs", icon: "list", address: "/office/jobs", far: true},
	{key: "staff", icon: "users", address: "/office/staff", far: true},
	{key: "audit", icon: "history", address: "/office/audit", far: true},
	{key: "settings", icon: "settings", address: "/office/settings", far: true},
}

// rail is what a member may open of the places.
func (q *request) rail(l words.Lang, here string) []navItem {
	var items []navItem
	for _, p := range places {
		if q.opens(p) {
			items = append(items, navItem{Label: words.Text(l, "office.nav."+p.key), Icon: p.icon, Address: p.address, Here: p.key == here, Far: p.far})
		}
	}
	return items
}

// opens: the settings lead to other places, and are there for who has one of them that the rail has not.
func (q *request) opens(p place) bool {
	if p.key != "settings" {
		return q.reachable(p.address) != ""
	}
	return slices.ContainsFunc(settingsPlaces, func(at settingsPlace) bool {
		railed := slices.ContainsFunc(places, func(p place) bool { return p.address == at.address })
		return !railed && q.reachable(at.address) != ""
	})
}
