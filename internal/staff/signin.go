package staff

import (
	"context"
	"encoding/base64"
	"time"
	"unicode/utf8"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
)

// Stage is how far a sign-in has come.
type Stage string

// The stages.
const (
	Full          Stage = "full"
	OwesCode      Stage = "owes code"      // GiveCode
	OwesEnrolment Stage = "owes enrolment" // StartEnrolment, then Enrol: what the member may do needs a second factor
)

// What a sign-in has proved. What it still owes is judged by the member as they are now: a sign-in by password alone, made
// while the member enrolled elsewhere, owes the code at its first request.
const (
	provenPassword = "password" // or a link
	provenFactor   = "factor"   // too
)

// How long things last. Who must enrol first has to install an app.
const (
	halfLasts   = 5 * time.Minute
	enrolLasts  = 30 * time.Minute
	fullLasts   = 12 * time.Hour
	idleLimit   = time.Hour
	seenEvery   = time.Minute
	provenLasts = 10 * time.Minute
	mostSignIns = 100
)

// SignedIn is a sign-in as judged at one request.
type SignedIn struct {
	ID       int64
	Member   Member
	Stage    Stage
	ProvenAt time.Time // when the member last gave a password or code
	Until    time.Time
	token    string
	row      memberRow
}

// ProvenLately says whether the member gave a password or code in the last ten minutes; dangerous actions ask again.
func (in SignedIn) ProvenLately(now time.Time) bool {
	return in.Stage == Full && now.Sub(in.ProvenAt) < provenLasts
}

// By is the member as the author of a change.
func (in SignedIn) By(v Visit) By { return By{MemberID: in.Member.ID, From: v.from()} }

func stageOf(proven string, m Member) Stage {
	switch {
	case m.SecondFactor && proven != provenFactor:
		return OwesCode
	case !m.SecondFactor && m.NeedsSecondFactor():
		return OwesEnrolment
	}
	return Full
}

// lasts is how long a new sign-in has to come further, or all of its time.
func (stage Stage) lasts() time.Duration {
	switch stage {
	case OwesCode:
		return halfLasts
	case OwesEnrolment:
		return enrolLasts
	}
	return fullLasts
}

// newToken is what a browser holds: 256 random bits.
func newToken() string { return base64.RawURLEncoding.EncodeToString(seal.Random(32)) }

// SignIn takes an e-mail and a password. All that is wrong is fault.Denied "staff.sign_in"; too many tries are
// fault.TooMany "staff.slow".
func (s *Service) SignIn(ctx context.Context, v Visit, email, password string) (token string, stage Stage, err error) {
	if err := slow(s.rates.address, pace.Network(v.Address)); err != nil {
		return "", "", err
	}
	m, row, err := s.byEmail(ctx, Spell(email))
	if err != nil && !gone(err) {
		return "", "", err
	}
	if row.LastAddress == "" || row.LastAddress != v.from() {
		if err := slow(s.rates.email, shorten(Spell(email), mostEmail)); err != nil {
			return "", "", err
		}
	}
	hash := row.PasswordHash
	if m.State != Active {
		hash = ""
	}
	right, weak, err := s.hasher.Verify(ctx, password, hash)
	if err != nil {
		return "", "", err
	}
	if !right {
		return "", "", s.refuse(ctx, v, m, "sign-in failed", "staff.sign_in")
	}
	if weak {
		if hash, err = s.hasher.Hash(ctx, password); err != nil {
			return "", "", err
		}
	}
	return s.begin(ctx, v, m, row.PasswordHash, hash)
}

// begin stores the sign-in that a right password gives.
func (s *Service) begin(ctx context.Context, v Visit, m Member, old, hash string) (string, Stage, error) {
	token, signIn := s.newSignIn(v, m)
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := acceptPassword(tx, m.ID, old, hash)
		if err != nil {
			return err
		}
		if !won { // disabled, or another password, since it was read
			return fault.New(fault.Denied, "staff.sign_in")
		}
		return s.insertSignIn(tx, v, m, signIn)
	})
	if err != nil {
		return "", "", err
	}
	return token, stageOf(signIn.Proven, m), nil
}

// newSignIn makes the row of a sign-in by password or link.
func (s *Service) newSignIn(v Visit, m Member) (token string, row signInRow) {
	token = newToken()
	now := s.Clock.Now()
	row = signInRow{ID: s.DB.ID(), MemberID: m.ID, TokenHash: s.Keys.Lookup(purposeToken, token), Proven: provenPassword, Address: v.from(),
		Browser: shorten(v.Browser, 200), StartedAt: now, SeenAt: now, ProvenAt: now, Until: now.Add(stageOf(provenPassword, m).lasts())}
	return token, row
}

func (s *Service) insertSignIn(tx *db.Tx, v Visit, m Member, row signInRow) error {
	if err := insertSignIn(tx, row); err != nil {
		return err
	}
	if stageOf(row.Proven, m) == Full {
		return s.signedIn(tx, v, m)
	}
	return s.record(tx, m.Email, v.from(), "password given", m.ID, nil, nil)
}

// signedIn notes that nothing more is owed.
func (s *Service) signedIn(tx *db.Tx, v Visit, m Member) error {
	if err := noteAddress(tx, m.ID, v.from()); err != nil {
		return err
	}
	return s.record(tx, m.Email, v.from(), "signed in", m.ID, nil, nil)
}

// shorten keeps so many characters of what a browser says of itself.
func shorten(s string, most int) string {
	if !utf8.ValidString(s) {
		return ""
	}
	for i := range s {
		if most--; most < 0 {
			return s[:i]
		}
	}
	return s
}

// Judge is asked at every request: fault.Denied "staff.signed_out" when the token opens nothing any more.
func (s *Service) Judge(ctx context.Context, token string) (SignedIn, error) {
	row, m, member, err := s.byToken(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	now := s.Clock.Now()
	if m.State != Active || !now.Before(row.Until) || now.Sub(row.SeenAt) >= idleLimit {
		return SignedIn{}, signedOut()
	}
	if now.Sub(row.SeenAt) >= seenEvery {
		if err := s.see(ctx, row.ID, now); err != nil {
			return SignedIn{}, err
		}
	}
	return SignedIn{ID: row.ID, Member: m, Stage: stageOf(row.Proven, m), ProvenAt: row.ProvenAt, Until: row.Until, token: token, row: member}, nil
}

// judgeFull is Judge for what only a whole sign-in may do; fault.Denied "staff.unfinished".
func (s *Service) judgeFull(ctx context.Context, token string) (SignedIn, error) {
	in, err := s.Judge(ctx, token)
	if err == nil && in.Stage != Full {
		err = unfinished()
	}
	return in, err
}

func unfinished() error { return fault.New(fault.Denied, "staff.unfinished") }

func slow(l *pace.Limiter, key string) error {
	if wait := l.Wait(key); wait > 0 {
		return fault.New(fault.TooMany, "staff.slow", "Count", int((wait+time.Second-1)/time.Second))
	}
	return nil
}

// refuse records a failure without what was typed, and answers with one sentence. Only so many a second are recorded, so
// that strangers cannot fill the trail; as many of known e-mails as of unknown ones, for the time it takes would tell.
func (s *Service) refuse(ctx context.Context, v Visit, m Member, action, key string) error {
	if s.rates.failures.Wait("") > 0 {
		return fault.New(fault.Denied, key)
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.record(tx, someone, v.from(), action, m.ID, nil, nil) })
	if err != nil {
		return err
	}
	return fault.New(fault.Denied, key)
}
