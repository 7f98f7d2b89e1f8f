package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/notify"
)

var channelsShown = []notify.Channel{notify.SMS, notify.Email, notify.Telegram, notify.Webhook}

func (b *Backoffice) carriers(q *request) error {
	p := q.listing("office.carriers.title", "messages")
	p.Lead, p.Crumbs = p.T("office.carriers.lead"), []crumb{{p.T("office.nav.messages"), "/office/messages"}}
	p.Columns = []column{{Name: p.T("office.messages.channel")}, {Name: p.T("office.carriers.by")}, {Name: p.T("office.carriers.sender")}, {Name: p.T("office.state")}}
	for _, c := range channelsShown {
		stored, err := b.Messages.Carrier(q.ctx, c)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		state := stateView{"", p.T("office.carriers.none")}
		by := ""
		if err == nil {
			state, by = stateView{"good", p.T("office.on")}, p.T("office.driver."+stored.Driver)
			if stored.Off {
				state = stateView{"warn", p.T("office.off")}
			}
		}
		p.add(cell{Text: p.T("office.channel." + string(c)), Address: "/office/carriers/" + string(c)}, cell{Text: by}, cell{Text: stored.Sender}, stated(state))
	}
	return q.list(p)
}

// theChannel is the channel of an address with its carrier; known is false when there is none yet.
func (b *Backoffice) theChannel(q *request) (c notify.Carrier, known bool, err error) {
	channel := notify.Channel(q.Params("channel"))
	if !slices.Contains(channelsShown, channel) {
		return c, false, notHere()
	}
	if err := q.proven(); err != nil {
		return c, false, err
	}
	c, err = b.Messages.Carrier(q.ctx, channel)
	if fault.Is(err, fault.NotFound) {
		return notify.Carrier{Channel: channel, Driver: firstDriver[channel]}, false, nil
	}
	return c, err == nil, err
}

var firstDriver = map[notify.Channel]string{notify.SMS: notify.AfricasTalking, notify.Email: notify.SMTP, notify.Telegram: notify.TelegramBot, notify.Webhook: notify.SignedWebhook}

func (b *Backoffice) carrier(q *request) error {
	c, known, err := b.theChannel(q)
	if err != nil {
		return err
	}
	return q.show(b.carrierPage(q, c, known))
}

// carrierPage never shows a secret: what is stored stays unless something else is typed.
func (b *Backoffice) carrierPage(q *request, c notify.Carrier, known bool) *recordPage {
	p := q.record("office.carriers.title", "messages")
	p.Crumbs = []crumb{{p.T("office.nav.messages"), "/office/messages"}, {p.Title, "/office/carriers"}}
	p.Title = p.T("office.channel." + string(c.Channel))
	c = q.chooseDriver(p, c)
	w := carrierForm{p: p, c: c}
	p.add(card{Form: &shortForm{Action: "/office/carriers/" + string(c.Channel), Button: p.T("office.save"), Fields: w.fields(), Hidden: []fact{{"driver", c.Driver}}}})
	if known {
		p.add(card{Name: p.T("office.carriers.test"), Lead: p.T("office.carriers.test_text"), Form: &shortForm{Action: "/office/carriers/" + string(c.Channel) + "/test", Button: p.T("office.carriers.test"),
			Fields: []formField{{Name: "address", Label: p.T("office.carriers.address_" + string(c.Channel)), Most: 254, Must: true}}}})
	}
	if known && c.Channel == notify.SMS {
		p.add(card{Name: p.T("office.carriers.reports"), Lead: p.T("office.carriers.reports_text"), Once: b.Messages.ReportAddress()})
	}
	return p
}

// carrierForm writes the fields that a channel has.
type carrierForm struct {
	p *recordPage
	c notify.Carrier
}

func (w carrierForm) text(name, value string, most int) formField {
	return formField{Name: name, Label: w.p.T("office.carriers." + name), Value: value, Auto: "off", Most: most}
}

