package customers

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Kind is who a customer is in law.
type Kind string

// The kinds.
const (
	Person   Kind = "person"
	Business Kind = "business"
)

// State of a customer.
type State string

// The states. Who is closed may be opened again; who is merged answers as another.
const (
	Active State = "active"
	Closed State = "closed"
	Merged State = "merged"
)

// Segment decides prices and dunning.
type Segment string

// The segments.
const (
	Home      Segment = "home"
	Firm      Segment = "business"
	HighUsage Segment = "high-usage"
)

// The lists, in the order in which they are shown.
var (
	Kinds    = []Kind{Person, Business}
	States   = []State{Active, Closed, Merged}
	Segments = []Segment{Home, Firm, HighUsage}
)

// Customer is a person or business with an account number.
type Customer struct {
	ID         int64
	Number     string // 7 digits, the last a check digit; never changes
	Kind       Kind
	Name       string // of a business: as it is registered
	State      State
	MergedInto int64 // who answers for a merged one
	Segment    Segment
	SiteID     int64
	Lang       words.Lang
	PIN        string // the tax authority's, A or P, nine digits, a letter; may be empty

	ParentID    int64 // whose account this is a part of; 0: nobody's
	ParentPays  bool  // one bill: the parent's
	BillDay     int   // of the month; in one that is too short, its last
	BillWeekday int   // on which weeks begin, from Monday, 1, to Sunday, 7; 0: on that of the line's first day
	PaymentDays *int  // from the bill to its due day; 0: it is due at once; nil: as everybody

	TaxExempt         bool
	ExemptCertificate string
	ExemptFrom        string // the first day of the certificate; empty: always
	ExemptUntil       string // the last day of the certificate, "2027-06-30"; empty: no end

	PurchaseOrderNeeded bool   // no bill is sent without a purchase order's number
	PurchaseOrder       string // the number for the bills to come

	CreatedAt, ClosedAt time.Time
	Version             int64 // of what was read; a save of an older one is refused
}

const (
	mostName    = 120
	mostPaying  = 120 // days
	lastBillDay = 31  // the last of every month
	lastWeekday = 7
)

var pinShape = regexp.MustCompile(`^[AP][0-9]{9}[A-Z]$`)

// ExemptOn says whether no tax is charged on a day, "2026-11-24".
func (c Customer) ExemptOn(day string) bool {
	return c.TaxExempt && day >= c.ExemptFrom && (c.ExemptUntil == "" || day <= c.ExemptUntil)
}

// Check fills what may be left empty, tidies what was typed and says what is wrong: fault.Invalid "customer.name", "customer.kind",
// "customer.segment", "customer.language", "customer.pin", "customer.bill_day", "customer.bill_weekday", "customer.payment_days", "customer.certificate",
// "customer.exempt_from", "customer.exempt_until", "customer.purchase_order" or "customer.parent_pays".
func (c Customer) Check() (Customer, error) {
	c.fill()
	bad := func(key string) error { return fault.New(fault.Invalid, key) }
	switch {
	case !isLine(c.Name, 1, mostName) || !strings.ContainsFunc(c.Name, unicode.IsLetter):
		return c, bad("customer.name")
	case !slices.Contains(Kinds, c.Kind):
		return c, bad("customer.kind")
	case !slices.Contains(Segments, c.Segment):
		return c, bad("customer.segment")
	case !slices.Contains(words.Languages, c.Lang):
		return c, bad("customer.language")
	case c.PIN != "" && !pinShape.MatchString(c.PIN):
		return c, bad("customer.pin")
	case c.BillDay < 1 || c.BillDay > lastBillDay:
		return c, bad("customer.bill_day")
	case c.BillWeekday < 0 || c.BillWeekday > lastWeekday:
		return c, bad("customer.bill_weekday")
	case c.PaymentDays != nil && (*c.PaymentDays < 0 || *c.PaymentDays > mostPaying):
		return c, bad("customer.payment_days")
	case c.TaxExempt && c.ExemptCertificate == "" || !isLine(c.ExemptCertificate, 0, 60):
		return c, bad("customer.certificate")
	case c.ExemptFrom != "" && !isDay(c.ExemptFrom):
		return c, bad("customer.exempt_from")
	case c.ExemptUntil != "" && !isDay(c.ExemptUntil) || c.ExemptUntil != "" && c.ExemptUntil < c.ExemptFrom:
		return c, bad("customer.exempt_until")
	case !isLine(c.PurchaseOrder, 0, 60):
		return c, bad("customer.purchase_order")
	case c.ParentPays && c.ParentID == 0:
		return c, bad("customer.parent_pays")
	}
	return c, nil
}

func (c *Customer) fill() {
	c.Name = strings.Join(strings.Fields(asSeen(c.Name)), " ")
	c.PIN = strings.ToUpper(strings.Join(strings.FieldsFunc(c.PIN, func(r rune) bool { return unicode.IsSpace(r) || r == '-' }), ""))
	c.ExemptCertificate, c.PurchaseOrder = strings.TrimSpace(asSeen(c.ExemptCertificate)), strings.TrimSpace(asSeen(c.PurchaseOrder))
	if c.Kind == "" {
		c.Kind = Person
	}
	if c.State == "" {
		c.State = Active
	}
	if c.Segment == "" {
		c.Segment = Home
		if c.Kind == Business {
			c.Segment = Firm
		}
	}
	if c.Lang == "" {
		c.Lang = words.English
	}
	if c.BillDay == 0 {
		c.BillDay = 1
	}
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// asSeen leaves out what cannot be seen and turns or hides the letters beside it, on pages and on paper, but for the two joiners that some scripts need.
func asSeen(s string) string {
	if !utf8.ValidString(s) {
		return s // and is refused
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Join_Control, r) {
			return -1
		}
		return r
	}, s)
}

// isLine says whether s is one readable line of that many characters.
func isLine(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
