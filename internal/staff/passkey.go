package staff

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Passkey is a key in a member's phone, computer or stick that proves them in place of a code (W3C Web Authentication). It answers only to the address at which it was
// made, so that a false page gets nothing from it.
type Passkey struct {
	ID     int64
	Name   string
	MadeAt time.Time
	UsedAt time.Time // zero: never
}

const (
	mostPasskeys   = 10
	mostAnswer     = 16 << 10 // octets of what a browser says of a passkey
	challengeLasts = 5 * time.Minute
)

// CanPasskeys says whether browsers would take passkeys here: the provider's public address has a name, and is encrypted or this machine's own.
func (s *Service) CanPasskeys() bool {
	_, err := s.party()
	return err == nil
}

// party is us as passkeys know us; fault.Invalid "staff.no_passkeys".
func (s *Service) party() (*webauthn.WebAuthn, error) {
	u, err := url.Parse(s.Public)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, fault.New(fault.Invalid, "staff.no_passkeys")
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, fault.New(fault.Invalid, "staff.no_passkeys")
	}
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: s.Provider(), RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.VerificationPreferred}})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "staff.no_passkeys", err)
	}
	return party, nil
}

// holder is a member as the library asks about them.
type holder struct {
	Member
	keys []webauthn.Credential
}

// WebAuthnID implements webauthn.User, as the next three do: a number that says nothing about whose it is.
func (h holder) WebAuthnID() []byte                         { return binary.BigEndian.AppendUint64(nil, uint64(h.ID)) }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(m Member, rows []passkeyRow) (h holder, err error) {
	h = holder{Member: m, keys: make([]webauthn.Credential, len(rows))}
	for n, r := range rows {
		if err := json.Unmarshal(r.Credential, &h.keys[n]); err != nil {
			return h, err
		}
	}
	return h, nil
}

// challenge is what a browser has been asked to sign, once.
type challenge struct {
	New     bool
	Session webauthn.SessionData
}

// Passkeys are the member's own.
func (s *Service) Passkeys(ctx context.Context, in SignedIn) ([]Passkey, error) {
	if in.Stage != Full {
		return nil, unfinished()
	}
	rows, err := s.passkeysOf(ctx, in.Member.ID)
	all := make([]Passkey, len(rows))
	for n, r := range rows {
		all[n] = Passkey{ID: r.ID, Name: r.Name, MadeAt: r.MadeAt.UTC()}
		if r.UsedAt != nil {
			all[n].UsedAt = r.UsedAt.UTC()
		}
	}
	return all, err
}

// AskPasskey asks the browser of a member who has passkeys for one: what it tells is given to GiveCode or Prove as a code is. Empty for who has none, or where
// none can work. The question before it is good no more.
func (s *Service) AskPasskey(ctx context.Context, token string) (asked string, err error) {
	in, err := s.Judge(ctx, token)
	if err != nil || in.Stage == OwesEnrolment || in.Member.Passkeys == 0 {
		return "", err
	}
	party, err := s.party()
	if err != nil {
		return "", nil // the address has changed since: a code is asked for
	}
	rows, err := s.passkeysOf(ctx, in.Member.ID)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	h, err := holderOf(in.Member, rows)
	if err != nil {
		return "", err
	}
	options, session, err := party.BeginLogin(h)
	if err != nil {
		return "", err
	}
	return s.ask(ctx, in, challenge{Session: *session}, options.Response)
}

