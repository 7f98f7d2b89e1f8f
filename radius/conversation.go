package radius

import (
	"context"
	"time"

	"mtandao/radius/routers"
)

// conversation is a request that gets its answer.
type conversation struct {
	front         *front
	socket        *socket
	to            returnPath
	router        *routers.Router
	exchange      exchange
	authenticator [16]byte      // of the request
	at            time.Duration // when the request came, by the socket's stopwatch
}

// have gets the answer and sends it. One that has to wait does not hold the reader; without an answer, the next copy of the
// request is tried afresh.
func (c conversation) have(r request, answer func() reply) {
	answered := false
	defer func() {
		if !answered {
			c.forget()
		}
	}()
	out := answer()
	if out.flood {
		c.front.flooded(c.router)
		return
	}
	if out.ask != nil {
		answered = c.aside(r, out.ask)
		return
	}
	wire := c.front.encode(r, out)
	if wire == nil {
		return
	}
	answered = true
	switch {
	case out.keep != nil:
		c.whenKept(out.keep, wire)
	case out.after > 0:
		c.socket.sendLater(out.after, func() { c.send(wire); c.socket.post.flush() })
	default:
		c.send(wire)
	}
}

func (c conversation) forget() { c.front.cache.forget(c.exchange, c.authenticator) }

// send leaves the datagram to the next flush.
func (c conversation) send(wire []byte) {
	c.front.metrics.took(c.socket.port, c.socket.since()-c.at)
	c.front.cache.finish(c.exchange, c.authenticator, wire)
	c.socket.post.drop(c.to, wire)
}

// whenKept sends the answer once the record is on the disk, and none when it is not.
func (c conversation) whenKept(record, wire []byte) {
	k := c.socket
	held, ok := hold(&c.front.guard.disk, c.router.ID, shareOfDisk)
	if !ok {
		c.forget()
		c.front.flooded(c.router)
		return
	}
	if k.storing.Add(1) > storingAtOnce {
		k.storing.Add(-1)
		held.Add(-1)
		c.forget()
		c.front.overflow(k, c.router)
		return
	}
	k.asking.Add(1)
	c.front.store(record, func(err error) {
		defer k.asking.Done()
		held.Add(-1)
		k.storing.Add(-1)
		if err != nil {
			c.forget()
			c.front.notStored(c.router, err)
			return
		}
		c.send(wire)
		k.post.flushLater()
	})
}

// aside waits for the answer beside the readers; false when too many do.
func (c conversation) aside(r request, ask func(context.Context) reply) bool {
	held, ok := hold(&c.front.guard.asides, c.router.ID, shareOfAside)
	if !ok {
		c.front.flooded(c.router)
		return false
	}
	r.wire = nil // its buffer takes the next packet
	r.tray.leave()
	taken := c.socket.aside(func() {
		defer held.Add(-1)
		defer c.front.recovered("packet")
		ctx, cancel := requestContext(context.Background())
		defer cancel()
		c.have(r, func() reply { return ask(ctx) })
		c.socket.post.flush()
	})
	if !taken {
		held.Add(-1)
		c.front.overflow(c.socket, c.router)
	}
	return taken
}
