package staff

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// GiveCode completes a sign-in that owes a code, of the app or for recovery, or the answer of a passkey to AskPasskey, under a new token. A wrong code, and one used
// before, is fault.Denied "staff.code"; a wrong answer "staff.passkey", a late one "staff.passkey_again".
func (s *Service) GiveCode(ctx context.Context, v Visit, token, typed string) (string, error) {
	in, err := s.Judge(ctx, token)
	if err == nil && in.Stage != OwesCode {
		err = signedOut()
	}
	if err != nil {
		return "", err
	}
	next := newToken()
	err = s.withCode(ctx, v, in, typed, func(tx *db.Tx, accept func() error) error {
		won, err := s.complete(tx, in, next)
		if err != nil {
			return err
		}
		if !won {
			return s.completedBefore(tx, in.ID, next)
		}
		if err := accept(); err != nil {
			return err
		}
		return s.signedIn(tx, v, in.Member)
	})
	if err != nil {
		return "", err
	}
	return next, nil
}

// completedBefore tells a commit whose answer was lost from a sign-in that is gone.
func (s *Service) completedBefore(tx *db.Tx, id int64, token string) error {
	mine, err := s.hasToken(tx, id, token)
	if err == nil && !mine {
		err = signedOut()
	}
	return err
}

// withCode checks what was typed, or what a passkey says, and runs use in a transaction; accept takes the code, once.
func (s *Service) withCode(ctx context.Context, v Visit, in SignedIn, typed string, use func(tx *db.Tx, accept func() error) error) error {
	accept, how, err := s.accepting(ctx, v, in, typed)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		return use(tx, func() error {
			won, err := accept(tx)
			if err == nil && !won {
				err = fault.New(fault.Denied, how.wrong)
			}
			if err == nil && how.told != "" {
				err = s.record(tx, in.Member.Email, v.from(), how.told, in.Member.ID, nil, nil)
			}
			return err
		})
	})
	if fault.KeyOf(err) == how.wrong {
		return s.refuse(ctx, v, in.Member, how.failed, how.wrong)
	}
	return err
}

// proof is a way to prove a second factor: the fault of a wrong one, and what the trail says of it.
type proof struct{ wrong, failed, told string }

var (
	byApp      = proof{"staff.code", "code failed", ""}
	byRecovery = proof{"staff.code", "code failed", "recovery code used"}
	byPasskey  = proof{"staff.passkey", "passkey failed", ""}
)

// rateKey slows guesses at a member down; the address of their last whole sign-in has a bucket of its own, so that somebody
// who knows the password and guesses elsewhere does not keep the member out.
func (in SignedIn) rateKey(v Visit) string {
	if in.row.LastAddress == v.from() {
		return in.Member.Email + " " + v.from()
	}
	return in.Member.Email
}

// accepting is how a code is taken, or the answer of a passkey; computed before the transaction, which the database alone decides.
func (s *Service) accepting(ctx context.Context, v Visit, in SignedIn, typed string) (accept func(*db.Tx) (bool, error), how proof, err error) {
	if isAnswer(typed) { // nobody guesses one: they are not slowed down
		accept, err = s.acceptingPasskey(ctx, in, typed)
		return accept, byPasskey, err
	}
	code, fromApp := spellCode(typed)
	limiter := s.rates.recovery
	if fromApp {
		limiter = s.rates.code
	}
	if err := slow(limiter, in.rateKey(v)); err != nil {
		return nil, how, err
	}
	if !fromApp {
		return func(tx *db.Tx) (bool, error) {
			if code == "" {
				return false, nil
			}
			return s.takeRecovery(tx, in.Member.ID, code, in.ID)
		}, byRecovery, nil
	}
	step := int64(0)
	if in.Member.App {
		value, err := s.Keys.Open(purposeSeed, in.row.TotpSeed)
		if err != nil {
			return nil, how, err
		}
		step = stepOf(value, code, s.Clock.Now(), in.row.TotpStep)
	}
	return func(tx *db.Tx) (bool, error) {
		if step == 0 {
			return false, nil
		}
		return takeStep(tx, in.Member.ID, in.row.TotpSeed, step)
	}, byApp, nil
}

// Prove asks a signed-in member again, before something dangerous: for a code or a passkey, or for the password where there is no
// second factor. The sign-in goes on under a new token: whoever knows the old one is let in no further by it, and not at all any more. fault.Denied "staff.code" or "staff.sign_in".
func (s *Service) Prove(ctx context.Context, v Visit, token, typed string) (string, error) {
	in, err := s.judgeFull(ctx, token)
	if err != nil {
		return "", err
	}
	next := newToken()
	proven := func(tx *db.Tx) error {
		won, err := s.prove(tx, in, next)
		if err == nil && !won {
			err = s.completedBefore(tx, in.ID, next)
		}
		return err
	}
	if in.Member.SecondFactor {
		err = s.withCode(ctx, v, in, typed, func(tx *db.Tx, accept func() error) error {
			if err := accept(); err != nil {
				return err
			}
			return proven(tx)
		})
	} else if err = s.rightPassword(ctx, v, in, typed); err == nil {
		err = s.DB.InTx(ctx, proven)
	}
	if err != nil {
		return "", err
	}
	return next, nil
}

// rightPassword checks the password of somebody signed in.
func (s *Service) rightPassword(ctx context.Context, v Visit, in SignedIn, password string) error {
	if err := slow(s.rates.code, in.rateKey(v)); err != nil {
		return err
	}
	right, _, err := s.hasher.Verify(ctx, password, in.row.PasswordHash)
	if err == nil && !right {
		err = s.refuse(ctx, v, in.Member, "password failed", "staff.sign_in")
	}
	return err
}
