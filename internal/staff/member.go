package staff

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

// States of a member. Nobody is ever deleted: the trail names them.
const (
	Invited  = "invited" // has a link, no password yet
	Active   = "active"
	Disabled = "disabled"
)

// Member works in the back office.
type Member struct {
	ID           int64
	Name         string
	Email        string // lower-case
	State        string
	Language     string // en or sw
	Roles        []Role
	Sites        []int64 // none: all sites, and what belongs to no site
	SecondFactor bool    // one of the next two
	App          bool    // that shows codes
	Passkeys     int64   // how many
	CreatedAt    time.Time
	ChangedAt    time.Time
	Version      int64 // of the member that was read; a save of an older one is refused
}

// May says whether a member may do something at a site. Site 0 is the whole provider, and what belongs to no site: a
// member with sites of their own may do nothing there.
func May(m Member, p Permission, siteID int64) bool {
	return MaySomewhere(m, p) && (len(m.Sites) == 0 || slices.Contains(m.Sites, siteID))
}

// MaySomewhere says whether a member may do something at one site at least; a list then shows what is of their sites.
func MaySomewhere(m Member, p Permission) bool {
	return m.State == Active && slices.ContainsFunc(m.Roles, func(r Role) bool { return r.Has(p) })
}

// IsOwner says whether the member has the owner's role.
func (m Member) IsOwner() bool {
	return slices.ContainsFunc(m.Roles, func(r Role) bool { return r.Key == Owner })
}

// NeedsSecondFactor says whether what the member may do is too much for a password alone.
func (m Member) NeedsSecondFactor() bool {
	return slices.ContainsFunc(m.Roles, func(r Role) bool { return slices.ContainsFunc(grave, r.Has) })
}

// covers says whether an actor may give or take all that a member is: every permission, the owner's role, and the sites.
func covers(actor, m Member) bool {
	if actor.IsOwner() {
		return true
	}
	for _, r := range m.Roles {
		if r.Key == Owner || slices.ContainsFunc(r.Permissions, func(p Permission) bool { return !MaySomewhere(actor, p) }) {
			return false
		}
	}
	return len(actor.Sites) == 0 || within(actor.Sites, m.Sites)
}

// Covers says whether a member may give or take all that another is.
func (m Member) Covers(other Member) bool { return covers(m, other) }

// Knows says whether somebody who manages staff sees another: who has all sites sees everybody, others who has no other sites.
func Knows(m, other Member) bool { return len(m.Sites) == 0 || within(m.Sites, other.Sites) }

// within: no sites means all of them, which is more than some.
func within(all, some []int64) bool {
	return len(some) > 0 && !slices.ContainsFunc(some, func(id int64) bool { return !slices.Contains(all, id) })
}

// emailShape is ASCII alone, so that lower case is one thing in every language and both databases.
var emailShape = regexp.MustCompile(`^[a-z0-9.!#$%&'*+/=?^_{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$`)

const mostEmail = 100

func isEmail(s string) bool { return len(s) <= mostEmail && emailShape.MatchString(s) }

// Spell is the one way in which an e-mail address is stored and looked for.
func Spell(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// check says what is wrong: fault.Invalid "staff.name", "staff.email", "staff.language", "staff.no_role", "staff.sites".
func (m Member) check() error {
	_, spoken := words.Parse(m.Language)
	switch {
	case !isText(m.Name, 1, 80):
		return fault.New(fault.Invalid, "staff.name")
	case !isEmail(m.Email):
		return fault.New(fault.Invalid, "staff.email")
	case !spoken || m.Language != strings.ToLower(m.Language):
		return fault.New(fault.Invalid, "staff.language")
	case len(m.Roles) == 0:
		return fault.New(fault.Invalid, "staff.no_role")
	case len(m.Sites) > mostSites, m.IsOwner() && len(m.Sites) > 0, slices.ContainsFunc(m.Sites, func(id int64) bool { return id <= 0 }):
		return fault.New(fault.Invalid, "staff.sites")
	}
	return nil
}

// mostSites bounds the list in a member's row; who has more has all.
const mostSites = 1000

func isText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}
