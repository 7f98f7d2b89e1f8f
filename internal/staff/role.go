package staff

import (
	"regexp"
	"slices"
	"strings"

	"mtandao/internal/fault"
)

// Owner is the key of the role that may do everything; it cannot be edited, nor taken from the last owner.
const Owner = "owner"

// Role is a named set of permissions.
type Role struct {
	ID          int64
	Key         string
	Name        string // empty for a role of the house: TextKey names it in each language
	Permissions []Permission
	Version     int64 // of the role that was read; a save of an older one is refused
}

// seed is a role of the house.
type seed struct {
	key, textKey string
	permissions  []Permission
}

// seeds are made at the first start. Where money goes, and who works here, stays with the owner.
var seeds = []seed{
	{Owner, "role.owner", nil},
	{"manager", "role.manager", []Permission{PaymentsView, PaymentsMatch, PaymentsRefund, PaymentsApprove, PaymentsClose, BillingRun, AccessView, AccessChange,
		CustomersView, CustomersEdit, CustomersManage, IdentitiesView, TicketsView, TicketsWork, TicketsManage, LeadsWork, VisitsView, VisitsWork, VisitsPlan, EquipmentManage, SitesEdit, PlansEdit, RoutersEdit, VouchersView, VouchersManage, JobsManage, AlertsManage, AuditView, ReportsView}},
	{"cashier", "role.cashier", []Permission{PaymentsView, PaymentsMatch, AccessView, CustomersView, VouchersView, VouchersManage}},
	{"support", "role.support", []Permission{PaymentsView, AccessView, AccessChange, CustomersView, CustomersEdit, TicketsView, TicketsWork, LeadsWork, VisitsView, VisitsWork, VisitsPlan, VouchersView}},
	{"technician", "role.technician", []Permission{AccessView, AccessChange, CustomersView, TicketsView, TicketsWork, VisitsView, VisitsWork, EquipmentManage, RoutersEdit, JobsManage, AlertsManage}},
}

// TextKey is the key of a house role's name; empty when the role has a name of its own.
func (r Role) TextKey() string {
	for _, s := range seeds {
		if s.key == r.Key && r.Name == "" {
			return s.textKey
		}
	}
	return ""
}

// Has says whether the role holds a permission.
func (r Role) Has(p Permission) bool { return r.Key == Owner || slices.Contains(r.Permissions, p) }

var roleKey = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)

// check says what is wrong with a role to be saved: fault.Invalid "staff.role_key", "staff.role_name" or
// "staff.role_permission", fault.Denied "staff.owner_fixed".
func (r Role) check() error {
	house := slices.ContainsFunc(seeds, func(s seed) bool { return s.key == r.Key })
	switch {
	case r.Key == Owner:
		return fault.New(fault.Denied, "staff.owner_fixed")
	case !roleKey.MatchString(r.Key):
		return fault.New(fault.Invalid, "staff.role_key")
	case !isText(r.Name, 0, 80) || r.Name == "" && !house:
		return fault.New(fault.Invalid, "staff.role_name")
	}
	for _, p := range r.Permissions {
		if !known(p) {
			return fault.New(fault.Invalid, "staff.role_permission", "Permission", string(p))
		}
	}
	return nil
}

// spell is the set of permissions as stored: in the order of the table, each once. parse leaves out what this program
// does not know: a permission of a newer program gives nothing here.
func spell(permissions []Permission) string {
	var words []string
	for _, d := range Permissions {
		if slices.Contains(permissions, d.Permission) {
			words = append(words, string(d.Permission))
		}
	}
	return strings.Join(words, " ")
}

func parse(stored string) (permissions []Permission) {
	for word := range strings.FieldsSeq(stored) {
		if p := Permission(word); known(p) {
			permissions = append(permissions, p)
		}
	}
	return permissions
}
