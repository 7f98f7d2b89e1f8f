package backoffice

import "mtandao/internal/words"

// place is a part of the back office as the rail names it.
type place struct {
	key, icon, address string
	may                string // permission to see it; empty for everybody
	far                bool   // under "more" on a phone
}

var places = []place{
	{key: "today", icon: "gauge", address: "/office"},
	{key: "payments", icon: "banknote", address: "/office/payments", may: "payments.view"},
	{key: "sessions", icon: "activity", address: "/office/sessions", may: "access.view"},
	{key: "network", icon: "router", address: "/office/routers", may: "access.view"},
	{key: "messages", icon: "mail", address: "/office/messages", may: "payments.view", far: true},
	{key: "plans", icon: "tag", address: "/office/plans", may: "access.view", far: true},
	{key: "jobs", icon: "list", address: "/office/jobs", may: "jobs.manage", far: true},
	{key: "settings", icon: "settings", address: "/office/settings", may: "sites.edit", far: true},
}

// rail is what a member may see of the places.
func rail(l words.Lang, here string, may func(permission string) bool) []navItem {
	var items []navItem
	for _, p := range places {
		if p.may == "" || may(p.may) {
			items = append(items, navItem{Label: words.Text(l, "office.nav."+p.key), Icon: p.icon, Address: p.address, Here: p.key == here, Far: p.far})
		}
	}
	return items
}
