package customers

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// IdentityKind is what paper says who somebody is.
type IdentityKind string

// The kinds of papers.
const (
	NationalID    IdentityKind = "national"
	Passport      IdentityKind = "passport"
	AlienID       IdentityKind = "alien"
	MilitaryID    IdentityKind = "military"
	Incorporation IdentityKind = "company" // the number of a business's certificate
)

// IdentityKinds is the list, in the order in which it is shown.
var IdentityKinds = []IdentityKind{NationalID, Passport, AlienID, MilitaryID, Incorporation}

// Identity is the number of a paper. It is sealed, found by its keyed hash, and told to who may see it, which the trail keeps.
type Identity struct {
	Kind   IdentityKind
	Number string
}

const purposeIdentity = "customer.identity"

var (
	nationalShape = regexp.MustCompile(`^[0-9]{6,10}$`)
	paperShape    = regexp.MustCompile(`^[0-9A-Z]{4,24}$`)
)

// Check brings a number to the form in which it is found; fault.Invalid "customer.identity".
func (i Identity) Check() (Identity, error) {
	i.Number = strings.ToUpper(strings.Join(strings.FieldsFunc(i.Number, func(r rune) bool { return strings.ContainsRune(" -/.\t\u00a0", r) }), ""))
	shape := paperShape
	if i.Kind == NationalID {
		shape = nationalShape
	}
	if !slices.Contains(IdentityKinds, i.Kind) || !shape.MatchString(i.Number) {
		return i, fault.New(fault.Invalid, "customer.identity")
	}
	return i, nil
}

func (i Identity) spelt() string { return string(i.Kind) + " " + i.Number }

// SetIdentity keeps the paper of a customer in the place of an earlier one.
func (s *Service) SetIdentity(tx *db.Tx, customerID int64, i Identity, by By) error {
	i, err := i.Check()
	if err != nil {
		return err
	}
	if err := s.writeIdentity(tx, customerID, i); err != nil {
		return err
	}
	return s.record(tx, by, "identity set", customerID, nil, map[string]any{"kind": i.Kind, "number": "•••" + i.Number[max(0, len(i.Number)-2):]})
}

// SeeIdentity tells the paper of a customer to somebody, and the trail that it did. fault.NotFound "customer.no_identity".
func (s *Service) SeeIdentity(ctx context.Context, customerID int64, by By) (i Identity, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if i, err = s.identityTx(tx, customerID); err != nil {
			return err
		}
		return s.record(tx, by, "identity seen", customerID, nil, map[string]any{"kind": i.Kind})
	})
	return i, err
}
