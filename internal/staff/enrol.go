package staff

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// StartEnrolment shows a seed for a member's app: to one who owes it, or who proved themself lately and has a new phone. For
// half an hour it is the same one, so that a wrong first code needs no second scan. fault.Denied "staff.prove".
func (s *Service) StartEnrolment(ctx context.Context, token string) (Enrolment, error) {
	in, err := s.mayEnrol(ctx, token)
	if err != nil {
		return Enrolment{}, err
	}
	if shown, ok := s.pending(in); ok {
		return newEnrolment(shown.seed, s.Provider(), in.Member.Email), nil
	}
	fresh := pendingSeed{seed: seal.Random(seedOctets), signIn: in.ID, at: s.Clock.Now()}
	sealed, err := s.Keys.Seal(purposePending, fresh.octets())
	if err != nil {
		return Enrolment{}, err
	}
	won := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err = setPending(tx, in.Member.ID, in.row.TotpPending, sealed)
		return err
	})
	if err == nil && !won {
		return s.shownMeanwhile(ctx, token)
	}
	return newEnrolment(fresh.seed, s.Provider(), in.Member.Email), err
}

// shownMeanwhile reads the seed that the same sign-in was shown by another request at the same time.
func (s *Service) shownMeanwhile(ctx context.Context, token string) (Enrolment, error) {
	in, err := s.mayEnrol(ctx, token)
	if err != nil {
		return Enrolment{}, err
	}
	shown, ok := s.pending(in)
	if !ok {
		return Enrolment{}, fault.New(fault.Conflict, "conflict")
	}
	return newEnrolment(shown.seed, s.Provider(), in.Member.Email), nil
}

func (s *Service) mayEnrol(ctx context.Context, token string) (SignedIn, error) {
	in, err := s.Judge(ctx, token)
	if err == nil && in.Stage != OwesEnrolment && !in.ProvenLately(s.Clock.Now()) {
		err = fault.New(fault.Denied, "staff.prove")
	}
	return in, err
}

// Enrol proves that the app has the seed, makes it the member's, ends their other sign-ins and gives recovery codes, shown
// once, and the token under which the sign-in goes on. fault.Denied "staff.code".
func (s *Service) Enrol(ctx context.Context, v Visit, token, typed string) (codes []string, next string, err error) {
	in, err := s.mayEnrol(ctx, token)
	if err != nil {
		return nil, "", err
	}
	if err := slow(s.rates.code, in.rateKey(v)); err != nil {
		return nil, "", err
	}
	step, sealed, err := s.proveSeed(in, typed)
	if err != nil {
		return nil, "", err
	}
	codes, next = newRecoveryCodes(), newToken()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.enrolled(tx, v, in, proved{step, sealed}, next, codes) })
	if err != nil {
		return nil, "", err
	}
	return codes, next, nil
}

// proveSeed finds the step of a first code, and seals the seed as the member's own.
func (s *Service) proveSeed(in SignedIn, typed string) (step int64, sealed []byte, err error) {
	code, fromApp := spellCode(typed)
	shown, ok := s.pending(in)
	if fromApp && ok {
		step = stepOf(shown.seed, code, s.Clock.Now(), 0)
	}
	if step == 0 {
		return 0, nil, fault.New(fault.Denied, "staff.code")
	}
	sealed, err = s.Keys.Seal(purposeSeed, shown.seed)
	return step, sealed, err
}

func (s *Service) enrolled(tx *db.Tx, v Visit, in SignedIn, p proved, next string, codes []string) error {
	won, err := s.complete(tx, in, next)
	if err != nil {
		return err
	}
	if !won {
		return s.completedBefore(tx, in.ID, next)
	}
	if won, err = s.enrol(tx, in.Member.ID, in.row.TotpPending, p); err != nil {
		return err
	}
	if !won { // another seed was shown, or another code was first
		return fault.New(fault.Denied, "staff.code")
	}
	if err := endSignIns(tx, in.Member.ID, in.ID); err != nil {
		return err
	}
	if err := s.replaceRecovery(tx, in.Member.ID, codes); err != nil {
		return err
	}
	before, after := in.Member.document(), in.Member.document()
	after.SecondFactor = true
	if err := noteAddress(tx, in.Member.ID, v.from()); err != nil {
		return err
	}
	return s.record(tx, in.Member.Email, v.from(), "second factor enrolled", in.Member.ID, before, after)
}

// NewRecoveryCodes gives ten new codes, shown once, in place of the old; the member must have proved themself lately:
// fault.Denied "staff.prove".
func (s *Service) NewRecoveryCodes(ctx context.Context, v Visit, token string) ([]string, error) {
	in, err := s.judgeFull(ctx, token)
	if err == nil && (!in.ProvenLately(s.Clock.Now()) || !in.Member.SecondFactor) {
		err = fault.New(fault.Denied, "staff.prove")
	}
	if err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.replaceRecovery(tx, in.Member.ID, codes); err != nil {
			return err
		}
		return s.record(tx, in.Member.Email, v.from(), "recovery codes made", in.Member.ID, nil, nil)
	})
	return codes, err
}
