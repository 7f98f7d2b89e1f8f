package load

import (
	"context"
	"crypto/md5"
	"fmt"
	"net"
	"runtime"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	codec "layeh.com/radius"
)

// Ceiling answers every request with an accept or an acknowledgement, and does only the sums which that takes: it knows nobody,
// stores nothing and decides nothing. It ends with ctx.
func Ceiling(ctx context.Context, conn *net.UDPConn, secret string) error {
	_ = conn.SetReadBuffer(buffer)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	failed := make(chan error, runtime.GOMAXPROCS(0))
	var readers sync.WaitGroup
	for range cap(failed) {
		readers.Go(func() { failed <- ceiling(ctx, ipv4.NewPacketConn(conn), []byte(secret)) })
	}
	readers.Wait()
	return <-failed
}

func ceiling(ctx context.Context, conn *ipv4.PacketConn, secret []byte) error {
	const some = 32
	in, out := make([]ipv4.Message, some), make([]ipv4.Message, some)
	for i := range in {
		in[i].Buffers = [][]byte{make([]byte, largest)}
		out[i].Buffers = [][]byte{make([]byte, 0, largest)}
	}
	tail := &wire{}
	tail.vendor(14988, 8, []byte("10M/20M"))
	tail.number(27, 3600)
	mac := newHMAC(secret)
	for {
		n, err := conn.ReadBatch(in, 0)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("ceiling: %w", err)
		}
		ready := 0
		for _, m := range in[:n] {
			answer := answerTo(m.Buffers[0][:m.N], out[ready].Buffers[0][:0], tail.octets, secret, mac)
			if answer == nil {
				continue
			}
			out[ready].Buffers[0], out[ready].Addr = answer, m.Addr
			ready++
		}
		for sent := 0; sent < ready; {
			n, err := conn.WriteBatch(out[sent:ready], 0)
			if err != nil {
				return fmt.Errorf("ceiling: %w", err)
			}
			sent += n
		}
	}
}

// answerTo appends the answer to a request; nil when there is none.
func answerTo(q, answer, tail, secret []byte, mac *hmacMD5) []byte {
	if len(q) < headerBytes {
		return nil
	}
	w := &wire{octets: append(answer, q[:headerBytes]...)}
	w.octets[0]++ // the code of the answer
	switch codec.Code(q[0]) {
	case codec.CodeAccountingRequest:
	case codec.CodeAccessRequest:
		at, n := find(q, 80)
		if n != md5.Size {
			return nil
		}
		said := [md5.Size]byte(q[at : at+n])
		clear(q[at : at+n])
		if mac.sum(q) != said {
			return nil
		}
		w.add(80, make([]byte, md5.Size))
		w.octets = append(w.octets, tail...)
		sum := mac.sum(w.done())
		copy(w.octets[headerBytes+2:], sum[:])
	default:
		return nil
	}
	octets := w.done()
	sum := md5.Sum(append(octets, secret...)) // its buffer is large enough, and the secret is not sent
	copy(octets[4:headerBytes], sum[:])
	return octets
}
