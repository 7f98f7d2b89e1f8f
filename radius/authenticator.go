package radius

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"

	"mtandao/internal/clock"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// rejectDelay slows guessing. It stays below 1.1 s, after which RouterOS by default asks again.
const rejectDelay = 900 * time.Millisecond

const longestMessage = 120

var errShared = errors.New("the other devices hold all that is left")

// authenticator answers Access-Requests.
type authenticator struct {
	access      Access
	dialects    map[string]routers.Dialect
	keys        *seal.Keys
	clock       clock.Clock
	log         *slog.Logger
	metrics     *metrics
	complains   *complaints
	refusals    *refusals
	guard       *guard
	rejectDelay time.Duration
	zone        func(g *access.Grant, siteID int64) *time.Location
	address     func(ctx context.Context, g *access.Grant, mac access.MAC) (at access.Address, full bool)
	share       func(ctx context.Context, g *access.Grant, left int64, mac access.MAC) int64
}

func (a *authenticator) handle(r request) reply {
	t := r.tray
	t.proof.method = noMethod
	t.attempt = access.Attempt{Name: text(r.packet, rfc2865.UserName_Type), RouterID: r.router.ID, SiteID: r.router.SiteID}
	attempt := &t.attempt
	if clean(attempt.Name) != attempt.Name { // a session of a name that we cannot say to the router could not be ended
		return a.reject(r, access.CauseUnknown, whose{name: attempt.Name})
	}
	attempt.MAC, _ = access.ParseMAC(text(r.packet, rfc2865.CallingStationID_Type))
	ok := a.readProof(r)
	attempt.MACLogin, attempt.Verify = isMACLogin(r.router, attempt), t.verifier()
	if isLease(r.router, r.packet) {
		if mac, err := access.ParseMAC(attempt.Name); err == nil {
			attempt.MAC, attempt.MACLogin = mac, true
		}
	}
	attempt.Garden = hasGarden(r.router, r.packet)
	who := whose{name: attempt.Name, mac: attempt.MAC}
	if !ok && !attempt.MACLogin {
		return a.reject(r, access.CauseWrongSecret, who)
	}
	if !attempt.MACLogin && a.guard.bars(r.router, attempt.MAC) {
		return a.reject(r, CauseTries, who)
	}
	known := a.access.AdmitKnown(attempt, &t.admission)
	comesIn := t.admission.Cause == access.CauseOK || t.admission.Garden
	if known && !(comesIn && shares(&t.admission.Grant)) {
		return a.answer(context.Background(), r)
	}
	if !known && !a.guard.mayAsk(r.router) {
		return reply{flood: true}
	}
	return a.ask(r, known)
}

// ask is an answer that waits for the database; apart, for what it holds is made on the heap.
func (a *authenticator) ask(r request, known bool) reply {
	return reply{ask: func(ctx context.Context) reply {
		if !known {
			r.tray.admission = a.access.Admit(ctx, r.tray.attempt)
		}
		return a.answer(ctx, r)
	}}
}

// answer is to the attempt and by the admission on the request's tray.
func (a *authenticator) answer(ctx context.Context, r request) reply {
	attempt, admission := &r.tray.attempt, &r.tray.admission
	who := whose{name: attempt.Name, mac: attempt.MAC, grantID: admission.Grant.ID}
	if guess := admission.Cause == access.CauseUnknown || admission.Cause == access.CauseWrongSecret; guess && !attempt.MACLogin {
		a.guard.guessed(r.router, attempt.MAC)
	}
	if admission.Cause != access.CauseOK && !admission.Garden {
		return a.reject(r, admission.Cause, who)
	}
	accepted, err := a.accept(ctx, r)
	if errors.Is(err, errShared) {
		return a.reject(r, CauseShared, who)
	}
	if err != nil {
		a.log.Error("radius answer cannot be made", "router", r.router.Name, "dialect", r.router.Dialect, "error", err)
		return a.reject(r, access.CauseUnavailable, who)
	}
	if admission.Garden {
		a.refusals.note(r.router, string(admission.Cause), who)
	}
	return reply{answer: accepted, kind: "accept"}
}

// isMACLogin: the router asks for a device by its own MAC. The password proves nothing then, whatever it is.
func isMACLogin(router *routers.Router, a *access.Attempt) bool {
	if !router.MACLogin || a.MAC == "" {
		return false
	}
	return a.MAC.IsMAC(a.Name)
}

