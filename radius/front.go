package radius

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
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

	access     func(context.Context, request) reply
	accounting func(context.Context, request) reply
}

// request is an authentic packet.
type request struct {
	router routers.Router
	packet *codec.Packet // its Secret is the one the router used
	wire   []byte        // valid only while the request is handled
	proven bool          // it carried a right Message-Authenticator
	port   port
}

// reply is what to send: nothing when packet is nil, and then the next copy of the request is tried afresh.
type reply struct {
	packet *codec.Packet
	kind   string
	after  time.Duration
}

// process answers one datagram. It never panics and never blocks longer than requestLimit.
func (f *front) process(ctx context.Context, k *socket, d datagram) {
	defer f.recovered("packet")
	router, ok := f.routers.ByAddress(d.from.Addr().Unmap())
	if !ok {
		f.dropUnknown(d.from)
		return
	}
	wire, err := cut(d.buffer[:d.length])
	if err != nil {
		f.drop(router, "malformed", err.Error())
		return
	}
	r, cause := f.authentic(k.port, router, wire)
	if cause != "" {
		f.drop(router, cause, explain[cause])
		return
	}
	f.routers.Heard(router.ID, f.clock.Now())
	f.crossCheck(r)
	f.converse(ctx, k, d.from, r)
}

// crossCheck says when a router calls itself something else than the register does: two may have been exchanged. Its address
// and its secret are what counts.
func (f *front) crossCheck(r request) {
	said := text(r.packet, rfc2865.NASIdentifier_Type)
	if r.router.Identifier == "" || said == "" || said == r.router.Identifier {
		return
	}
	if f.complains.may(r.router.Name + "identifier") {
		f.log.Warn("radius router has another NAS-Identifier than its record", "router", r.router.Name, "record", r.router.Identifier, "says", clean(said))
	}
}

// converse gives the same packet the same answer, and handles a fresh one.
func (f *front) converse(ctx context.Context, k *socket, from netip.AddrPort, r request) {
	e := exchange{from: from, socket: k.port, identifier: r.packet.Identifier}
	authenticator := r.packet.Authenticator
	verdict, known := f.cache.begin(e, authenticator)
	if verdict != fresh {
		f.metrics.duplicate(r.router, verdict == inWork)
		if known != nil {
			_ = k.send(from, known)
		}
		return
	}
	answered := false
	defer func() {
		if !answered {
			f.cache.forget(e, authenticator)
		}
	}()
	took := clock.Stopwatch()
	ctx, cancel := requestContext(ctx)
	defer cancel()
	out := f.handle(ctx, r)
	f.metrics.took(k.port, took())
	wire := f.encode(r, out)
	if wire == nil {
		return
	}
	answered = true
	f.reply(k, from, out, func() {
		f.cache.finish(e, authenticator, wire)
		_ = k.send(from, wire)
	})
}

func (f *front) reply(k *socket, from netip.AddrPort, out reply, send func()) {
	if out.after == 0 {
		send()
		return
	}
	k.sendLater(out.after, send)
}

func (f *front) handle(ctx context.Context, r request) reply {
	switch {
	case r.packet.Code == codec.CodeStatusServer:
		return statusServer(r)
	case r.port == authPort:
		return f.access(ctx, r)
	}
	return f.accounting(ctx, r)
}

// encode copies Proxy-State, unchanged and in order (RFC 2865 §5.33), and signs.
func (f *front) encode(r request, out reply) []byte {
	if out.packet == nil {
		return nil
	}
	for _, attribute := range r.packet.Attributes {
		if attribute.Type == proxyStateType {
			out.packet.Add(proxyStateType, attribute.Attribute)
		}
	}
	wire, err := sealReply(out.packet)
	if err != nil {
		f.log.Error("radius reply cannot be encoded", "router", r.router.Name, "error", err)
		f.metrics.drop(r.router.Name, "encoding")
		return nil
	}
	f.metrics.reply(r.router, out.kind)
	return wire
}

func (f *front) drop(router routers.Router, cause, why string) {
	f.metrics.drop(router.Name, cause)
	if f.complains.may(router.Name + cause) {
		f.log.Warn("radius packet dropped", "router", router.Name, "cause", cause, "why", why)
	}
}

func (f *front) dropUnknown(from netip.AddrPort) {
	f.metrics.drop(unknownRouter, "unknown router")
	if f.complains.may(from.Addr().String()) {
		f.log.Warn("radius packet from an address of no router", "from", from.Addr().Unmap())
	}
}

func (f *front) overflow(from netip.AddrPort) {
	name := unknownRouter
	if router, ok := f.routers.ByAddress(from.Addr().Unmap()); ok {
		name = router.Name
	}
	f.metrics.drop(name, "queue full")
}

func (f *front) recovered(what string) {
	if p := recover(); p != nil {
		f.metrics.panics.Inc()
		f.log.Error("radius panic", "in", what, "panic", p, "stack", string(debug.Stack()))
	}
}
