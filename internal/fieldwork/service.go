package fieldwork

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
)

// Members knows who works here. *staff.Service satisfies it.
type Members interface {
	MemberByEmail(ctx context.Context, email string) (staff.Member, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Settings  *settings.Store
	Customers *customers.Service
	Members   Members
	Lines     Lines
}

// Service is what can be done outside the office.
type Service struct{ Options }

// NewService makes it.
func NewService(o Options) *Service { return &Service{Options: o} }

// By is who does something, and from where.
type By struct{ Actor, From string }

// Itself is the program, which forgets by the calendar.
var Itself = By{Actor: "mtandao"}

// Act is what a page knows when somebody acts: on what, as they saw it. Seen 0 is "as it is now".
type Act struct{ ID, Seen int64 }

const purposePhone = "field.phone"

func id(n int64) string { return strconv.FormatInt(n, 10) }

// hashed is a form's request as it is kept: what a browser sent may be of any length.
func hashed(request string) string {
	if request == "" {
		request = seal.RandomHex(16)
	}
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(sum[:])
}

// recordOf writes a deed in the trail.
func (s *Service) recordOf(tx *db.Tx, by By, action, object string, objectID int64, before, after any) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: object, ObjectID: id(objectID)}, before, after)
}

// sealed is a phone as it is stored, and by what it is found.
func (s *Service) sealed(phone customers.Phone) (body []byte, hash string, err error) {
	if phone == "" {
		return []byte{}, "", nil
	}
	body, err = s.Keys.Seal(purposePhone, []byte(phone))
	return body, s.Keys.Lookup(purposePhone, string(phone)), err
}

func (s *Service) opened(body []byte) (customers.Phone, error) {
	if len(body) == 0 {
		return "", nil
	}
	value, err := s.Keys.Open(purposePhone, body)
	return customers.Phone(value), err
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}
