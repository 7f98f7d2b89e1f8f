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

// causeShared is why a device waits whose plan's other devices hold all that is left.
const causeShared = access.Cause("shared")

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
	zone        func(g access.Grant, siteID int64) *time.Location
	address     func(ctx context.Context, g access.Grant, mac access.MAC) access.Address
	share       func(ctx context.Context, g access.Grant, left int64, mac access.MAC) int64
}

// proof is how a log-in shows that it knows the secret.
type proof struct {
	verify func(secret string) bool
	mschap *mschap
}

func (a *authenticator) handle(r request) reply {
	attempt := access.Attempt{Name: text(r.packet, rfc2865.UserName_Type), RouterID: r.router.ID, SiteID: r.router.SiteID}
	if clean(attempt.Name) != attempt.Name { // a session of a name that we cannot say to the router could not be ended
		return a.reject(r, proof{}, access.CauseUnknown, whose{name: attempt.Name})
	}
	attempt.MAC, _ = access.ParseMAC(text(r.packet, rfc2865.CallingStationID_Type))
	proof, ok := a.readProof(r)
	attempt.MACLogin = isMACLogin(r.router, attempt)
	if mac, err := access.ParseMAC(attempt.Name); err == nil && isLease(r.router, r.packet) {
		attempt.MAC, attempt.MACLogin = mac, true
	}
	attempt.Garden = hasGarden(r.router, r.packet)
	who := whose{name: attempt.Name, mac: attempt.MAC}
	if attempt.Verify = proof.verify; !ok && !attempt.MACLogin {
		return a.reject(r, proof, access.CauseWrongSecret, who)
	}
	if !attempt.MACLogin && a.guard.bars(r.router, attempt.MAC) {
		return a.reject(r, proof, causeTries, who)
	}
	admission, known := a.access.AdmitKnown(attempt)
	if comesIn := admission.Cause == access.CauseOK || admission.Garden; known && !(comesIn && shares(admission.Grant)) {
		return a.answer(context.Background(), r, proof, admission, attempt)
	}
	if !known && !a.guard.mayAsk(r.router) {
		return reply{flood: true}
	}
	return a.ask(r, proof, attempt, admission, known)
}

// ask is an answer that waits for the database; apart, for what it holds is made on the heap.
func (a *authenticator) ask(r request, proof proof, attempt access.Attempt, admission access.Admission, known bool) reply {
	return reply{ask: func(ctx context.Context) reply {
		if !known {
			admission = a.access.Admit(ctx, attempt)
		}
		return a.answer(ctx, r, proof, admission, attempt)
	}}
}

func (a *authenticator) answer(ctx context.Context, r request, proof proof, admission access.Admission, attempt access.Attempt) reply {
	who := whose{name: attempt.Name, mac: attempt.MAC, grantID: admission.Grant.ID}
	if guess := admission.Cause == access.CauseUnknown || admission.Cause == access.CauseWrongSecret; guess && !attempt.MACLogin {
		a.guard.guessed(r.router, attempt.MAC)
	}
	if admission.Cause != access.CauseOK && !admission.Garden {
		return a.reject(r, proof, admission.Cause, who)
	}
	accepted, err := a.accept(ctx, r, proof, admission, attempt.MAC)
	if errors.Is(err, errShared) {
		return a.reject(r, proof, causeShared, who)
	}
	if err != nil {
		a.log.Error("radius answer cannot be made", "router", r.router.Name, "dialect", r.router.Dialect, "error", err)
		return a.reject(r, proof, access.CauseUnavailable, who)
	}
	if admission.Garden {
		a.refusals.note(r.router, string(admission.Cause), who)
	}
	return reply{packet: accepted, kind: "accept"}
}

// isMACLogin: the router asks for a device by its own MAC. The password proves nothing then, whatever it is.
func isMACLogin(router *routers.Router, a access.Attempt) bool {
	if !router.MACLogin || a.MAC == "" {
		return false
	}
	return a.MAC.IsMAC(a.Name)
}

