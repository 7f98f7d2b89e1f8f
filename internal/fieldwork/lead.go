package fieldwork

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Stage is how far a lead has come.
type Stage string

// The stages. Won is reached by becoming a customer alone.
const (
	New       Stage = "new"
	Contacted Stage = "contacted"
	Survey    Stage = "survey" // somebody looks whether it can be built
	Won       Stage = "won"
	Lost      Stage = "lost"
)

var stageTurns = map[Stage][]Stage{New: {Contacted, Survey, Lost}, Contacted: {Survey, Lost}, Survey: {Contacted, Lost}, Lost: {New}}

// Live says whether somebody still has to do something.
func (s Stage) Live() bool { return s == New || s == Contacted || s == Survey }

// Next lists the stages that may follow by a word of ours.
func (s Stage) Next() []Stage { return stageTurns[s] }

// The lists, in the order in which they are shown.
var (
	Stages   = []Stage{New, Contacted, Survey, Won, Lost}
	Sources  = []string{"phone", "walk_in", "referral", "reseller", "social", "website", "event", "other"}
	LostWhys = []string{"price", "no_cover", "competitor", "unreached", "twice", "other"}
)

// Lead is a person or business who asks for service.
type Lead struct {
	ID         int64
	SiteID     int64
	Kind       customers.Kind
	Name       string
	Lang       words.Lang
	Phone      customers.Phone
	Address    customers.Address // its place is where the line would end
	PlanKey    string            // what they want; empty: not said
	Source     string            // of Sources
	Note       string
	Owner      string // e-mail of the member who follows it; empty: nobody yet
	NextStep   string
	Day        clock.Day // of the next step; 0: nothing is planned. Of what is done: when it was
	Stage      Stage
	LostWhy    string // of LostWhys
	CustomerID int64  // whom a won one became
	MadeBy     string
	MadeAt     time.Time
	ChangedBy  string
	DoneAt     time.Time
	ErasedAt   time.Time
	Version    int64 // of what was read; an act on an older one is refused
}

const (
	mostName = 120
	mostStep = 120
	mostNote = 1500
)

// check tidies what was typed and says what is wrong: fault.Invalid "lead.name", "lead.kind", "lead.source", "lead.note", "lead.step", and
// those of phones and addresses.
func (l Lead) check() (Lead, error) {
	l.Name, l.NextStep = oneLine(l.Name), oneLine(l.NextStep)
	l.Note = strings.TrimSpace(strings.ReplaceAll(l.Note, "\r\n", "\n"))
	if l.Lang == "" {
		l.Lang = words.English
	}
	bad := func(key string) (Lead, error) { return l, fault.New(fault.Invalid, key) }
	switch {
	case !isLine(l.Name, 1, mostName) || !strings.ContainsFunc(l.Name, unicode.IsLetter):
		return bad("lead.name")
	case !slices.Contains(customers.Kinds, l.Kind):
		return bad("lead.kind")
	case !slices.Contains(Sources, l.Source):
		return bad("lead.source")
	case !isText(l.Note, mostNote):
		return bad("lead.note")
	case !isLine(l.NextStep, 0, mostStep):
		return bad("lead.step")
	}
	var err error
	if l.Phone, err = customers.ParsePhone(string(l.Phone)); err != nil {
		return l, err
	}
	l.Address.Kind = customers.Premises
	all, err := customers.CheckAddresses([]customers.Address{l.Address})
	if err == nil && len(all) > 0 {
		l.Address = all[0]
	}
	return l, err
}

// Profile is the customer whom a lead becomes.
func (l Lead) Profile() customers.Profile {
	p := customers.Profile{Customer: customers.Customer{Kind: l.Kind, Name: l.Name, SiteID: l.SiteID, Lang: l.Lang},
		Contacts: []customers.Contact{{Kind: customers.ByPhone, Value: string(l.Phone), ForBills: true, ForAlerts: true}}}
	if l.Address.Text() != "" || l.Address.At.Known() {
		p.Addresses = []customers.Address{l.Address}
	}
	return p
}

// nameKey is a name as it is found.
func nameKey(name string) string { return strings.ToLower(oneLine(name)) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// isLine says whether s is one readable line of so many characters.
func isLine(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// isText says whether s is readable text of at most so many characters.
func isText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}