func (w carrierForm) secret(name string, stored bool) formField {
	f := formField{Name: name, As: asSecret, Label: w.p.T("office.carriers." + name), Most: 500, Set: stored, SetText: w.p.T("office.not_set")}
	if stored {
		f.SetText = w.p.T("office.is_set")
	}
	return f
}

func (w carrierForm) long(name string, stored bool) formField {
	f := w.secret(name, stored)
	f.As, f.Most = asLong, 4000
	return f
}

func (w carrierForm) fields() []formField {
	c := w.c
	off := formField{Name: "off", Label: w.p.T("office.state"), As: asTicks, Choices: []choice{{Value: "1", Name: w.p.T("office.carriers.off"), Hint: w.p.T("office.carriers.off_text"), Here: c.Off}}}
	switch c.Channel {
	case notify.SMS:
		return append(w.smsFields(), off)
	case notify.Email:
		port := w.text("port", "", 5)
		if c.Port != 0 {
			port.Value = strconv.Itoa(c.Port)
		}
		port.Hint, port.As = w.p.T("office.carriers.port_hint"), asNumber
		return []formField{w.text("sender", c.Sender, 254), w.text("host", c.Host, 253), port, w.text("username", c.Username, 254), w.secret("secret", c.Secret != ""), off}
	}
	return []formField{w.secret("secret", c.Secret != ""), off}
}

func (w carrierForm) smsFields() []formField {
	c, g := w.c, w.c.HTTP
	offers := w.text("offer_sender", c.OfferSender, 15)
	offers.Hint = w.p.T("office.carriers.offer_sender_hint")
	if c.Driver != notify.HTTPGateway {
		return []formField{w.text("username", c.Username, 100), w.secret("secret", c.Secret != ""), w.text("sender", c.Sender, 15), offers}
	}
	method := w.text("method", g.Method, 4)
	method.Hint = w.p.T("office.carriers.method_hint")
	return []formField{w.text("sender", c.Sender, 15), offers, w.secret("url", g.URL != ""), method, w.text("content_type", g.ContentType, 40), w.long("header", len(g.Header) > 0), w.long("body", g.Body != ""),
		w.text("success", g.Success, 200), w.text("id", g.ID, 200), w.secret("balance_url", g.BalanceURL != ""), w.text("balance", g.Balance, 200),
		w.text("report_id", g.ReportID, 200), w.text("report_delivered", g.ReportDelivered, 200), w.text("report_failed", g.ReportFailed, 200)}
}

// smsDrivers are the ways to send SMS.
var smsDrivers = []string{notify.AfricasTalking, notify.HTTPGateway}

// chooseDriver shows the form of another driver than the stored one; it is stored with the form.
func (q *request) chooseDriver(p *recordPage, c notify.Carrier) notify.Carrier {
	if c.Channel != notify.SMS {
		return c
	}
	if chosen := q.Query("driver"); slices.Contains(smsDrivers, chosen) {
		c.Driver = chosen
	}
	var drivers []chip
	for _, d := range smsDrivers {
		drivers = append(drivers, chip{Name: p.T("office.driver." + d), Address: "/office/carriers/sms?driver=" + d, Here: d == c.Driver})
	}
	p.Chips = [][]chip{drivers}
	return c
}

