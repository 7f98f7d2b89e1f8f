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

// routerAt knows a router by its address inside the tunnel or by its source address, each where it means something.
func (f *front) routerAt(k *socket, from netip.AddrPort) (routers.Router, bool) {
	if k.inside {
		return f.routers.ByTunnel(from.Addr())
	}
	return f.routers.ByAddress(from.Addr().Unmap())
}

// reply is what to send: nothing when packet is nil, and then the next copy of the request is tried afresh. When ask is set it
// gives the reply, and may wait for the database.
type reply struct {
	packet *codec.Packet
	kind   string
	after  time.Duration
	ask    func(context.Context) reply
}

// process answers one datagram. It never panics and never blocks longer than requestLimit.
func (f *front) process(ctx context.Context, k *socket, d datagram) {
	defer f.recovered("packet")
	router, ok := f.routerAt(k, d.from)
	if !ok {
		f.dropUnknown(d.from)
		return
	}
	wire, err := cut(d.buffer[:d.length])
	if err != nil {
		f.drop(router, "malformed", err.Error())
		return
	}
	r, cause := f.authentic(k, router, wire)
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
	c := conversation{front: f, socket: k, from: from, request: r, exchange: e, took: clock.Stopwatch()}
	c.have(func() reply { return f.within(ctx, r, f.handle) })
}

// conversation is a request that gets its answer.
type conversation struct {
	front    *front
	socket   *socket
	from     netip.AddrPort
	request  request
	exchange exchange
	took     func() time.Duration
}

// have gets the answer and sends it. One that may take long does not hold the worker; without an answer, the next copy of the
// request is tried afresh.
func (c conversation) have(answer func() reply) {
	f, authenticator, answered := c.front, c.request.packet.Authenticator, false
	defer func() {
		if !answered {
			f.cache.forget(c.exchange, authenticator)
		}
	}()
	out := answer()
	if out.ask != nil {
		answered = c.aside(out.ask)
		return
	}
	f.metrics.took(c.socket.port, c.took())
	wire := f.encode(c.request, out)
	if wire == nil {
		return
	}
	answered = true
	f.reply(c.socket, c.from, out, func() {
		f.cache.finish(c.exchange, authenticator, wire)
		_ = c.socket.send(c.from, wire)
	})
}

// aside waits for the answer beside the workers; false when too many do.
func (c conversation) aside(ask func(context.Context) reply) bool {
	c.request.wire = nil // its buffer takes the next packet
	taken := c.socket.aside(func() {
		defer c.front.recovered("packet")
		c.have(func() reply {
			return c.front.within(context.Background(), c.request, func(ctx context.Context, _ request) reply { return ask(ctx) })
		})
	})
	if !taken {
		c.front.overflow(c.socket, c.from)
	}
	return taken
}

func (f *front) within(ctx context.Context, r request, handle func(context.Context, request) reply) reply {
	ctx, cancel := requestContext(ctx)
	defer cancel()
	return handle(ctx, r)
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

func (f *front) overflow(k *socket, from netip.AddrPort) {
	name := unknownRouter
	if router, ok := f.routerAt(k, from); ok {
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
