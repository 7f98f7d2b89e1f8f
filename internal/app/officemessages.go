package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// mailroom is messages, alerts and carriers, for the office.
type mailroom struct{ *Main }

func (m mailroom) List(ctx context.Context, p notify.Page) ([]notify.Line, error) {
	return m.Notify.List(ctx, p)
}

func (m mailroom) Lines(ctx context.Context, ids []int64) (map[int64]notify.Line, error) {
	return m.Notify.Lines(ctx, ids)
}

func (m mailroom) Read(ctx context.Context, id int64) (notify.Line, string, string, error) {
	return m.Notify.Read(ctx, id)
}

// Retry sends a message again; notify records who wanted it.
func (m mailroom) Retry(ctx context.Context, by staff.By, id int64) error {
	actor, err := m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return err
	}
	return m.Notify.Retry(ctx, id, actor.Email, by.From)
}

// SendTest sends a short text; notify records who wanted it.
func (m mailroom) SendTest(ctx context.Context, by staff.By, c notify.Channel, to string, l words.Lang) (int64, error) {
	actor, err := m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return 0, err
	}
	return m.Notify.SendTest(ctx, c, to, l, actor.Email, by.From)
}

// Explain tells a customer by SMS why they were offline at an instant: the same once, however often it is pressed.
func (m mailroom) Explain(ctx context.Context, by staff.By, c customers.Customer, to, text string, at time.Time) error {
	name, sender := m.Settings.String(settings.ProviderName), ""
	if _, b, err := m.Sites.Get(c.SiteID); err == nil {
		name, sender = cmp.Or(b.Name, name), b.Sender
	}
	asked, err := audit.Text(map[string]any{"at": at})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	key := fmt.Sprintf("why %d %d %x", c.ID, at.Unix(), sum[:8])
	return m.recorded(ctx, by, audit.Event{Action: "offline explained", Object: "customer", ObjectID: idText(c.ID), After: asked}, func(tx *db.Tx) error {
		_, err := m.Notify.Send(tx, notify.Message{Key: key, Customer: c.ID, Purpose: notify.ForReminder, Channel: notify.SMS, To: to, Language: c.Lang, Sender: sender, Words: "why.sms", Args: []any{"Provider", name, "Text", text}})
		return err
	})
}

func (m mailroom) Waiting(ctx context.Context) (unknown, failed int64, err error) {
	_, unknown, failed, err = m.Notify.Waiting(ctx)
	return unknown, failed, err
}

func (m mailroom) Balance(ctx context.Context) (notify.Cost, bool, error) {
	left, _, known, err := m.Notify.Balance(ctx)
	return left, known, err
}

func (m mailroom) OpenAlerts(ctx context.Context) ([]notify.Alert, error) {
	return m.Notify.OpenAlerts(ctx)
}

// Alerts lists all alerts, the newest first, before one.
func (m mailroom) Alerts(ctx context.Context, before int64, limit int) ([]notify.Alert, error) {
	page := notify.Page{Limit: limit}
	if before != 0 {
		last, err := m.Notify.Alert(ctx, before)
		if err != nil {
			return nil, err
		}
		page.Before, page.BeforeID = last.RaisedAt, before
	}
	return m.Notify.History(ctx, page)
}

// Acknowledge says that somebody knows of an alert; notify records who.
func (m mailroom) Acknowledge(ctx context.Context, by staff.By, id int64) error {
	actor, err := m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return err
	}
	return m.Notify.Acknowledge(ctx, id, actor.Email, by.From)
}

func (m mailroom) Carrier(ctx context.Context, c notify.Channel) (notify.Carrier, error) {
	return m.Notify.Carrier(ctx, c)
}

