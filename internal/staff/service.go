package staff

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
)

// Options are what the service is made of.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock // the machine's: apps that show codes run by it
	Keys     *seal.Keys
	Provider func() string // the provider's name, as it is now
	Public   string        // the address at which browsers find us, by which passkeys know us; may be empty
}

// Service keeps members and signs them in.
type Service struct {
	Options
	hasher *Hasher
	rates  rates
}

// New makes the service; Prepare comes before the first sign-in.
func New(o Options) *Service {
	return &Service{Options: o, hasher: NewHasher(), rates: newRates(o.Clock)}
}

// Visit is where a request comes from.
type Visit struct {
	Address netip.Addr
	Browser string // as it names itself
}

// from is the address as kept and compared; a zone would be the caller's own words.
func (v Visit) from() string { return v.Address.WithZone("").String() }

// By is who changes something: a signed-in member, or a command of the engineer, who may do everything.
type By struct {
	MemberID int64
	Command  string // "command staff add", when MemberID is 0
	From     string // address, or the machine's name for a command
}

// Purposes of keyed hashes and sealed values.
const (
	purposeToken     = "staff sign-in"
	purposeSetup     = "staff set-up"
	purposeLink      = "staff link"
	purposeRecovery  = "staff recovery code"
	purposeSeed      = "staff second factor"
	purposePending   = "staff second factor, not proved"
	purposeChallenge = "staff passkey"
)

// rates slow guesses down. A member's own address of late is not held up by what strangers type at their e-mail.
type rates struct{ address, email, code, recovery, failures, forgot *pace.Limiter }

func newRates(c clock.Clock) rates {
	return rates{
		address:  pace.New(c, 30, 5*time.Second),
		email:    pace.New(c, 10, 30*time.Second),
		code:     pace.New(c, 6, 2*time.Minute), // three right codes in a million: about one chance in 500 a day, password known
		recovery: pace.New(c, 6, 2*time.Minute),
		forgot:   pace.New(c, 3, 20*time.Minute), // each makes the links before it useless
		failures: pace.New(c, 1000, time.Second), // worth a row in the trail
	}
}

// someone is the actor of an event before anybody is signed in.
const someone = "nobody signed in"

// record writes an event about a member in the transaction of its change.
func (s *Service) record(tx *db.Tx, actor, from, action string, memberID int64, before, after any) error {
	return s.recordOf(tx, audit.Event{Actor: actor, From: from, Action: action, Object: "member", ObjectID: strconv.FormatInt(memberID, 10)}, before, after)
}

func (s *Service) recordOf(tx *db.Tx, e audit.Event, before, after any) (err error) {
	return audit.Change(tx, s.Clock.Now(), e, before, after)
}

// memberDocument is a member in the trail; roleDocument a role.
type memberDocument struct {
	Name         string   `json:"name"`
	Email        string   `json:"email"`
	State        string   `json:"state"`
	Language     string   `json:"language"`
	Roles        []string `json:"roles"`
	Sites        []string `json:"sites"`
	SecondFactor bool     `json:"second_factor"`
}

type roleDocument struct {
	Key         string       `json:"key"`
	Name        string       `json:"name"`
	Permissions []Permission `json:"permissions"`
}

func (m Member) document() memberDocument {
	d := memberDocument{Name: m.Name, Email: m.Email, State: m.State, Language: m.Language, SecondFactor: m.SecondFactor, Roles: []string{}, Sites: []string{}}
	for _, r := range m.Roles {
		d.Roles = append(d.Roles, r.Key)
	}
	for _, id := range m.Sites {
		d.Sites = append(d.Sites, strconv.FormatInt(id, 10))
	}
	return d
}

// Sweep removes sign-ins and links that have run out; one node runs it every few minutes.
func (s *Service) Sweep(ctx context.Context) error { return s.removeOld(ctx, s.Clock.Now()) }
