package app

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/cutover"
	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// tookOver begins subscriptions where another system leaves them.
type tookOver struct{ *subscriptions.Service }

var lineKinds = map[incoming.Kind]string{incoming.PPPoE: subscriptions.PPPoE, incoming.Hotspot: subscriptions.OnSpot, incoming.MAC: subscriptions.ByMAC}

// Begin implements cutover.Lines.
func (l tookOver) Begin(tx *db.Tx, from cutover.Line, by customers.By) (id, mark int64, err error) {
	sub, err := l.TakeOver(tx, subscriptions.Opening{CustomerID: from.CustomerID, PlanKey: from.Plan, PaidTo: from.Until, Secret: from.Password,
		Place: subscriptions.Place{SiteID: from.SiteID, RouterID: from.RouterID, Installed: from.Installed},
		Login: subscriptions.Login{Kind: lineKinds[from.Kind], Name: from.Login, Own: subscriptions.Own{IPv4: from.Address}}}, from.Off,
		subscriptions.By{Actor: by.Actor, From: by.From})
	return sub.ID, sub.Seq, err
}

// Undo implements cutover.Lines.
func (l tookOver) Undo(tx *db.Tx, id, mark int64, by customers.By) error {
	return l.Retract(tx, id, mark, subscriptions.By{Actor: by.Actor, From: by.From})
}

// local are the secrets that routers keep themselves.
type local struct{ *mikrotik.Dialect }

// Menus where a router keeps those whom it lets in by itself.
var localMenus = []string{"/ppp/secret", "/ip/hotspot/user"}

// Secrets implements cutover.Local.
func (l local) Secrets(ctx context.Context, r routers.Router) (all []cutover.Secret, err error) {
	items, err := l.Items(ctx, r, localMenus...)
	if err != nil {
		return nil, err
	}
	for _, menu := range localMenus {
		for _, i := range items[menu] {
			if i["default"] != "true" && i["dynamic"] != "true" {
				all = append(all, cutover.Secret{ID: i[".id"], Menu: menu, Name: i["name"], Off: i["disabled"] == "true"})
			}
		}
	}
	return all, nil
}

// askRouter reads the subscribers that a router keeps itself from its API.
func (m *Main) askRouter(ctx context.Context, r routers.Router) (map[string][]map[string]string, error) {
	return m.mikrotik.Items(ctx, r, incoming.RouterMenus...)
}
