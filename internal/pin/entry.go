package pin

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

const (
	entryLasts = 10 * time.Minute
	byCode     = " code"
)

// SendCode has an owner's code of six digits sent, by which they enter once, in one transaction. name is what they sign in by. While a code lives the same one is
// sent again and its life begins anew: whoever asks for codes from elsewhere voids none that the owner is about to type. When they were sent too
// many, the last one holds on instead.
func (s *Service) SendCode(ctx context.Context, o Owner, name string, send func(tx *db.Tx, code string) error) error {
	until := s.Clock.Now().Add(entryLasts)
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.setPhone(tx, o, name); err != nil {
			return err
		}
		seed, err := s.seed(tx, o, until)
		if err != nil {
			return err
		}
		return send(tx, s.codes(seed)[0])
	})
	if fault.Is(err, fault.TooMany) {
		return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.prolong(tx, o, until) })
	}
	return err
}

// Lock takes away in tx all that an owner came in by so far: sign-ins, a code that was sent and a password or PIN. Whoever has the phone that the next code goes to
// comes in by that.
func (s *Service) Lock(tx *db.Tx, o Owner) error {
	if err := s.forget(tx, o); err != nil {
		return err
	}
	return s.endOf(tx, o)
}

// seed is what an owner's living code is made of; there is a new one when none lives.
func (s *Service) seed(tx *db.Tx, o Owner, until time.Time) (string, error) {
	if living, err := s.keepCode(tx, o, until); err != nil || living != "" {
		return living, err
	}
	made := seal.RandomHex(32)
	return made, s.setCode(tx, o, made, until)
}

// codes are the code of a seed by each of our keys, the present key's first: only a seed is stored, and says nothing without a key.
func (s *Service) codes(seed string) (all []string) {
	for _, sum := range s.Keys.AppendHashes(nil, purposeEntry, seed) {
		all = append(all, fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum[:8])%1_000_000))
	}
	return all
}

// isCode tells whether a code is that of a seed, in the same time for any.
func (s *Service) isCode(seed, code string) bool {
	is := 0
	for _, c := range s.codes(seed) {
		is |= subtle.ConstantTimeCompare([]byte(c), []byte(code))
	}
	return is == 1 && seed != ""
}

// Enter takes the code that SendCode made, once, and begins a sign-in; a PIN stays as it is. All that is wrong is fault.Denied "entry.wrong"; too many
// tries are fault.TooMany "pin.slow".
func (s *Service) Enter(ctx context.Context, v Visit, kind, name, code string) (token, device string, err error) {
	a, err := s.account(ctx, kind, name)
	if err != nil {
		return "", "", err
	}
	known := a.ID != 0 && s.knows(a, v.Device)
	if err := s.paced(v, kind+byCode, name, known); err != nil { // whoever guesses passwords keeps nobody from a code
		return "", "", err
	}
	seed := a.CodeHash
	if !s.isCode(seed, strings.ReplaceAll(code, " ", "")) {
		seed = "-" // nobody's: a wrong code asks the same of the database as a right one
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.enterBy(tx, a.ID, seed)
		if err != nil || !won {
			return orElse(err, fault.New(fault.Denied, "entry.wrong"))
		}
		token, err = s.begin(tx, a, v)
		return err
	})
	if device = v.Device; !known {
		device = s.newDevice(a)
	}
	return token, device, err
}
