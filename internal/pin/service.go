package pin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
)

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB    *db.DB
	Keys  *seal.Keys
	Clock clock.Clock
}

// Service keeps PINs and sign-ins.
type Service struct {
	Options
	hasher                         *staff.Hasher
	device, network, phone, anyone *pace.Limiter
}

// New makes it.
func New(o Options) *Service {
	return &Service{Options: o, hasher: staff.NewHasher(),
		device:  pace.New(o.Clock, 10, 15*time.Second),
		network: pace.New(o.Clock, 5, time.Minute),
		phone:   pace.New(o.Clock, 20, time.Minute),
		anyone:  pace.New(o.Clock, 60, time.Second)}
}

// Owner is whose PIN it is.
type Owner struct {
	Kind string // "reseller", "partner"
	ID   int64
}

// Visit is where somebody comes from. Device is what the browser keeps of an earlier sign-in, or empty.
type Visit struct {
	Address netip.Addr
	Browser string
	Device  string
}

// SignedIn is a sign-in as judged at one request.
type SignedIn struct {
	Owner     Owner
	ProvenAt  time.Time // when they last proved who they are
	id        int64
	accountID int64
}

const (
	purposePhone  = "pin.phone"
	purposeToken  = "pin.token"
	purposeCode   = "pin.code"
	purposeDevice = "pin.device"
	purposeEntry  = "pin.entry"
)

// How long things last.
const (
	codeLasts   = 24 * time.Hour
	signInLasts = 30 * 24 * time.Hour
	idleLimit   = 3 * 24 * time.Hour
	seenEvery   = time.Minute
)

func denied() error { return fault.New(fault.Denied, "pin.sign_in") }

// Keep keeps in tx under which phone an owner signs in, or that they may not any more: then, and when the phone is another, all their sign-ins
// end. fault.Conflict "pin.phone_taken" when another of the kind has the phone.
func (s *Service) Keep(tx *db.Tx, o Owner, phone string, may bool) error {
	moved := false
	err := tx.Savepoint(func() (err error) { moved, err = s.setPhone(tx, o, phone); return err })
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "pin.phone_taken")
	}
	if err != nil || may && !moved {
		return err
	}
	return s.endOf(tx, o)
}

// NewCode makes the code by which an owner sets a PIN, once, within a day, and ends all their sign-ins: the phone may be in other hands. The old PIN
// holds until the code is used.
func (s *Service) NewCode(ctx context.Context, o Owner, actor, from string) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", err
	}
	code := fmt.Sprintf("%08d", n)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.setCode(tx, o, s.Keys.Lookup(purposeCode, code), s.Clock.Now().Add(codeLasts)); err != nil {
			return err
		}
		if err := s.endOf(tx, o); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: actor, From: from, Action: "pin code made", Object: o.Kind, ObjectID: strconv.FormatInt(o.ID, 10)})
	})
	return code, err
}

// paced slows tries down: known devices by themselves, others by phone and network. fault.TooMany "pin.slow".
func (s *Service) paced(v Visit, kind, phone string, known bool) error {
	wait := time.Duration(0)
	subject := kind + phone
	if known {
		device, _, _ := strings.Cut(v.Device, ".")
		wait = s.device.Wait(subject + device)
	} else {
		network := pace.Network(v.Address)
		if wait = s.anyone.Wait(network); wait == 0 {
			wait = s.network.Wait(subject + "@" + network)
		}
		if wait == 0 {
			wait = s.phone.Wait(subject)
		}
	}
	if wait > 0 {
		return fault.New(fault.TooMany, "pin.slow", "Count", int((wait+time.Second-1)/time.Second))
	}
	return nil
}

// SignIn takes a phone and a PIN. All that is wrong is fault.Denied "pin.sign_in"; too many tries are fault.TooMany "pin.slow".
// Device is for the browser to keep, so that it is known again.
func (s *Service) SignIn(ctx context.Context, v Visit, kind, phone, typed string) (token, device string, err error) {
	a, err := s.account(ctx, kind, phone)
	if err != nil {
		return "", "", err
	}
	known := a.ID != 0 && s.knows(a, v.Device)
	if err := s.paced(v, kind, phone, known); err != nil {
		return "", "", err
	}
	right, _, err := s.hasher.Verify(ctx, typed, a.PinHash)
	if err != nil {
		return "", "", err
	}
	if !right {
		return "", "", denied()
	}
	if device = v.Device; !known {
		device = s.newDevice(a)
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if same, err := s.holdPIN(tx, a); err != nil || !same { // changed while this one was looked at
			return orElse(err, denied())
		}
		token, err = s.begin(tx, a, v)
		return err
	})
	return token, device, err
}