// StartPasskey asks the browser of a member to make a passkey: of one who owes a second factor, or proved themself lately. Faults: fault.Denied "staff.prove",
// fault.Invalid "staff.no_passkeys", fault.Conflict "staff.passkeys_many".
func (s *Service) StartPasskey(ctx context.Context, token string) (asked string, err error) {
	in, err := s.mayEnrol(ctx, token)
	if err != nil {
		return "", err
	}
	party, err := s.party()
	if err != nil {
		return "", err
	}
	if in.Member.Passkeys >= mostPasskeys {
		return "", fault.New(fault.Conflict, "staff.passkeys_many")
	}
	rows, err := s.passkeysOf(ctx, in.Member.ID)
	if err != nil {
		return "", err
	}
	h, err := holderOf(in.Member, rows)
	if err != nil {
		return "", err
	}
	options, session, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return "", err
	}
	return s.ask(ctx, in, challenge{New: true, Session: *session}, options.Response)
}

// ask keeps what was asked for whoever answers, and writes it for the browser.
func (s *Service) ask(ctx context.Context, in SignedIn, c challenge, options any) (string, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	sealed, err := s.Keys.Seal(purposeChallenge, body)
	if err != nil {
		return "", err
	}
	return string(text), s.DB.InTx(ctx, func(tx *db.Tx) error { return setChallenge(tx, in.ID, sealed, s.Clock.Now().Add(challengeLasts)) })
}

// asked is what a sign-in was asked last; fault.Denied "staff.passkey_again" when that is nothing, or long ago.
func (s *Service) asked(ctx context.Context, in SignedIn, making bool) (c challenge, sealed []byte, err error) {
	row, err := s.challengeOf(ctx, in.ID)
	if err != nil {
		return c, nil, err
	}
	if row.ID == 0 || !s.Clock.Now().Before(row.Until) {
		return c, nil, fault.New(fault.Denied, "staff.passkey_again")
	}
	body, err := s.Keys.Open(purposeChallenge, row.Challenge)
	if err == nil {
		err = json.Unmarshal(body, &c)
	}
	if err != nil || c.New != making {
		return c, nil, fault.New(fault.Denied, "staff.passkey_again")
	}
	return c, row.Challenge, nil
}

// AddPasskey takes the passkey that a browser made. To who had no second factor it is their first: their other sign-ins end, and they get recovery codes, shown once.
// The sign-in goes on under a new token. Faults: those of StartPasskey, fault.Denied "staff.passkey_again" or "staff.passkey", fault.Invalid "staff.passkey_name",
// fault.Conflict "staff.passkey_known".
func (s *Service) AddPasskey(ctx context.Context, v Visit, token, name, answer string) (codes []string, next string, err error) {
	in, err := s.mayEnrol(ctx, token)
	if err != nil {
		return nil, "", err
	}
	if name = strings.TrimSpace(name); !isText(name, 1, 80) {
		return nil, "", fault.New(fault.Invalid, "staff.passkey_name")
	}
	row, sealed, err := s.made(ctx, in, name, answer)
	if err != nil {
		return nil, "", err
	}
	next = newToken()
	if !in.Member.SecondFactor {
		codes = newRecoveryCodes()
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.complete(tx, in, next)
		if err != nil {
			return err
		}
		if !won {
			return s.completedBefore(tx, in.ID, next)
		}
		if err := s.takeChallenge(tx, in.ID, sealed); err != nil {
			return err
		}
		return s.addPasskey(tx, v, in, row, codes)
	})
	if err != nil {
		return nil, "", err
	}
	return codes, next, nil
}

// made reads and proves what a browser says of a passkey that it made.
func (s *Service) made(ctx context.Context, in SignedIn, name, answer string) (row passkeyRow, sealed []byte, err error) {
	party, err := s.party()
	if err != nil {
		return row, nil, err
	}
	c, sealed, err := s.asked(ctx, in, true)
	if err != nil {
		return row, nil, err
	}
	key, err := readMade(party, holder{Member: in.Member}, c, answer)
	if err != nil {
		return row, nil, fault.Wrap(fault.Denied, "staff.passkey", err)
	}
	body, err := json.Marshal(key)
	return passkeyRow{ID: s.DB.ID(), MemberID: in.Member.ID, Name: name, CredentialHash: hashOf(key.ID), Credential: body, SignCount: int64(key.Authenticator.SignCount), MadeAt: s.Clock.Now()}, sealed, err
}

