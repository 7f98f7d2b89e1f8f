package tunnel

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/netip"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

const (
	echoRequest = 8
	echoHeader  = 8
	echoAgain   = time.Second
)

// Ping sends an echo request inside the tunnel, again each second until ctx ends, and returns how long the first answer
// took. fault.Unavailable "router.unreachable" when there is none, at once when the router is not there.
func (s *Service) Ping(ctx context.Context, a netip.Addr) (time.Duration, error) {
	if !s.Reaches(a) {
		return 0, fault.New(fault.Unavailable, "router.unreachable")
	}
	socket, err := s.hub.net.DialPingAddr(netip.Addr{}, a)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, "router.unreachable", err)
	}
	mark, since, answered := seal.Random(16), clock.Stopwatch(), make(chan time.Duration, 1)
	reading := make(chan struct{})
	go func() { // before anything is sent: the socket tells of what comes, not of what has come
		defer close(reading)
		awaitEcho(socket, mark, since, answered)
	}()
	defer func() {
		_ = socket.Close()
		<-reading
	}()
	again := time.NewTicker(echoAgain)
	defer again.Stop()
	for {
		if _, err := socket.Write(echo(mark, since())); err != nil {
			return 0, fault.Wrap(fault.Unavailable, "router.unreachable", err)
		}
		select {
		case took := <-answered:
			return took, nil
		case <-again.C:
		case <-ctx.Done():
			return 0, fault.Wrap(fault.Unavailable, "router.unreachable", ctx.Err())
		}
	}
}

// echo is a request that carries our mark and when it was sent; the stack fills in identifier and checksum.
func echo(mark []byte, at time.Duration) []byte {
	message := append(make([]byte, echoHeader), mark...)
	message[0] = echoRequest
	return binary.BigEndian.AppendUint64(message, uint64(at))
}

func awaitEcho(socket interface{ Read([]byte) (int, error) }, mark []byte, since func() time.Duration, answered chan<- time.Duration) {
	var b [largest]byte
	for {
		n, err := socket.Read(b[:])
		if err != nil {
			return
		}
		body := b[min(n, echoHeader):n]
		if len(body) == len(mark)+8 && bytes.Equal(body[:len(mark)], mark) {
			answered <- since() - time.Duration(binary.BigEndian.Uint64(body[len(mark):]))
			return
		}
	}
}