// UseCode sets a PIN by the code that staff gave, and signs in.
func (s *Service) UseCode(ctx context.Context, v Visit, kind, phone, code, pin string) (token, device string, err error) {
	if err := Check(pin, phone); err != nil {
		return "", "", err
	}
	a, err := s.account(ctx, kind, phone)
	if err != nil {
		return "", "", err
	}
	if err := s.paced(v, kind, phone, a.ID != 0 && s.knows(a, v.Device)); err != nil {
		return "", "", err
	}
	hash, err := s.hasher.Hash(ctx, pin)
	if err != nil {
		return "", "", err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.takeCode(tx, a.ID, s.Keys.Lookups(purposeCode, strings.ReplaceAll(code, " ", "")), hash)
		if err != nil {
			return err
		}
		if !won {
			return denied()
		}
		if err := s.endAll(tx, a.ID); err != nil {
			return err
		}
		token, err = s.begin(tx, a, v)
		return err
	})
	return token, s.newDevice(a), err
}

// Change sets another PIN, ends all sign-ins, this one too, and begins a new one for whoever changed it: a copy of the old token opens nothing.
// fault.Denied "pin.wrong" when the old PIN is wrong.
func (s *Service) Change(ctx context.Context, v Visit, in SignedIn, old, pin, phone string) (token string, err error) {
	if err := Check(pin, phone); err != nil {
		return "", err
	}
	a, err := s.accountOf(ctx, in.Owner)
	if err != nil {
		return "", err
	}
	if err := s.paced(v, in.Owner.Kind, phone, s.knows(a, v.Device)); err != nil {
		return "", err
	}
	wrong := fault.New(fault.Denied, "pin.wrong")
	right, _, err := s.hasher.Verify(ctx, old, a.PinHash)
	if err != nil || !right {
		return "", orElse(err, wrong)
	}
	hash, err := s.hasher.Hash(ctx, pin)
	if err != nil {
		return "", err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.setPIN(tx, a, hash); err != nil || !won {
			return orElse(err, wrong)
		}
		if err := s.endAll(tx, a.ID); err != nil {
			return err
		}
		token, err = s.begin(tx, a, v)
		return err
	})
	return token, err
}

func orElse(err, usual error) error {
	if err != nil {
		return err
	}
	return usual
}

// begin makes a sign-in; its token is what the browser holds: 256 random bits.
func (s *Service) begin(tx *db.Tx, a accountRow, v Visit) (token string, err error) {
	token = base64.RawURLEncoding.EncodeToString(seal.Random(32))
	now := s.Clock.Now()
	return token, s.insertSignIn(tx, signInRow{ID: tx.ID(), AccountID: a.ID, TokenHash: s.Keys.Lookup(purposeToken, token), Address: v.Address.WithZone("").String(),
		StartedAt: now, SeenAt: now, ProvenAt: now, Until: now.Add(signInLasts)})
}

// Judge is asked at every request: fault.Denied "pin.signed_out" when the token opens nothing any more.
func (s *Service) Judge(ctx context.Context, token string) (SignedIn, error) {
	row, a, err := s.byToken(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	now := s.Clock.Now()
	if row.ID == 0 || !now.Before(row.Until) || now.Sub(row.SeenAt) >= idleLimit {
		return SignedIn{}, fault.New(fault.Denied, "pin.signed_out")
	}
	if now.Sub(row.SeenAt) >= seenEvery {
		if err := s.see(ctx, row.ID, now); err != nil {
			return SignedIn{}, err
		}
	}
	return SignedIn{Owner: Owner{a.Kind, a.OwnerID}, ProvenAt: row.ProvenAt.UTC(), id: row.ID, accountID: a.ID}, nil
}

// SignOut ends a sign-in.
func (s *Service) SignOut(ctx context.Context, in SignedIn) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { _, err := s.end(tx, in.id); return err })
}

// newDevice names a browser to an account, signed, so that it is known again.
func (s *Service) newDevice(a accountRow) string {
	name := seal.RandomHex(16)
	return name + "." + hex.EncodeToString(s.Keys.Sign(purposeDevice, deviceOf(a, name)))
}

func deviceOf(a accountRow, name string) []byte { return fmt.Appendf(nil, "%d %s", a.ID, name) }

func (s *Service) knows(a accountRow, device string) bool {
	name, mac, _ := strings.Cut(device, ".")
	sum, err := hex.DecodeString(mac)
	return err == nil && len(name) == 32 && s.Keys.Verify(purposeDevice, deviceOf(a, name), sum)
}
