package notify

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

// Purpose is why a person is sent a message; consent, hours and life hang on it.
type Purpose string

// The purposes.
const (
	ForReceipt  Purpose = "receipt"
	ForReminder Purpose = "reminder"
	ForBill     Purpose = "bill" // an invoice, a credit note, a statement
	ForCode     Purpose = "code"
	ForAlert    Purpose = "alert" // to the owner
	ForOffer    Purpose = "offer"
	ForTicket   Purpose = "ticket" // an answer to what the person asked
	ForReport   Purpose = "report" // a report that somebody wants again and again
)

// Class is what a person agrees to, or not: messages about what they have, or offers.
type Class string

// The classes.
const (
	Services Class = "service"
	Offers   Class = "offers"
)

// manner is how messages of a purpose are treated. No class: the person asked for it, or is the owner.
type manner struct {
	class  Class
	urgent bool // not held by quiet hours
	life   time.Duration
}

var manners = map[Purpose]manner{
	ForReceipt:  {class: Services, urgent: true, life: 24 * time.Hour},
	ForReminder: {class: Services, life: 48 * time.Hour},
	ForBill:     {class: Services, life: 5 * 24 * time.Hour},
	ForCode:     {urgent: true, life: 10 * time.Minute},
	ForAlert:    {urgent: true, life: 6 * time.Hour},
	ForTicket:   {life: 72 * time.Hour},
	ForReport:   {urgent: true, life: 24 * time.Hour}, // its hour was chosen
	ForOffer:    {class: Offers, life: 72 * time.Hour},
}

// Channel is the way a message takes.
type Channel string

// The channels. Telegram and Webhook carry alerts alone; Email carries no offers.
const (
	SMS      Channel = "sms"
	Email    Channel = "email"
	Telegram Channel = "telegram"
	Webhook  Channel = "webhook"
)

var channels = []Channel{SMS, Email, Telegram, Webhook}

// State of a message.
type State string

// The states; Delivered and Failed by report, and Failed before sending, are final unless a person retries.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Sent      State = "sent" // the carrier has it
	Delivered State = "delivered"
	Failed    State = "failed"
	Unknown   State = "unknown" // perhaps sent, perhaps not
)

// States lists them in the order of a message's life.
var States = []State{Queued, Sending, Sent, Delivered, Failed, Unknown}

// mostParts bounds an SMS: more is a mistake, and costs.
const mostParts = 10

// Message is what a domain asks to send. Words is a key of internal/words; Args fill its text.
type Message struct {
	Key      string // the caller's own: "payment 42 receipt". The same key is one message.
	Purpose  Purpose
	Channel  Channel
	Customer int64  // whose number in billing/customers; 0: of nobody whom we keep
	To       string // a Kenyan mobile number, a mail address; for alerts also a chat or an https address
	Language words.Lang
	Subject  string // a key of internal/words, with the same Args; for e-mail
	Words    string
	Args     []any
	Sender   string       // of an SMS: the brand's own sender id; empty: the carrier's
	Amount   money.Amount // of the sale that a receipt is about, zero for none; a small one gets no SMS
	Until    time.Time    // not sent later than this; zero: what suits the purpose
	Letter   *Letter      // of an e-mail: what it says, instead of Words
	SiteID   int64        // of an e-mail: whose look and name it has
	Paper    int64        // of an e-mail: the paper that goes with it; 0: none
	Thread   *Thread      // of an e-mail: which conversation it belongs to; nil: none
	plain    string       // text already written: alerts and their JSON
}

// content is the sealed part of a message.
type content struct {
	Subject, Text string
	Sender        string  `json:",omitempty"`
	Letter        *Letter `json:",omitempty"`
	SiteID, Paper int64   `json:",omitempty"`
	Thread        *Thread `json:",omitempty"`
}

// Thread makes an e-mail part of a conversation.
type Thread struct {
	Mark    string // is part of the Message-ID, by which an answer is known: letters, digits and points
	Answers string // the Message-ID of what it answers; empty: nothing
	ReplyTo string // where it is answered to; empty: as the brand says
	Person  bool   // somebody wrote it, no program
}