// typedCarrier is what the form says over what is stored: an empty secret keeps the stored one.
func (q *request) typedCarrier(c notify.Carrier) notify.Carrier {
	keeping := func(name, stored string) string {
		if typed := strings.TrimSpace(q.FormValue(name)); typed != "" {
			return typed
		}
		return stored
	}
	plain := func(name string) string { return strings.TrimSpace(q.FormValue(name)) }
	c.Off, c.Secret = q.FormValue("off") == "1", keeping("secret", c.Secret)
	switch c.Channel {
	case notify.Email:
		c.Sender, c.Host, c.Username = plain("sender"), plain("host"), plain("username")
		c.Port = 0
		if typed := plain("port"); typed != "" {
			port, err := strconv.Atoi(typed)
			if err != nil {
				port = -1 // no port; Check says so
			}
			c.Port = port
		}
	case notify.SMS:
		c.Driver, c.Sender, c.OfferSender = plain("driver"), plain("sender"), plain("offer_sender")
		if c.Driver != notify.HTTPGateway {
			c.Username = plain("username")
			break
		}
		g := c.HTTP
		c.HTTP = notify.Gateway{URL: keeping("url", g.URL), Method: plain("method"), ContentType: plain("content_type"), Header: headers(q.FormValue("header"), g.Header), Body: keeping("body", g.Body),
			Success: plain("success"), ID: plain("id"), BalanceURL: keeping("balance_url", g.BalanceURL), Balance: plain("balance"),
			ReportID: plain("report_id"), ReportDelivered: plain("report_delivered"), ReportFailed: plain("report_failed")}
	}
	return c
}

// sentElsewhere is a stored secret that would go to another host, and was not typed again; empty when there is none.
func (q *request) sentElsewhere(was, is notify.Carrier) string {
	if was.Host != is.Host || was.Port != is.Port {
		if was.Secret != "" && q.FormValue("secret") == "" {
			return "secret"
		}
	}
	there := []string{hostOf(was.HTTP.URL), hostOf(was.HTTP.BalanceURL)}
	if slices.Contains(there, hostOf(is.HTTP.URL)) && (is.HTTP.BalanceURL == "" || slices.Contains(there, hostOf(is.HTTP.BalanceURL))) {
		return ""
	}
	switch {
	case len(was.HTTP.Header) > 0 && q.FormValue("header") == "":
		return "header"
	case was.HTTP.Body != "" && q.FormValue("body") == "":
		return "body"
	}
	return ""
}

// hostOf is the scheme and host of an address with places for what is sent in it.
func hostOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return scheme + "://" + host
}

// headers reads one "Name: value" a line; nothing typed keeps what is stored.
func headers(typed string, stored map[string]string) map[string]string {
	if strings.TrimSpace(typed) == "" {
		return stored
	}
	all := map[string]string{}
	for line := range strings.Lines(typed) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), ":"); name != "" {
			all[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return all
}

var aboutCarrier = map[string]string{"carrier.driver": "driver", "carrier.sender": "sender", "carrier.url": "url", "carrier.secret": "secret", "carrier.host": "host", "carrier.method": "method",
	"carrier.header": "header", "carrier.body": "body", "carrier.pattern": "id", "message.address": "address"}

func (b *Backoffice) saveCarrier(q *request) error {
	stored, known, err := b.theChannel(q)
	if err != nil {
		return err
	}
	typed := q.typedCarrier(stored)
	if field := q.sentElsewhere(stored, typed); field != "" {
		return q.refuse(fault.New(fault.Invalid, "setup.secret_again"), "record", b.carrierPage(q, typed, known), field)
	}
	if err := b.Messages.SaveCarrier(q.ctx, q.in.By(q.visit()), typed); err != nil {
		return q.refuse(err, "record", b.carrierPage(q, typed, known), aboutCarrier[fault.KeyOf(err)])
	}
	q.tell("good", "office.carriers.saved", "")
	return led("/office/carriers/" + string(stored.Channel))
}

func (b *Backoffice) testCarrier(q *request) error {
	c, known, err := b.theChannel(q)
	if err != nil {
		return err
	}
	id, err := b.Messages.SendTest(q.ctx, q.in.By(q.visit()), c.Channel, strings.TrimSpace(q.FormValue("address")), q.lang())
	if err != nil {
		return q.refuse(err, "record", b.carrierPage(q, c, known), aboutCarrier[fault.KeyOf(err)])
	}
	q.tell("", "office.carriers.test_sent", "")
	return led("/office/messages/" + number(id))
}
