package customers

import (
	"net/mail"
	"slices"
	"strings"

	"mtandao/internal/fault"
)

// ContactKind is how somebody is reached.
type ContactKind string

// The kinds of contacts.
const (
	ByPhone ContactKind = "phone"
	ByEmail ContactKind = "email"
)

// Contact is one way to reach a customer. The first phone of a customer is theirs; others may be somebody's who works there.
type Contact struct {
	ID        int64
	Kind      ContactKind
	Value     string // a Phone, or an e-mail address in small letters
	Person    string // whose it is, "Accounts office"; empty: the customer's own
	ForBills  bool   // invoices, statements and reminders
	ForAlerts bool   // outages, usage, the end of service
}

const mostContacts = 12

// Shown is the contact for people: 0712 345 678.
func (c Contact) Shown() string {
	if c.Kind == ByPhone {
		return Phone(c.Value).Local()
	}
	return c.Value
}

// Masked is enough for its owner to know it.
func (c Contact) Masked() string {
	if c.Kind == ByPhone {
		return Phone(c.Value).Masked()
	}
	name, host, _ := strings.Cut(c.Value, "@")
	return name[:min(1, len(name))] + "•••@" + host
}

// OwnPhone is the phone of contacts that is the customer's own: the first; none is empty.
func OwnPhone(contacts []Contact) Phone {
	for _, c := range contacts {
		if c.Kind == ByPhone {
			return Phone(c.Value)
		}
	}
	return ""
}

// CheckContacts brings contacts to the form in which they are stored; what is written twice is kept once. Faults of ParsePhone, and
// fault.Invalid "customer.email", "customer.contact_person" or "customer.contacts".
func CheckContacts(typed []Contact) (all []Contact, err error) {
	for _, c := range typed {
		if c, err = c.check(); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(had Contact) bool { return had.Kind == c.Kind && had.Value == c.Value }) {
			all = append(all, c)
		}
	}
	if len(all) > mostContacts {
		return nil, fault.New(fault.Invalid, "customer.contacts", "Most", mostContacts)
	}
	return all, nil
}

func (c Contact) check() (Contact, error) {
	c.Person = strings.Join(strings.Fields(c.Person), " ")
	if !isLine(c.Person, 0, 80) {
		return c, fault.New(fault.Invalid, "customer.contact_person")
	}
	switch c.Kind {
	case ByPhone:
		p, err := ParsePhone(c.Value)
		c.Value = string(p)
		return c, err
	case ByEmail:
		address, ok := ReadEmail(c.Value)
		c.Value = address
		if !ok {
			return c, fault.New(fault.Invalid, "customer.email")
		}
		return c, nil
	}
	return c, fault.New(fault.Invalid, "customer.contacts", "Most", mostContacts)
}

// ReadEmail reads an e-mail address as typed; false when it is none.
func ReadEmail(typed string) (string, bool) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Address != typed || len(typed) > 200 {
		return "", false
	}
	_, host, _ := strings.Cut(typed, "@")
	return typed, strings.Contains(strings.Trim(host, "."), ".")
}
