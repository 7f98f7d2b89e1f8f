package tunnel

import (
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"

	"mtandao/radius/routers"
)

// BenchmarkExchange is one question and its answer through the tunnel, as RADIUS has it; one in the air for each processor.
func BenchmarkExchange(b *testing.B) { benchExchange(b, 1) }

// BenchmarkExchange64 has 64 of them in the air.
func BenchmarkExchange64(b *testing.B) { benchExchange(b, 64) }

func benchExchange(b *testing.B, together int) {
	h, c, _ := benchPair(b)
	h.mirror(1812)
	if c.ask(1812, "up", enough) == "" {
		b.Fatal("not up")
	}
	b.SetParallelism((together + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	cpu := processor()
	b.RunParallel(func(pb *testing.PB) {
		socket, err := c.net.DialUDPAddrPort(netip.AddrPort{}, netip.AddrPortFrom(routers.TunnelServer, 1812))
		if err != nil {
			b.Error(err)
			return
		}
		defer socket.Close()
		question, answer := make([]byte, 180), make([]byte, 4096)
		for pb.Next() {
			for got := 0; got == 0; {
				_, _ = socket.Write(question)
				_ = socket.SetReadDeadline(time.Now().Add(time.Second))
				got, _ = socket.Read(answer)
			}
		}
	})
	reportProcessor(b, cpu)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
}

// BenchmarkStream sends home over TCP, in pieces of 32 KiB.
func BenchmarkStream(b *testing.B) {
	h, c, m := benchPair(b)
	h.mirror(1812)
	listener, err := c.net.ListenTCPAddrPort(netip.AddrPortFrom(m.address, 8728))
	if err != nil || c.ask(1812, "up", enough) == "" {
		b.Fatal("not up", err)
	}
	const piece = 32 << 10
	go func() {
		in, err := listener.Accept()
		if err != nil {
			return
		}
		for p := make([]byte, piece); err == nil; {
			_, err = in.Write(p)
		}
	}()
	out, err := h.tunnel.DialContext(b.Context(), netip.AddrPortFrom(m.address, 8728))
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	b.SetBytes(piece)
	p, cpu := make([]byte, piece), processor()
	for b.Loop() {
		if _, err := io.ReadFull(out, p); err != nil {
			b.Fatal(err)
		}
	}
	reportProcessor(b, cpu)
}

// Benchmark2000Routers is what 2,000 routers that are let in cost while they are silent, and a look at all of them.
func Benchmark2000Routers(b *testing.B) {
	h := newHouse(b)
	before := heap()
	peers := fakeMembers(2000)
	h.tunnel.routers = peers
	cpu := processor()
	if err := h.tunnel.followRouters(); err != nil {
		b.Fatal(err)
	}
	letIn, each := processor()-cpu, float64(heap()-before)/2000/1024
	cpu = processor()
	for b.Loop() {
		h.refresh()
	}
	reportProcessor(b, cpu)
	b.ReportMetric(float64(letIn.Milliseconds()), "cpu-ms-to-let-in")
	b.ReportMetric(each, "KiB/router")
	if got := len(h.tunnel.status); got != 2000 {
		b.Errorf("%d peers", got)
	}
}

// processor is the processor time that this process took, both ends of the tunnel; other work on the machine does not count.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportProcessor(b *testing.B, since time.Duration) {
	b.ReportMetric(float64((processor()-since).Microseconds())/float64(b.N), "cpu-µs/op")
}

// heap counts stacks too: each peer has goroutines.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

type members struct {
	Routers
	all []routers.Router
}

func (m members) Tunneled() []routers.Router { return m.all }

func fakeMembers(n int) members {
	var m members
	for id := range n {
		m.all = append(m.all, routers.Router{ID: int64(id + 1), Name: fmt.Sprint(id), Tunnel: routers.Tunnel{
			Address: netip.AddrFrom4([4]byte{10, 254, byte(1 + id/200), byte(1 + id%200)}), Public: publicOf(newPrivate())}})
	}
	return m
}

func benchPair(b *testing.B) (*house, *caller, *member) {
	h := newHouse(b)
	m := h.member("cafe")
	return h, h.dial(m), m
}
