package backoffice

import (
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// place is a part of the back office as the rail names it.
type place struct {
	key, icon, address string
	may                staff.Permission // to see it; empty: everybody
	far                bool             // under "more" on a phone
}

var places = []place{
	{key: "today", icon: "gauge", address: "/office"},
	{key: "payments", icon: "banknote", address: "/office/payments", may: staff.PaymentsView},
	{key: "sessions", icon: "activity", address: "/office/sessions", may: staff.AccessView},
	{key: "network", icon: "router", address: "/office/routers", may: staff.AccessView},
	{key: "alerts", icon: "bell", address: "/office/alerts", may: staff.AlertsManage, far: true},
	{key: "messages", icon: "mail", address: "/office/messages", may: staff.PaymentsView, far: true},
	{key: "plans", icon: "tag", address: "/office/plans", may: staff.AccessView, far: true},
	{key: "jobs", icon: "list", address: "/office/jobs", may: staff.JobsManage, far: true},
	{key: "staff", icon: "users", address: "/office/staff", may: staff.StaffManage, far: true},
	{key: "audit", icon: "history", address: "/office/audit", may: staff.AuditView, far: true},
	{key: "settings", icon: "settings", address: "/office/settings", may: staff.SitesEdit, far: true},
}

// rail is what a member may see of the places.
func rail(l words.Lang, here string, may func(staff.Permission) bool) []navItem {
	var items []navItem
	for _, p := range places {
		if p.may == "" || may(p.may) {
			items = append(items, navItem{Label: words.Text(l, "office.nav."+p.key), Icon: p.icon, Address: p.address, Here: p.key == here, Far: p.far})
		}
	}
	return items
}