// SaveCarrier stores a carrier. The trail says that a secret changed, never what it is.
func (m mailroom) SaveCarrier(ctx context.Context, by staff.By, c notify.Carrier) error {
	old, err := m.Notify.Carrier(ctx, c.Channel)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	before := ""
	if err == nil {
		if before, err = carrierDocument(old, false); err != nil {
			return err
		}
	}
	after, err := carrierDocument(c, old.Secret != c.Secret)
	if err != nil {
		return err
	}
	return m.recorded(ctx, by, audit.Event{Action: "carrier saved", Object: "carrier", ObjectID: string(c.Channel), Before: before, After: after}, func(tx *db.Tx) error {
		return m.Notify.SaveCarrier(tx, c)
	})
}

// carrierDocument leaves out all that may hold a key: of a gateway its addresses, headers and body too.
func carrierDocument(c notify.Carrier, newSecret bool) (string, error) {
	d := map[string]any{"driver": c.Driver, "off": c.Off, "sender": c.Sender, "offer_sender": c.OfferSender, "username": c.Username, "host": c.Host, "port": c.Port}
	if newSecret {
		d["secret"] = "changed"
	}
	return audit.Text(d)
}

// purposeReports makes the secret address of delivery reports from the keys, so that it is stored nowhere.
const purposeReports = "sms delivery reports"

// ReportAddress is what an SMS carrier is told; empty until the program knows its public address.
func (m mailroom) ReportAddress() string {
	return m.officeBase() + "/in/r/" + m.Keys.Lookup(purposeReports, "address")[:32]
}

// Secrets are the addresses' last parts by all keys, so that a rotation loses no report.
func (m mailroom) Secrets() (all []string) {
	for _, one := range m.Keys.Lookups(purposeReports, "address") {
		all = append(all, one[:32])
	}
	return all
}

// TakeReport applies a delivery report.
func (m mailroom) TakeReport(ctx context.Context, body []byte) error {
	return m.Notify.TakeReport(ctx, body)
}

func (m mailroom) Setting(name string) string { return m.Settings.String(name) }

// SaveSettings stores those that changed, all or none.
func (m mailroom) SaveSettings(ctx context.Context, by staff.By, values map[string]string) error {
	old, changed := map[string]any{}, map[string]any{}
	for name, value := range values {
		if before := m.Settings.String(name); before != value {
			old[name], changed[name] = hiddenSetting(name, before), hiddenSetting(name, value)
		}
	}
	before, err := audit.Text(old)
	if err != nil || len(changed) == 0 {
		return err
	}
	after, err := audit.Text(changed)
	if err != nil {
		return err
	}
	return m.recorded(ctx, by, audit.Event{Action: "settings saved", Object: "setting", ObjectID: "alert", Before: before, After: after}, func(tx *db.Tx) error {
		for _, name := range slices.Sorted(maps.Keys(changed)) {
			if err := m.Settings.Set(tx, name, values[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// hiddenSetting keeps the address of a webhook out of the trail: such addresses often hold a key.
func hiddenSetting(name, value string) string {
	if name == settings.AlertWebhook && value != "" {
		return "(set)"
	}
	return value
}

func (m mailroom) Consents(ctx context.Context, c notify.Channel, to string) (map[notify.Class]bool, error) {
	return m.Notify.Consents(ctx, c, to)
}

// Said lists what a person said about an address.
func (m mailroom) Said(ctx context.Context, c notify.Channel, to string) ([]notify.Word, error) {
	return m.Notify.Said(ctx, c, to)
}

// SaveConsent keeps a person's word that somebody here was told; the consent keeps who, the trail that it happened.
func (m mailroom) SaveConsent(ctx context.Context, by staff.By, c notify.Consent) error {
	actor, err := m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return err
	}
	c.Actor = actor.Email
	after, err := audit.Text(map[string]any{"class": c.Class, "given": c.Given, "channel": c.Channel})
	if err != nil {
		return err
	}
	return m.recorded(ctx, by, audit.Event{Action: "consent recorded", Object: "consent", After: after}, func(tx *db.Tx) error { return m.Notify.Record(tx, c) })
}
