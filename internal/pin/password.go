package pin

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// provenFor is how long a proof lasts: for a password, and for what is shown to nobody else.
const provenFor = 10 * time.Minute

// Proven says that whoever is signed in has proved lately who they are.
func (in SignedIn) Proven(now time.Time) bool { return now.Before(in.ProvenAt.Add(provenFor)) }

// Prove takes the code that SendCode made, once, or the owner's password, from who is signed in: the sign-in is proven from then on. name is what they sign in
// by. What is wrong is fault.Denied "entry.proof"; too many tries are fault.TooMany "pin.slow".
func (s *Service) Prove(ctx context.Context, v Visit, in SignedIn, name, typed string) error {
	a, err := s.accountOf(ctx, in.Owner)
	if err != nil {
		return err
	}
	if err := s.paced(v, in.Owner.Kind, name, s.knows(a, v.Device)); err != nil {
		return err
	}
	wrong, seed := fault.New(fault.Denied, "entry.proof"), a.CodeHash
	isCode := s.isCode(seed, strings.ReplaceAll(typed, " ", ""))
	if !isCode {
		if right, _, err := s.hasher.Verify(ctx, typed, a.PinHash); err != nil || !right {
			return orElse(err, wrong)
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if isCode {
			if won, err := s.enterBy(tx, a.ID, seed); err != nil || !won {
				return orElse(err, wrong)
			}
		} else if same, err := s.holdPIN(tx, a); err != nil || !same {
			return orElse(err, wrong)
		}
		return s.prove(tx, in.id)
	})
}

// SetPassword gives whoever is signed in, and proved lately who they are, a password in place of a PIN; all sign-ins end, this one too, and a new one begins. own
// are words that everybody knows of them. fault.Denied "entry.prove" and "pin.signed_out", fault.Conflict "conflict", faults of staff.CheckPassword.
func (s *Service) SetPassword(ctx context.Context, v Visit, in SignedIn, password string, own []string) (token string, err error) {
	if !in.Proven(s.Clock.Now()) {
		return "", fault.New(fault.Denied, "entry.prove")
	}
	if err := staff.CheckPassword(password, own); err != nil {
		return "", err
	}
	a, err := s.accountOf(ctx, in.Owner)
	if err != nil {
		return "", err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.setPIN(tx, a, hash); err != nil || !won {
			return orElse(err, fault.New(fault.Conflict, "conflict"))
		}
		if here, err := s.end(tx, in.id); err != nil || !here { // ended while this one was looked at, because the phone is another's
			return orElse(err, fault.New(fault.Denied, "pin.signed_out"))
		}
		if err := s.endAll(tx, a.ID); err != nil {
			return err
		}
		token, err = s.begin(tx, a, v)
		return err
	})
	return token, err
}

// HasPassword says whether an owner has a password, or a PIN.
func (s *Service) HasPassword(ctx context.Context, o Owner) (bool, error) {
	a, err := s.accountOf(ctx, o)
	return a.PinHash != "", err
}
