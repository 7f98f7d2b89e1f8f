package tunnel

import (
	"crypto/rand"
	"net"
	"net/netip"
	"testing"
	"time"
)

// Whatever strangers throw at the port, those who belong go on.
func TestStrangersAtTheDoor(t *testing.T) {
	t.Parallel()
	h, m, c := oneUp(t)
	stranger, err := net.Dial("udp", h.endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	for n := range 5000 {
		b := make([]byte, n%2100)
		_, _ = rand.Read(b)
		if len(b) > 4 {
			b[0], b[1], b[2], b[3] = byte(n%6), 0, 0, 0 // the kinds of WireGuard's messages, and two that are none
		}
		_, _ = stranger.Write(b)
	}
	if got := c.ask(1812, "2", enough); got != m.address.String()+" 2" {
		t.Errorf("after the flood: %q", got)
	}
	if _, all := h.tunnel.Up(); all > 1 {
		t.Errorf("%d peers", all)
	}
}

// A router that is let in is not thereby trusted to send well-formed packets.
func FuzzInnerPacket(f *testing.F) {
	reply := append(make([]byte, ipv4Header), echoMessage(mark{1}, time.Second)...)
	reply[0], reply[9], reply[ipv4Header] = 0x45, icmp, echoReply
	f.Add(reply)
	f.Add(reply[:ipv4Header])
	f.Add([]byte{0x4f})
	f.Fuzz(func(t *testing.T, packet []byte) {
		h := &hub{routes: map[netip.Addr]*route{}, since: func() time.Duration { return time.Hour }}
		answered := make(chan time.Duration, 1)
		h.echoes.add(mark{1}, echo{of: netip.IPv4Unspecified(), since: func() time.Duration { return time.Minute }, answered: answered})
		if len(packet) >= ipv4Header && packet[0]>>4 == 4 {
			h.echoes.look(packet, netip.AddrFrom4([4]byte(packet[12:16])))
		}
		var p [largest]byte
		if h.forward(&p, copy(p[2:], packet)) {
			t.Error("a packet left for nowhere")
		}
	})
}

// The end may come in the middle of everything: the stack still sends while it is taken down.
func TestCloseUnderFire(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.member("cafe")
	c := h.dial(m)
	for round := range 10 {
		h.mirror(1812)
		if c.ask(1812, "up", enough) == "" {
			t.Fatal("not up in round", round)
		}
		socket, err := h.tunnel.ListenPacket(0)
		if err != nil {
			t.Fatal(err)
		}
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for to := net.UDPAddrFromAddrPort(netip.AddrPortFrom(m.address, 9)); ; {
				select {
				case <-stop:
					return
				default:
					_, _ = socket.WriteTo(make([]byte, 200), to)
				}
			}
		}()
		address := h.endpoint()
		if err := h.tunnel.Close(); err != nil {
			t.Error(err)
		}
		close(stop)
		<-stopped
		h.tunnel = h.open(address)
		c.device.Close()
		c = h.dial(m)
	}
}