// readProof finds the one method of a request; false when there is none that we speak, or more than one (RFC 2865 §4.1).
func (a *authenticator) readProof(r request) (proof, bool) {
	password, pap := r.packet.Lookup(rfc2865.UserPassword_Type)
	digest, chap := r.packet.Lookup(rfc2865.CHAPPassword_Type)
	exchange, ms := readMSCHAP(r.packet)
	switch {
	case pap && !chap && !ms:
		return a.readPAP(r, password)
	case chap && !pap && !ms:
		challenge, ok := r.packet.Lookup(rfc2865.CHAPChallenge_Type)
		if !ok {
			challenge = r.packet.Authenticator[:]
		}
		return proof{verify: verifyChap(digest, challenge)}, true
	case ms && !pap && !chap:
		return proof{verify: exchange.verify, mschap: &exchange}, true
	}
	return proof{}, false
}

func (a *authenticator) readPAP(r request, hidden []byte) (proof, bool) {
	password, err := clearPassword(hidden, r.packet.Secret, r.packet.Authenticator)
	if err != nil {
		return proof{}, false
	}
	if !printable(password) {
		if !r.proven {
			a.refusals.note(r.router, CauseGarbled, whose{packet: true})
			if a.complains.may(r.router.Name + "password") {
				a.log.Warn("the secret of router "+r.router.Name+" is wrong: "+explainMisfit[CauseGarbled], "router", r.router.Name)
			}
		}
		return proof{}, false
	}
	return proof{verify: verifyClear(password)}, true
}

func (a *authenticator) accept(ctx context.Context, r request, p proof, admission access.Admission, mac access.MAC) (*codec.Packet, error) {
	accepted := r.tray.response(codec.CodeAccessAccept)
	addMessageAuthenticator(accepted)
	answer := a.allowance(ctx, r.router, admission, mac)
	if !answer.Garden && admission.Left.Capped && answer.Left.Bytes == 0 {
		return nil, errShared
	}
	dialect, err := dialectOf(a.dialects, r.router.Dialect)
	if err != nil {
		return nil, err
	}
	if err := dialect.Answer(accepted, answer); err != nil {
		return nil, err
	}
	if err := addIdentity(a.keys, r.packet, accepted, admission.Grant.ID); err != nil {
		return nil, err
	}
	if p.mschap != nil {
		return accepted, p.mschap.accept(accepted, admission.Secret)
	}
	return accepted, nil
}

// shares says that the database is needed for what a session gets: what is left is divided among the grant's devices, for which
// their sessions are looked up, or an address is leased.
func shares(g access.Grant) bool {
	return g.Limits.DataBytes > 0 && g.Limits.DeviceCount() > 1 || leases(g)
}

// allowance is what a session may do that begins now. A router that cannot be told later is told to ask again when the terms change.
func (a *authenticator) allowance(ctx context.Context, r *routers.Router, admission access.Admission, mac access.MAC) routers.Answer {
	if admission.Garden {
		return a.gardenAnswer(ctx, r, admission, mac)
	}
	g, left, now := admission.Grant, admission.Left, a.clock.Now()
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
	return routers.Answer{Left: left, Limits: g.Limits.Under(terms), SessionTimeout: sessionTimeout(left), Interim: r.Interim, Address: a.address(ctx, g, mac),
		Class: classOf(a.keys, authorisation{GrantID: g.ID, LoginID: admission.LoginID, Told: told})}
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

func (a *authenticator) reject(r request, p proof, cause access.Cause, who whose) reply {
	a.metrics.reject(r.router, cause)
	a.refusals.note(r.router, string(cause), who)
	rejected := r.tray.response(codec.CodeAccessReject)
	addMessageAuthenticator(rejected)
	message := words.Text(words.English, "cause."+string(cause))
	if len(message) > longestMessage {
		message = strings.ToValidUTF8(message[:longestMessage], "")
	}
	rejected.Add(rfc2865.ReplyMessage_Type, codec.Attribute(message))
	if failure := eapFailure(r.packet); failure != nil {
		rejected.Add(rfc2869.EAPMessage_Type, failure)
	}
	if p.mschap != nil {
		if err := p.mschap.refuse(rejected, message); err != nil {
			a.log.Error("radius MS-CHAP-Error cannot be made", "router", r.router.Name, "error", err)
		}
	}
	return reply{packet: rejected, kind: "reject", after: a.rejectDelay}
}