func (a *authenticator) accept(ctx context.Context, r request) (*routers.Attributes, error) {
	admission, allowed := &r.tray.admission, &r.tray.allowance
	if full := a.allow(ctx, allowed, r.router, admission, r.tray.attempt.MAC); full {
		a.refusals.note(r.router, CausePoolEmpty, whose{name: r.tray.attempt.Name, mac: r.tray.attempt.MAC, grantID: admission.Grant.ID})
	}
	if !allowed.Garden && admission.Left.Capped && allowed.Left.Bytes == 0 {
		return nil, errShared
	}
	dialect, err := dialectOf(a.dialects, r.router.Dialect)
	if err != nil {
		return nil, err
	}
	accepted := r.response(codec.CodeAccessAccept)
	addMessageAuthenticator(accepted)
	if err := dialect.Answer(accepted, allowed); err != nil {
		return nil, err
	}
	addIdentity(a.keys, r.packet, accepted, admission.Grant.ID)
	if r.tray.proof.method == methodMSCHAP {
		r.tray.proof.mschap.accept(accepted, admission.Secret, r.packet)
	}
	return accepted, accepted.Err()
}

// shares says that the database is needed for what a session gets: what is left is divided among the grant's devices, for which
// their sessions are looked up, or an address is leased.
func shares(g *access.Grant) bool {
	return g.Limits.DataBytes > 0 && g.Limits.DeviceCount() > 1 || leases(&g.Limits.Address)
}

// allow tells what a session may do that begins now. A router that cannot be told later is told to ask again when the terms change. A full pool had no
// address left for it.
func (a *authenticator) allow(ctx context.Context, to *routers.Answer, r *routers.Router, admission *access.Admission, mac access.MAC) (full bool) {
	if admission.Garden {
		return a.allowGarden(ctx, to, r, admission, mac)
	}
	g, left, now := &admission.Grant, admission.Left, a.clock.Now()
	terms := g.Terms(now, a.zone(g, r.SiteID))
	told := Told{ToldUpKbps: terms.UpKbps, ToldDownKbps: terms.DownKbps}
	if left.Capped {
		left.Bytes = a.share(ctx, g, left.Bytes, mac)
		told.ToldBytes = left.Bytes
	}
	if !canBeTold(r) && !terms.Until.IsZero() {
		if until := terms.Until.Sub(now); !left.Timed || until < left.Time {
			left.Timed, left.Time = true, until
		}
	}
	class := classOf(to.Class[:0], a.keys, authorisation{GrantID: g.ID, LoginID: admission.LoginID, Told: told})
	at, full := a.address(ctx, g, mac)
	*to = routers.Answer{Left: left, Limits: g.Limits, SessionTimeout: sessionTimeout(left), Interim: r.Interim, Address: at, Class: class}
	to.Limits.UpKbps, to.Limits.DownKbps, to.Limits.Burst = terms.UpKbps, terms.DownKbps, terms.Burst
	return full
}

// canBeTold says that there is a way to a router's running sessions.
func canBeTold(r *routers.Router) bool { return r.CoAAddress != "" || r.CoAInside().IsValid() }

// sessionTimeout is whole seconds, at least one: 0 would mean "for ever" to a router.
func sessionTimeout(left access.Left) time.Duration {
	if !left.Timed {
		return 0
	}
	return max(left.Time.Truncate(time.Second), time.Second)
}

func (a *authenticator) reject(r request, cause access.Cause, who whose) reply {
	a.metrics.reject(r.router, cause)
	a.refusals.note(r.router, string(cause), who)
	rejected := r.response(codec.CodeAccessReject)
	addMessageAuthenticator(rejected)
	message := words.Text(words.English, "cause."+string(cause))
	if len(message) > longestMessage {
		message = strings.ToValidUTF8(message[:longestMessage], "")
	}
	rejected.AddText(rfc2865.ReplyMessage_Type, message)
	if failure := eapFailure(r.packet); failure != nil {
		rejected.Add(rfc2869.EAPMessage_Type, failure)
	}
	if r.tray.proof.method == methodMSCHAP {
		r.tray.proof.mschap.refuse(rejected, message)
	}
	return reply{answer: rejected, kind: "reject", after: a.rejectDelay}
}
