package backoffice

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/settings"
)

// settingsPage leads to everything that is set up.
type settingsPage struct {
	frame
	Places []settingsLine
}

type settingsLine struct{ Name, Text, Icon, Address string }

type settingsPlace struct{ key, icon, address string }

var settingsPlaces = []settingsPlace{
	{"provider", "settings", "/office/settings/provider"},
	{"sites", "map-pin", "/office/sites"},
	{"brands", "palette", "/office/brands"},
	{"plans", "tag", "/office/plans"},
	{"tills", "credit-card", "/office/tills"},
	{"routers", "router", "/office/routers"},
	{"carriers", "mail", "/office/carriers"},
	{"mailbox", "mail", mailboxAt},
	{"taxes", "chart-column", "/office/taxes"},
	{"dunning", "hourglass", "/office/dunning"},
	{"answers", "mail", answersAt},
	{"apikeys", "lock", keysAt},
	{"webhooks", "activity", hooksAt},
	{"imports", "users", "/office/imports"},
	{"setup", "play", "/office/setup"},
}

func (b *Backoffice) settings(q *request) error {
	p := &settingsPage{frame: q.page("office.nav.settings", "settings")}
	for _, at := range settingsPlaces {
		if q.reachable(at.address) != "" {
			p.Places = append(p.Places, settingsLine{p.T("office.settings." + at.key), p.T("office.settings_text." + at.key), at.icon, at.address})
		}
	}
	return q.send(fiber.StatusOK, "settings", p)
}

// bounded is a setting that is a number.
func bounded(name string, from, to int) spec {
	return spec{name: name, as: asNumber, most: 10, from: from, to: to}
}

func typed(name string, most int) spec { return spec{name: name, as: asText, most: most} }

