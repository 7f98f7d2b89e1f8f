package support

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

// State of a ticket.
type State string

// The states.
const (
	Open    State = "open"
	Waiting State = "waiting" // for the customer: the clock stands
	Solved  State = "solved"
	Closed  State = "closed"
)

// turns are the changes of state; back to Open from Solved or Closed is opened again.
var turns = map[State][]State{Open: {Waiting, Solved, Closed}, Waiting: {Open, Solved, Closed}, Solved: {Open, Closed}, Closed: {Open}}

// Live says whether somebody still has to do something.
func (s State) Live() bool { return s == Open || s == Waiting }

// Next lists the states that may follow.
func (s State) Next() []State { return turns[s] }

// Priority decides how long an answer may take.
type Priority string

// The priorities.
const (
	Urgent Priority = "urgent"
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// How somebody reached us.
type How string

// The ways.
const (
	ByPhone  How = "phone"
	ByEmail  How = "email"
	ByPortal How = "portal"
	ByStaff  How = "staff" // found by us
)

// The lists, in the order in which they are shown.
var (
	States     = []State{Open, Waiting, Solved, Closed}
	Priorities = []Priority{Urgent, High, Normal, Low}
	Hows       = []How{ByPhone, ByEmail, ByPortal, ByStaff}
	Queues     = []string{"care", "field", "money"}
	Categories = []string{"offline", "slow", "payment", "bill", "voucher", "installation", "other"}
	LinkKinds  = []string{"session", "router", "outage"}
)

var clockKeys = map[Priority]string{Urgent: settings.TicketUrgentHours, High: settings.TicketHighHours, Normal: settings.TicketNormalHours, Low: settings.TicketLowHours}

// queueOf is who usually answers a category.
func queueOf(category string) string {
	switch category {
	case "payment", "bill", "voucher":
		return "money"
	case "installation":
		return "field"
	}
	return "care"
}

// Link is what a ticket is about, besides its customer.
type Link struct {
	Kind string // of LinkKinds; empty: nothing
	ID   int64
}

// Ticket is one matter that somebody brought to us.
type Ticket struct {
	ID         int64
	Reference  string // T4829173
	SiteID     int64
	CustomerID int64             // 0: somebody whom we know by Contact alone
	Contact    customers.Contact // of who is no customer, or wants to be answered elsewhere; may be empty for a customer
	Subject    string
	Category   string
	Priority   Priority
	Queue      string // empty when made: that of the category
	Owner      string // e-mail of the member who answers; empty: nobody yet
	State      State
	How        How
	OpenedBy   string
	OpenedAt   time.Time
	ChangedAt  time.Time
	Due        time.Time // by the clock of its priority, were it not to stand again
	StoppedAt  time.Time // since when the clock stands; zero: it runs
	Reopened   int

	Complaint    bool
	ComplaintDue time.Time // zero for no complaint
	Link         Link
	DoneAt       time.Time // when it was solved or closed
	ErasedAt     time.Time
	Version      int64 // of what was read; an act on an older one is refused
}

// Overdue says whether the clock ran out.
func (t Ticket) Overdue(now time.Time) bool { return t.State == Open && now.After(t.Due) }

// Shown is the reference for people: T 482 9173.
func (t Ticket) Shown() string { return Grouped(t.Reference) }

// Grouped writes a reference so that it can be read out.
func Grouped(reference string) string {
	if len(reference) != 1+referenceDigits {
		return reference
	}
	return reference[:1] + " " + reference[1:4] + " " + reference[4:]
}

const (
	referenceDigits = 7
	mostSubject     = 120
	mostText        = 4000
)

var references = access.CodeStyle{Random: referenceDigits - 1, Digits: true}

func drawReference() string { return "T" + string(references.New()) }

// ReadReference reads a reference as somebody types it: in any case, with or without spaces and dashes. False when it is none, or its check
// digit is wrong.
func ReadReference(typed string) (string, bool) {
	typed = strings.ToUpper(strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }), ""))
	digits, ok := strings.CutPrefix(typed, "T")
	if !ok || len(digits) != referenceDigits || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	_, ok = access.ReadCode(digits)
	return typed, ok
}

// check tidies what was typed and says what is wrong with a ticket to be made: fault.Invalid "ticket.subject", "ticket.category",
// "ticket.priority", "ticket.queue", "ticket.how" or "ticket.who", and those of customers.CheckContacts.
func (t Ticket) check(nobody bool) (Ticket, error) {
	t.Subject = strings.Join(strings.Fields(t.Subject), " ")
	if t.Queue == "" {
		t.Queue = queueOf(t.Category)
	}
	bad := func(key string) (Ticket, error) { return t, fault.New(fault.Invalid, key) }
	n := utf8.RuneCountInString(t.Subject)
	switch {
	case n == 0 || n > mostSubject || !utf8.ValidString(t.Subject) || strings.ContainsFunc(t.Subject, unicode.IsControl):
		return bad("ticket.subject")
	case !slices.Contains(Categories, t.Category):
		return bad("ticket.category")
	case !slices.Contains(Priorities, t.Priority):
		return bad("ticket.priority")
	case !slices.Contains(Queues, t.Queue):
		return bad("ticket.queue")
	case !slices.Contains(Hows, t.How):
		return bad("ticket.how")
	case t.CustomerID == 0 && t.Contact.Value == "" && !nobody:
		return bad("ticket.who")
	case t.Contact.Value == "":
		return t, nil
	}
	all, err := customers.CheckContacts([]customers.Contact{t.Contact})
	if err != nil {
		return t, err
	}
	t.Contact = all[0]
	return t, nil
}

// tidyText is what a person wrote; fault.Invalid "ticket.text".
func tidyText(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if n := utf8.RuneCountInString(text); n == 0 || n > mostText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", fault.New(fault.Invalid, "ticket.text")
	}
	return text, nil
}
