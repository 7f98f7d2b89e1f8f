package radius

import (
	"context"
	"net"
	"time"
)

// conversation is a request that gets its answer.
type conversation struct {
	front    *front
	socket   *socket
	to       net.Addr
	request  request
	exchange exchange
	at       time.Duration // when the request came, by the socket's stopwatch
}

// have gets the answer and sends it. One that has to wait does not hold the reader; without an answer, the next copy of the
// request is tried afresh.
func (c conversation) have(answer func() reply) {
	answered := false
	defer func() {
		if !answered {
			c.forget()
		}
	}()
	out := answer()
	if out.flood {
		c.front.flooded(c.request.router)
		return
	}
	if out.ask != nil {
		answered = c.aside(out.ask)
		return
	}
	wire := c.front.encode(c.request, out)
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

func (c conversation) forget() { c.front.cache.forget(c.exchange, c.request.packet.Authenticator) }

// send leaves the datagram to the next flush.
func (c conversation) send(wire []byte) {
	c.front.metrics.took(c.socket.port, c.socket.since()-c.at)
	c.front.cache.finish(c.exchange, c.request.packet.Authenticator, wire)
	c.socket.post.drop(c.to, wire)
}

// whenKept sends the answer once the record is on the disk, and none when it is not.
func (c conversation) whenKept(record, wire []byte) {
	k := c.socket
	c.request.wire = nil // its buffer takes the next packet
	giveBack, ok := hold(&c.front.guard.disk, c.request.router.ID, shareOfDisk)
	if !ok {
		c.forget()
		c.front.flooded(c.request.router)
		return
	}
	if k.storing.Add(1) > storingAtOnce {
		k.storing.Add(-1)
		giveBack()
		c.forget()
		c.front.overflow(k, c.request.router)
		return
	}
	k.asking.Add(1)
	c.front.store(record, func(err error) {
		defer k.asking.Done()
		giveBack()
		k.storing.Add(-1)
		if err != nil {
			c.forget()
			c.front.notStored(c.request.router, err)
			return
		}
		c.send(wire)
		k.post.flushLater()
	})
}

// aside waits for the answer beside the readers; false when too many do.
func (c conversation) aside(ask func(context.Context) reply) bool {
	c.request.wire = nil // its buffer takes the next packet
	router := c.request.router
	giveBack, ok := hold(&c.front.guard.asides, router.ID, shareOfAside)
	if !ok {
		c.front.flooded(router)
		return false
	}
	taken := c.socket.aside(func() {
		defer giveBack()
		defer c.front.recovered("packet")
		ctx, cancel := requestContext(context.Background())
		defer cancel()
		c.have(func() reply { return ask(ctx) })
		c.socket.post.flush()
	})
	if !taken {
		giveBack()
		c.front.overflow(c.socket, router)
	}
	return taken
}