// providerSheets are all keys of the settings.
var providerSheets = []sheet{
	{title: "office.settings.who", specs: []spec{{name: settings.ProviderName, as: asText, must: true, most: 100}, typed(settings.ProviderPhone, 100)}},
	{title: "office.settings.selling", specs: []spec{bounded(settings.UnusedDays, 1, 366), bounded(settings.GraceMinutes, 0, 60), bounded(settings.GraceHourly, 1, 1000), bounded(settings.CashAlone, 0, 1_000_000)}},
	{title: "office.settings.prepaid", specs: []spec{{name: settings.PrepaidMonth, as: asPick, choices: []string{settings.CalendarMonth, settings.ThirtyDays}},
		{name: settings.PrepaidPart, as: asPick, choices: []string{settings.Waits, settings.BuysDays}}}},
	{title: "office.settings.invoices", folded: true, specs: []spec{typed(settings.InvoicePrefix, 8), {name: settings.InvoiceSeries, as: asPick, choices: []string{settings.SeriesYear, settings.SeriesRunning}},
		{name: settings.InvoiceReview, as: asPick, choices: []string{settings.ReviewNone, settings.ReviewAll}}, bounded(settings.InvoiceDueDays, 0, 365), bounded(settings.InvoiceRound, 1, 10_000),
		{name: settings.InvoiceProForma, as: asPick, choices: []string{settings.LabelProForma, settings.LabelInvoice}}, bounded(settings.InvoiceRestore, 1, 100), bounded(settings.InvoiceThrottle, 64, 100_000)}},
	{title: "office.settings.papers", folded: true, specs: []spec{typed(settings.PaperSeller, 100), typed(settings.PaperPIN, 11), typed(settings.PaperAddress, 200), typed(settings.PaperEmail, 254),
		typed(settings.PaperBank, 200), {name: settings.PaperInvoice, as: asPick, choices: settings.PaperWays}, {name: settings.PaperCredit, as: asPick, choices: settings.PaperWays},
		{name: settings.PaperReceipt, as: asPick, choices: settings.PaperWays}, {name: settings.PaperSale, as: asPick, choices: []string{settings.ByEmail, settings.ByNone}},
		bounded(settings.PaperPerMinute, 1, 6000), bounded(settings.PaperLinkDays, 1, 400)}},
	{title: "office.settings.second", folded: true, specs: []spec{typed(settings.SecondMachine, 15)}},
	{title: "office.settings.history", folded: true, specs: []spec{bounded(settings.HistoryMonths, 1, 120), bounded(settings.UsageMonths, 1, 120), bounded(settings.BulkMonths, 1, 120)}},
	{title: "office.settings.alerts", specs: []spec{typed(settings.AlertSMS, 300), typed(settings.AlertEmail, 1000), typed(settings.AlertTelegram, 400),
		typed(settings.AlertWebhook, 500), {name: settings.AlertLanguage, as: asPick, choices: []string{"en", "sw"}},
		bounded(settings.AlertEscalateMinutes, 0, 1440), typed(settings.AlertEscalateSMS, 300)}},
	{title: "office.settings.limits", folded: true, specs: []spec{bounded(settings.AlertPromptSuccess, 0, 80), bounded(settings.AlertCallbackSilence, 0, 1440),
		bounded(settings.AlertRouterDown, 0, 3600), bounded(settings.AlertRejects, 0, 1_000_000), bounded(settings.AlertQueueAge, 0, 10_000),
		bounded(settings.AlertBalance, 0, 1_000_000), bounded(settings.AlertDiskFree, 0, 80), bounded(settings.AlertBackupAge, 0, 1000),
		bounded(settings.AlertCertificate, 0, 60), bounded(settings.AlertSpoolFull, 0, 90), bounded(settings.AlertFlapping, 0, 1000), bounded(settings.AlertGuessing, 0, 100000), bounded(settings.AlertEarly, 0, 1000), bounded(settings.AlertOutage, 0, 1000), bounded(settings.AlertReversed, 0, 1000), bounded(settings.AlertDay, 0, 60), bounded(settings.AlertComplaint, 0, 60), bounded(settings.AlertHooks, 0, 1000), bounded(settings.AlertMailbox, 0, 10_000), bounded(settings.AlertMailFlood, 0, 10_000)}},
	{title: "office.settings.tickets", folded: true, specs: []spec{bounded(settings.TicketUrgentHours, 1, 720), bounded(settings.TicketHighHours, 1, 720), bounded(settings.TicketNormalHours, 1, 720),
		bounded(settings.TicketLowHours, 1, 720), bounded(settings.TicketComplaintDays, 1, 90), bounded(settings.TicketCloseDays, 1, 90), bounded(settings.TicketKeepMonths, 1, 120), bounded(settings.TicketMailsHour, 1, 1000), bounded(settings.FieldKeepMonths, 1, 120)}},
	{title: "office.settings.messages", folded: true, specs: []spec{typed(settings.MessageZone, 60), typed(settings.MessageQuietFrom, 5),
		typed(settings.MessageQuietUntil, 5), bounded(settings.MessageCodesPerHour, 1, 100), bounded(settings.MessageReceiptLeast, 0, 1_000_000),
		typed(settings.MessageStop, 100), bounded(settings.MessageKeepDays, 1, 3660)}},
}

func (b *Backoffice) providerForm(q *request, sheets []sheet) form {
	o := usual(sheets)
	for _, s := range specsOf(sheets) {
		o.Fields[s.name] = b.Settings.String(s.name)
	}
	return q.form(kindProvider, o)
}

func (b *Backoffice) providerPage(q *request, f form) (*formPage, error) {
	p := &formPage{frame: q.page("office.settings.provider", "settings"), Action: "/office/settings/provider"}
	p.Crumbs, p.Button = []crumb{{p.T("office.nav.settings"), "/office/settings"}}, p.T("office.set.save")
	p.lay(f, providerSheets, false)
	return p, nil
}

func (b *Backoffice) askProvider(q *request) error {
	p, err := b.providerPage(q, b.providerForm(q, providerSheets))
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) saveProvider(q *request) error {
	err := q.submit(b.providerForm(q, providerSheets), providerSheets, func(f form) (*formPage, error) { return b.providerPage(q, f) }, func(fields map[string]string) error {
		return b.Setup.Save(q.ctx, q.author(), Change{Kind: kindProvider, Fields: fields})
	})
	if err != nil {
		return err
	}
	q.tell("good", "office.set.saved", "")
	return led("/office/settings/provider")
}
