package app

import (
	"context"
	"strconv"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/radius/access"
)

// selfDesk is what subscribers' pages ask of several services.
type selfDesk struct{ m *Main }

// tell writes down what a customer saw or took along.
func (d selfDesk) tell(ctx context.Context, c customers.Customer, from, action, object string, id int64) error {
	return d.m.DB.InTx(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, d.m.Clock.Now(), audit.Event{Actor: "customer " + c.Number, From: from, Action: action, Object: object, ObjectID: strconv.FormatInt(id, 10)})
	})
}

// Secret implements selfcare.Desk; the trail tells who saw it.
func (d selfDesk) Secret(ctx context.Context, c customers.Customer, sub subscriptions.Subscription, from string) (string, error) {
	secret, err := d.m.Access.SecretOf(ctx, sub.GrantID, sub.State.Login.Name)
	if err != nil {
		return "", err
	}
	return secret, d.tell(ctx, c, from, "line secret seen", "subscription", sub.ID)
}

// Names implements selfcare.Desk.
func (d selfDesk) Names(ctx context.Context, grantID int64) (map[access.MAC]string, error) {
	return d.m.Access.DeviceNames(ctx, grantID)
}

// Name implements selfcare.Desk.
func (d selfDesk) Name(ctx context.Context, grantID int64, mac access.MAC, name string) error {
	return d.m.Access.NameDevice(ctx, grantID, mac, name)
}

// Forget implements selfcare.Desk.
func (d selfDesk) Forget(ctx context.Context, grantID int64, slot int) error {
	return d.m.DB.InTx(ctx, func(tx *db.Tx) error { return d.m.Access.FreeSlot(tx, grantID, slot) })
}

// LogOut implements selfcare.Desk.
func (d selfDesk) LogOut(ctx context.Context, grantID int64, mac access.MAC) error {
	return d.m.Radius.LogOut(ctx, grantID, mac)
}

// Contacts implements selfcare.Desk.
func (d selfDesk) Contacts(ctx context.Context, customerID int64) ([]customers.Contact, error) {
	return d.m.Customers.Contacts(ctx, customerID)
}

// Consents implements selfcare.Desk.
func (d selfDesk) Consents(ctx context.Context, c notify.Channel, to string) (map[notify.Class]bool, error) {
	return d.m.Notify.Consents(ctx, c, to)
}

// Record implements selfcare.Desk.
func (d selfDesk) Record(ctx context.Context, c notify.Consent) error {
	return d.m.DB.InTx(ctx, func(tx *db.Tx) error { return d.m.Notify.Record(tx, c) })
}
