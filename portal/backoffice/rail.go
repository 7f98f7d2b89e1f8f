package backoffice

import (
	"cmp"
	"slices"

	"mtandao/internal/words"
)

// place is a part of the back office as the rail names it, for whoever may open it.
type place struct {
	key, icon, address string
	far                bool   // under "more" on a phone
	under              string // the place or the group that it stands below
}

// ofMoney is the one group that is no place itself.
const ofMoney = "billing"

// places are in the order of the rail. Those of one group stand together.
var places = []place{
	{key: "today", icon: "gauge", address: "/office"},
	{key: "customers", icon: "user-round", address: "/office/customers", far: true},
	{key: "subscriptions", icon: "wifi", address: "/office/subscriptions", far: true, under: "customers"},
	{key: "leads", icon: "phone", address: leadsAt, far: true, under: "customers"},
	{key: "visits", icon: "calendar", address: visitsAt, far: true, under: "customers"},
	{key: "equipment", icon: "wrench", address: equipmentAt, far: true, under: "customers"},
	{key: "sessions", icon: "activity", address: "/office/sessions"},
	{key: "vouchers", icon: "ticket", address: "/office/vouchers", far: true},
	{key: "resellers", icon: "wallet", address: "/office/resellers", far: true, under: "vouchers"},
	{key: "partners", icon: "users", address: "/office/partners", far: true, under: "vouchers"},
	{key: "payments", icon: "banknote", address: "/office/payments", under: ofMoney},
	{key: "cashier", icon: "wallet", address: "/office/cashier", far: true, under: ofMoney},
	{key: "invoices", icon: "list", address: "/office/invoices", far: true, under: ofMoney},
	{key: "ledger", icon: "book-open", address: ledgerAt, far: true, under: ofMoney},
	{key: "network", icon: "router", address: "/office/routers"},
	{key: "alerts", icon: "bell", address: "/office/alerts", far: true, under: "network"},
	{key: "jobs", icon: "list", address: "/office/jobs", far: true, under: "network"},
	{key: "reports", icon: "chart-column", address: "/office/reports", far: true},
	{key: "tickets", icon: "life-buoy", address: ticketsAt, far: true},
	{key: "messages", icon: "mail", address: "/office/messages", far: true, under: "tickets"},
	{key: "settings", icon: "settings", address: "/office/settings", far: true},
	{key: "plans", icon: "tag", address: "/office/plans", far: true, under: "settings"},
	{key: "staff", icon: "users", address: "/office/staff", far: true, under: "settings"},
	{key: "audit", icon: "history", address: "/office/audit", far: true, under: "settings"},
}

// mostFlat is how many places the rail shows side by side. Who may open more has them in groups: of a group that one is in, all places are shown.
const mostFlat = 9

// rail is what a member may open of the places.
func (q *request) rail(l words.Lang, here string) []navItem {
	return railOf(l, slices.DeleteFunc(slices.Clone(places), func(p place) bool { return !q.opens(p) }), here)
}

func railOf(l words.Lang, open []place, here string) (items []navItem) {
	for n := 0; n < len(open); n++ {
		one := navOf(l, open[n], here)
		of := 0 // how many stand below it, or with it in a group
		if len(open) > mostFlat && (open[n].under == "" || open[n].under == ofMoney) {
			for of+1 < len(open)-n && open[n+of+1].under != "" && open[n+of+1].under == cmp.Or(open[n].under, open[n].key) {
				of++
			}
		}
		for _, p := range open[n+1 : n+1+of] {
			one.Under = append(one.Under, navOf(l, p, here))
		}
		if of > 0 && open[n].under == ofMoney {
			one.Under = append([]navItem{one.alone()}, one.Under...)
			one.Label, one.Here = words.Text(l, "office.nav."+ofMoney), false
		}
		one.Open = one.Here || slices.ContainsFunc(one.Under, func(u navItem) bool { return u.Here })
		items, n = append(items, one), n+of
	}
	return items
}

func navOf(l words.Lang, p place, here string) navItem {
	return navItem{Label: words.Text(l, "office.nav."+p.key), Icon: p.icon, Address: p.address, Here: p.key == here, Far: p.far}
}

// alone is a place without those below it.
func (n navItem) alone() navItem {
	n.Under = nil
	return n
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
