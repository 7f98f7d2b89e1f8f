package notify

import (
	"context"
	"log/slog"
	"regexp"

	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// The drivers.
const (
	AfricasTalking = "africastalking" // SMS
	HTTPGateway    = "http"           // SMS by any gateway that takes an HTTP request
	SMTP           = "smtp"           // Email
	TelegramBot    = "telegram"
	SignedWebhook  = "webhook"
)

var driversOf = map[Channel][]string{SMS: {AfricasTalking, HTTPGateway}, Email: {SMTP}, Telegram: {TelegramBot}, Webhook: {SignedWebhook}}

// Carrier is how one channel leaves the house, secrets in the clear; stored sealed. It never prints more than its name.
type Carrier struct {
	Channel     Channel
	Driver      string
	Off         bool   // switched off: messages wait in the queue until they are too old
	Sender      string // sender id for messages about what people have; the From address of e-mail
	OfferSender string // sender id for offers: networks block a sender that mixes the two
	BaseURL     string // africastalking and telegram: "" is the real one
	Username    string
	Secret      string // API key, password, bot token, webhook secret
	Host        string // smtp
	Port        int    // smtp: 587 with STARTTLS when 0; 465 is TLS from the start
	HTTP        Gateway
}

// String names a carrier without its secrets.
func (c Carrier) String() string { return string(c.Channel) + " by " + c.Driver }

// GoString implements fmt.GoStringer.
func (c Carrier) GoString() string { return c.String() }

// LogValue implements slog.LogValuer.
func (c Carrier) LogValue() slog.Value { return slog.StringValue(c.String()) }

var hostShape = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// Check says what is wrong with a carrier: fault.Invalid "carrier.driver", "carrier.sender", "carrier.url",
// "carrier.secret", "carrier.host" or those of Gateway.
func (c Carrier) Check() error {
	fits := false
	for _, d := range driversOf[c.Channel] {
		fits = fits || d == c.Driver
	}
	switch {
	case !fits:
		return fault.New(fault.Invalid, "carrier.driver")
	case c.BaseURL != "" && !settings.SafeAddress(c.BaseURL):
		return fault.New(fault.Invalid, "carrier.url")
	case c.Channel == SMS && (c.Sender != "" && !settings.SenderID(c.Sender) || c.OfferSender != "" && !settings.SenderID(c.OfferSender)):
		return fault.New(fault.Invalid, "carrier.sender")
	case c.Driver == AfricasTalking && (c.Username == "" || c.Secret == ""), c.Driver == TelegramBot && !tokenShape.MatchString(c.Secret),
		c.Driver == SignedWebhook && len(c.Secret) < 16:
		return fault.New(fault.Invalid, "carrier.secret")
	case c.Driver == SMTP:
		return c.checkMail()
	case c.Driver == HTTPGateway:
		return c.HTTP.check()
	}
	return nil
}

func (c Carrier) checkMail() error {
	if _, ok := address(Email, c.Sender); !ok {
		return fault.New(fault.Invalid, "carrier.sender")
	}
	if !hostShape.MatchString(c.Host) || c.Port < 0 || c.Port > 65535 {
		return fault.New(fault.Invalid, "carrier.host")
	}
	return nil
}

// verdict is what a driver knows about a call.
type verdict int

// The verdicts. Whatever is not certain is doubtful.
const (
	doubtful verdict = iota // no answer, or one that does not say
	accepted                // the carrier has it
	refused                 // the carrier said no, and will again
	notLeft                 // certainly not sent: may be tried again
	noCredit                // not sent for want of balance
	blocked                 // the person has stopped this sender at the network
)

// outcome is what came of one call. Reason is a short name, never text of a stranger.
type outcome struct {
	verdict    verdict
	reason     string
	providerID string
	cost       Cost
}

// letter is one message as a driver needs it. Look and file are of e-mail.
type letter struct {
	id      int64
	to      string
	sender  string
	content content
	look    Look
	file    File
}

// driver takes one message out of the house, once. It never tries again by itself.
type driver interface {
	send(ctx context.Context, l letter) outcome
}

// teller is a driver that can say what credit is left.
type teller interface {
	balance(ctx context.Context) (Cost, error)
}

// reporter is a driver whose carrier calls back about a message.
type reporter interface {
	readReport(body []byte) (Report, error)
}

func (s *Service) driver(c Carrier) driver {
	switch c.Driver {
	case AfricasTalking:
		return &africasTalking{carrier: c, web: s.web}
	case HTTPGateway:
		return &gateway{carrier: c, web: s.web}
	case SMTP:
		return &post{carrier: c, roots: s.RootCAs}
	case TelegramBot:
		return &telegram{carrier: c, web: s.web}
	}
	return &webhook{carrier: c, web: s.web, clock: s.Clock}
}

// senderOf is the sender a message goes out under: a brand's own for what people have, the carrier's where there is none.
func (c Carrier) senderOf(p Purpose, own string) string {
	switch {
	case p == ForOffer && c.OfferSender != "":
		return c.OfferSender
	case c.Channel == SMS && p != ForOffer && own != "":
		return own
	}
	return c.Sender
}
