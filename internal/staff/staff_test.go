package staff

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

const (
	ownerEmail = "asha@kasarani.example"
	password   = "mgomba tatu samaki"
	newer      = "ndizi saba kiberiti"
)

// world is one provider's staff on a clock that stands still.
type world struct {
	*Service
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock.Manual
	seeds map[string]string // e-mail -> seed of their app
	setup string
}

var (
	office = Visit{Address: netip.MustParseAddr("41.90.1.2"), Browser: "Firefox"}
	street = Visit{Address: netip.MustParseAddr("102.0.0.9"), Browser: "curl"}
)

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	w := &world{t: t, ctx: context.Background(), d: d, clock: c, seeds: map[string]string{},
		Service: New(Options{DB: d, Clock: c, Keys: keys, Provider: func() string { return "Kasarani Net" }})}
	w.hasher = newHasher(cost{memory: 64, passes: 1, lanes: 1}) // what it costs is tested elsewhere
	w.setup, err = w.Prepare(w.ctx)
	w.ok(err)
	return w
}

func each(t *testing.T, run func(t *testing.T, w *world)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(t, newWorld(t, d)) })
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, key string) {
	w.t.Helper()
	if fault.KeyOf(err) != key || err == nil {
		w.t.Fatalf("want %s, got %v", key, err)
	}
}

// code is what the member's app shows, in a step that was not used yet.
func (w *world) code(email string) string {
	w.t.Helper()
	w.clock.Advance(stepLength)
	code, err := totp.GenerateCode(w.seeds[email], w.clock.Now())
	w.ok(err)
	return code
}

func (w *world) withFactor(email, token string) (string, []string) {
	w.t.Helper()
	e, err := w.StartEnrolment(w.ctx, token)
	w.ok(err)
	w.seeds[email] = e.Seed
	codes, next, err := w.Enrol(w.ctx, office, token, w.code(email))
	w.ok(err)
	return next, codes
}

// owner makes the first owner, signed in with a second factor.
func (w *world) owner() SignedIn {
	w.t.Helper()
	token, err := w.MakeOwner(w.ctx, office, w.setup, Newcomer{Name: "Asha", Email: " Asha@Kasarani.example ", Password: password, Language: "sw"})
	w.ok(err)
	token, _ = w.withFactor(ownerEmail, token)
	return w.judge(token)
}

func (w *world) judge(token string) SignedIn {
	w.t.Helper()
	in, err := w.Judge(w.ctx, token)
	w.ok(err)
	return in
}

// hire invites somebody and lets them choose a password; who needs a second factor gets one.
func (w *world) hire(by By, email string, sites []int64, roles ...string) SignedIn {
	w.t.Helper()
	_, secret, err := w.Invite(w.ctx, by, email, Profile{Name: "Juma", Language: "en", Roles: roles, Sites: sites})
	w.ok(err)
	token, stage, err := w.UseLink(w.ctx, office, secret, password)
	w.ok(err)
	if stage == OwesEnrolment {
		token, _ = w.withFactor(email, token)
	}
	return w.judge(token)
}

// signIn is a whole sign-in.
func (w *world) signIn(email, word string) SignedIn {
	w.t.Helper()
	w.clock.Advance(10 * time.Minute) // no limiter is in the way
	token, stage, err := w.SignIn(w.ctx, office, email, word)
	w.ok(err)
	if stage == OwesCode {
		token, err = w.GiveCode(w.ctx, office, token, w.code(email))
		w.ok(err)
	}
	return w.judge(token)
}

// actions lists what the trail says, oldest first.
func (w *world) actions() (all []string) {
	w.t.Helper()
	events, err := audit.New(w.d, w.clock).List(w.ctx, audit.Filter{})
	w.ok(err)
	for _, e := range events {
		all = append([]string{e.Action}, all...)
	}
	return all
}

var engineer = By{Command: "command staff add", From: "vps1"}

func TestModelsMatchTheTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &memberRow{}, &memberRoleRow{}, &roleRow{}, &setupRow{}, &signInRow{}, &recoveryRow{}, &linkRow{}, &passkeyRow{}, &challengeRow{})
	})
}

// proves is a sign-in that goes on under another token: the old one is good for nothing.
func (w *world) proves(in SignedIn, typed string) SignedIn {
	w.t.Helper()
	token, err := w.Prove(w.ctx, office, in.token, typed)
	w.ok(err)
	if token == in.token {
		w.t.Error("it goes on under the token that it had")
	}
	_, err = w.Judge(w.ctx, in.token)
	w.refused(err, "staff.signed_out")
	again := w.judge(token)
	if again.ID != in.ID || !again.Until.Equal(in.Until) {
		w.t.Errorf("%+v became %+v", in, again)
	}
	return again
}