// write makes the text of a message.
func (m Message) write(stop string) content {
	c := content{Text: m.plain, Sender: m.Sender, Letter: m.Letter, SiteID: m.SiteID, Paper: m.Paper, Thread: m.Thread}
	if m.Letter != nil {
		c.Text = m.Letter.text()
	}
	if c.Text == "" {
		c.Text = words.Text(m.Language, m.Words, m.Args...)
	}
	if m.Subject != "" {
		c.Subject = words.Text(m.Language, m.Subject, m.Args...)
	}
	if m.Purpose == ForOffer {
		c.Text += " " + words.Text(m.Language, "message.stop", "How", stop)
	}
	if m.Channel == SMS {
		c.Text = Plain(c.Text)
	}
	return c
}

var (
	keyShape    = regexp.MustCompile(`^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$`)
	mobileShape = regexp.MustCompile(`^254[17][0-9]{8}$`)
	// mailboxShape: printable ASCII alone, for not every server takes more (RFC 6531), and one @.
	mailboxShape = regexp.MustCompile(`^[!-?A-~]{1,64}@[!-?A-~]+$`)
	chatShape    = regexp.MustCompile(`^(?:-?[0-9]{1,20}|@[A-Za-z0-9_]{5,32})$`)
)

// check says what is wrong: fault.Invalid "message.key", "message.purpose", "message.channel", "message.address".
func (m Message) check() (Message, error) {
	_, known := manners[m.Purpose]
	switch {
	case !keyShape.MatchString(m.Key):
		return m, fault.New(fault.Invalid, "message.key")
	case !known:
		return m, fault.New(fault.Invalid, "message.purpose")
	case !slices.Contains(channels, m.Channel) || (m.Channel == Telegram || m.Channel == Webhook) && m.Purpose != ForAlert,
		m.Channel == Email && m.Purpose == ForOffer: // it would need a link that stops them
		return m, fault.New(fault.Invalid, "message.channel")
	}
	to, ok := address(m.Channel, m.To)
	if !ok {
		return m, fault.New(fault.Invalid, "message.address")
	}
	m.To = to
	return m, nil
}

// address writes an address in the one way in which it is hashed and sent.
func address(c Channel, to string) (string, bool) {
	switch c {
	case SMS:
		to = strings.TrimPrefix(to, "+")
		if rest, local := strings.CutPrefix(to, "0"); local {
			to = "254" + rest
		}
		return to, mobileShape.MatchString(to)
	case Email:
		a, err := mail.ParseAddress(to)
		_, host, _ := strings.Cut(to, "@")
		return strings.ToLower(to), err == nil && a.Address == to && len(to) <= 254 && mailboxShape.MatchString(to) && hostShape.MatchString(host)
	case Telegram:
		return to, chatShape.MatchString(to)
	case Webhook:
		return to, settings.SafeAddress(to)
	}
	return "", false
}

// Mailbox is a mail address in the one way in which it is sent to; false for what is none.
func Mailbox(to string) (string, bool) { return address(Email, to) }

// checkContent is fault.Invalid "message.text" for what cannot be sent.
func checkContent(c Channel, t content) error {
	switch {
	case strings.TrimSpace(t.Text) == "" || !utf8.ValidString(t.Text) || len(t.Text) > 100_000:
		return fault.New(fault.Invalid, "message.text")
	case c == Email && strings.TrimSpace(t.Subject) == "":
		return fault.New(fault.Invalid, "message.text")
	case c == SMS && Measure(t.Text).Parts > mostParts:
		return fault.New(fault.Invalid, "message.long", "Most", mostParts)
	}
	return nil
}

// mask shows enough of an address for its owner to know it.
func mask(c Channel, to string) string {
	switch {
	case c == SMS && len(to) == 12:
		return "0" + to[3:6] + " ••• " + to[9:]
	case c == Email:
		name, host, _ := strings.Cut(to, "@")
		return name[:min(1, len(name))] + "•••@" + host
	case c == Webhook:
		if u, err := url.Parse(to); err == nil {
			return u.Host + "/•••"
		}
	case c == Telegram && len(to) > 3:
		return "•••" + to[len(to)-3:]
	}
	return "•••"
}
