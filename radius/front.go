package radius

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/clock"
	"mtandao/radius/routers"
)

// front takes packets in and sends answers out. What an authentic request means is left to its three handlers.
type front struct {
	routers   Routers
	clock     clock.Clock
	log       *slog.Logger
	cache     *replyCache
	metrics   *metrics
	complains *complaints
	refusals  *refusals
	misfits   misfits
	guard     *guard

	store      func(payload []byte, done func(error)) // puts it on the disk
	access     func(request) reply
	accounting func(request) reply
}

// request is an authentic packet.
type request struct {
	router *routers.Router
	packet *codec.Packet // its Secret is the one the router used; valid only while the request is handled, or waits aside
	wire   []byte        // valid only while the request is handled
	tray   *tray
	proven bool // it carried a right Message-Authenticator
	port   port
}

// routerAt knows a router by its address inside the tunnel or by its source address, each where it means something.
func (f *front) routerAt(k *socket, from netip.AddrPort) (*routers.Router, bool) {
	if k.inside {
		return f.routers.ByTunnel(from.Addr())
	}
	return f.routers.ByAddress(from.Addr().Unmap())
}

// reply is what to send: nothing when answer is nil, and then the next copy of the request is tried afresh. When ask is set it
// gives the reply, and may wait for the database; when keep is set, that is on the disk before the reply goes.
type reply struct {
	answer *routers.Attributes // behind its header, on the request's tray
	kind   string
	after  time.Duration
	ask    func(context.Context) reply
	keep   []byte
	flood  bool // the router asks too much: no answer
}

// process answers one datagram, or sees that it is answered. It never panics and never waits.
func (f *front) process(k *socket, d datagram) {
	defer f.recovered("packet")
	router, ok := f.routerAt(k, d.from)
	if !ok {
		f.dropUnknown(d.from)
		return
	}
	wire, err := cut(d.wire)
	if err != nil {
		f.drop(router, "malformed", err.Error())
		return
	}
	r, cause := f.authentic(k, router, wire, d.tray)
	if cause == badAuthenticator {
		f.dropMisfit(router, wire, d.from)
		return
	}
	if cause != "" {
		f.drop(router, cause, explain[cause])
		return
	}
	f.routers.Heard(router.ID, f.clock.Now())
	f.crossCheck(r)
	f.converse(k, d, r)
}

// crossCheck says when a router calls itself something else than the register does: two may have been exchanged. Its address
// and its secret are what counts.
func (f *front) crossCheck(r request) {
	if r.router.Identifier == "" {
		return
	}
	said := r.packet.Get(rfc2865.NASIdentifier_Type)
	if len(said) == 0 || string(said) == r.router.Identifier {
		return
	}
	if f.complains.may(r.router.Name + "identifier") {
		f.log.Warn("radius router has another NAS-Identifier than its record", "router", r.router.Name, "record", r.router.Identifier, "says", clean(string(said)))
	}
}

// converse gives the same packet the same answer, and handles a fresh one.
func (f *front) converse(k *socket, d datagram, r request) {
	e := exchange{from: d.from, socket: k.port, identifier: r.packet.Identifier}
	verdict, known := f.cache.begin(e, r.packet.Authenticator)
	if verdict != fresh {
		f.metrics.duplicate(r.router, verdict == inWork)
		if known != nil {
			k.post.drop(d.to, known)
		}
		return
	}
	c := conversation{front: f, socket: k, to: d.to, router: r.router, exchange: e, authenticator: r.packet.Authenticator, at: d.at}
	c.have(r, func() reply { return f.handle(r) })
}

// handle does not wait: what has to is in the reply.
func (f *front) handle(r request) reply {
	switch {
	case r.packet.Code == codec.CodeStatusServer:
		return statusServer(r)
	case r.port == authPort:
		return f.access(r)
	}
	return f.accounting(r)
}

// encode copies Proxy-State, unchanged and in order (RFC 2865 §5.33), and signs.
func (f *front) encode(r request, out reply) []byte {
	if out.answer == nil {
		return nil
	}
	for _, attribute := range r.packet.Attributes {
		if attribute.Type == proxyStateType {
			out.answer.Add(proxyStateType, attribute.Attribute)
		}
	}
	wire, err := sealReply(out.answer.Wire, r.packet.Secret)
	if err != nil {
		f.log.Error("radius reply cannot be encoded", "router", r.router.Name, "error", err)
		f.metrics.drop(r.router.Name, "encoding")
		return nil
	}
	f.metrics.reply(r.router, out.kind)
	return wire
}

func (f *front) drop(router *routers.Router, cause, why string) {
	f.metrics.drop(router.Name, cause)
	f.refusals.note(router, strings.ReplaceAll(cause, " ", "_"), whose{packet: true})
	if f.complains.may(router.Name + cause) {
		f.log.Warn("radius packet dropped", "router", router.Name, "cause", cause, "why", why)
	}
}

func (f *front) dropUnknown(from netip.AddrPort) {
	f.metrics.drop(unknownRouter, "unknown router")
	f.refusals.note(&routers.Router{}, CauseStranger, whose{packet: true, name: from.Addr().Unmap().String()})
	if f.complains.may(from.Addr().String()) {
		f.log.Warn("radius packet from an address of no router", "from", from.Addr().Unmap())
	}
}

// flooded: one router's storm does not take the room of the others.
func (f *front) flooded(router *routers.Router) {
	f.drop(router, tooManyAsk, explain[tooManyAsk])
}

// overflow: the router asks again, and by then there may be room.
func (f *front) overflow(k *socket, router *routers.Router) {
	f.metrics.drop(router.Name, "too many wait")
	if f.complains.may("overflow" + k.port.String()) {
		f.log.Error("radius requests are dropped: too many wait for the database or the disk", "port", k.port.String())
	}
}

func (f *front) notStored(router *routers.Router, err error) {
	f.metrics.drop(router.Name, "not stored")
	if f.complains.may("spool") {
		f.log.Error("accounting cannot be stored: routers get no answer", "error", err)
	}
}

func (f *front) recovered(what string) {
	if p := recover(); p != nil {
		f.metrics.panics.Inc()
		f.log.Error("radius panic", "in", what, "panic", p, "stack", string(debug.Stack()))
	}
}