// readMade is the passkey that an answer tells of.
func readMade(party *webauthn.WebAuthn, h holder, c challenge, answer string) (*webauthn.Credential, error) {
	if len(answer) > mostAnswer {
		return nil, errLong
	}
	said, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, err
	}
	return party.CreateCredential(h, c.Session, said)
}

// readShown is the passkey that proves itself by an answer, as it is now.
func readShown(party *webauthn.WebAuthn, h holder, c challenge, answer string) (*webauthn.Credential, error) {
	if len(answer) > mostAnswer {
		return nil, errLong
	}
	said, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, err
	}
	key, err := party.ValidateLogin(h, c.Session, said)
	if err == nil && key.Authenticator.CloneWarning {
		err = errCopied
	}
	return key, err
}

var (
	errLong   = errors.New("the answer is too long")
	errCopied = errors.New("the passkey was used less often than we know")
)

func (s *Service) addPasskey(tx *db.Tx, v Visit, in SignedIn, row passkeyRow, codes []string) error {
	if err := s.insertPasskey(tx, row); err != nil {
		return err
	}
	if codes != nil {
		if err := endSignIns(tx, in.Member.ID, in.ID); err != nil {
			return err
		}
		if err := s.replaceRecovery(tx, in.Member.ID, codes); err != nil {
			return err
		}
	}
	if err := noteAddress(tx, in.Member.ID, v.from()); err != nil {
		return err
	}
	return s.record(tx, in.Member.Email, v.from(), "passkey added", in.Member.ID, nil, map[string]any{"passkey": row.Name})
}

// DropPasskey takes one of the member's own passkeys away, who must have proved themself lately. Faults: fault.Denied "staff.prove", fault.NotFound "staff.no_passkey",
// fault.Conflict "staff.last_factor" for the last second factor that they have.
func (s *Service) DropPasskey(ctx context.Context, v Visit, token string, id int64) error {
	in, err := s.judgeFull(ctx, token)
	if err == nil && !in.ProvenLately(s.Clock.Now()) {
		err = fault.New(fault.Denied, "staff.prove")
	}
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		name, err := s.deletePasskey(tx, in.Member.ID, id)
		if err != nil {
			return err
		}
		return s.record(tx, in.Member.Email, v.from(), "passkey removed", in.Member.ID, map[string]any{"passkey": name}, nil)
	})
}

// isAnswer tells what a browser says of a passkey from a code that somebody typed.
func isAnswer(typed string) bool { return strings.HasPrefix(typed, "{") }

// acceptingPasskey is how the answer of a passkey is taken, once. A passkey that was copied is not taken: its count goes back.
func (s *Service) acceptingPasskey(ctx context.Context, in SignedIn, answer string) (func(*db.Tx) (bool, error), error) {
	wrong := func(*db.Tx) (bool, error) { return false, nil }
	party, err := s.party()
	if err != nil {
		return wrong, nil
	}
	c, sealed, err := s.asked(ctx, in, false)
	if err != nil {
		return nil, err
	}
	rows, err := s.passkeysOf(ctx, in.Member.ID)
	if err != nil {
		return nil, err
	}
	h, err := holderOf(in.Member, rows)
	if err != nil {
		return nil, err
	}
	key, err := readShown(party, h, c, answer)
	if err != nil {
		return wrong, nil
	}
	for n, r := range rows {
		if bytes.Equal(h.keys[n].ID, key.ID) {
			if r.Credential, err = json.Marshal(key); err != nil {
				return nil, err
			}
			return func(tx *db.Tx) (bool, error) {
				if err := s.takeChallenge(tx, in.ID, sealed); err != nil {
					return false, err
				}
				return s.usePasskey(tx, r, int64(key.Authenticator.SignCount))
			}, nil
		}
	}
	return wrong, nil
}
