package tunnel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	gstack "gvisor.dev/gvisor/pkg/tcpip/stack"
	tcpicmp "gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// netStack is the network stack behind the lanes: the one of WireGuard's tun/netstack, without that package. Its Close
// brings the program down when a packet is on its way out ("send on closed channel"), and its ping socket loses answers.
type netStack struct {
	stack *gstack.Stack
	link  *channel.Endpoint
}

const (
	nic         = 1
	innerBuffer = 4 << 20 // the stack's 32 KiB overflow when a site's power comes back
)

func openStack(own netip.Addr) (*netStack, error) {
	s := &netStack{link: channel.New(waiting, mtu, ""), stack: gstack.New(gstack.Options{
		NetworkProtocols:   []gstack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []gstack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, tcpicmp.NewProtocol4},
		HandleLocal:        true,
	})}
	sack := tcpip.TCPSACKEnabled(true)
	address := tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: tcpip.AddrFrom4(own.As4()).WithPrefix()}
	for _, failed := range []tcpip.Error{
		s.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &sack),
		s.stack.CreateNIC(nic, s.link),
		s.stack.AddProtocolAddress(nic, address, gstack.AddressProperties{}),
	} {
		if failed != nil {
			s.close()
			return nil, fmt.Errorf("network stack: %s", failed)
		}
	}
	s.stack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	return s, nil
}

// close waits until the stack has come to rest.
func (s *netStack) close() {
	s.stack.Close()
	s.link.Close()
	s.stack.Wait()
}

// take waits for the next packet that the stack sends; 0 once ctx is done.
func (s *netStack) take(ctx context.Context, to []byte) int {
	packet := s.link.ReadContext(ctx)
	if packet == nil {
		return 0
	}
	defer packet.DecRef()
	view := packet.ToView()
	defer view.Release()
	return copy(to, view.AsSlice())
}

// put hands an IPv4 packet to the stack, which keeps a copy.
func (s *netStack) put(packet []byte) {
	p := gstack.NewPacketBuffer(gstack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
	defer p.DecRef()
	s.link.InjectInbound(header.IPv4ProtocolNumber, p)
}

func full(a netip.AddrPort) *tcpip.FullAddress {
	return &tcpip.FullAddress{NIC: nic, Addr: tcpip.AddrFrom4(a.Addr().As4()), Port: a.Port()}
}

func (s *netStack) listenPacket(own netip.AddrPort) (net.PacketConn, error) {
	var queue waiter.Queue
	endpoint, failed := s.stack.NewEndpoint(udp.ProtocolNumber, ipv4.ProtocolNumber, &queue)
	if failed != nil {
		return nil, errors.New(failed.String())
	}
	endpoint.SocketOptions().SetReceiveBufferSize(innerBuffer, true)
	if failed := endpoint.Bind(*full(own)); failed != nil {
		endpoint.Close()
		return nil, errors.New(failed.String())
	}
	return gonet.NewUDPConn(&queue, endpoint), nil
}

func (s *netStack) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	return gonet.DialContextTCP(ctx, s.stack, *full(to), ipv4.ProtocolNumber)
}

// echoSocket sends ICMP messages to one address.
type echoSocket struct{ endpoint tcpip.Endpoint }

func (s *netStack) echo(to netip.Addr) (*echoSocket, error) {
	var queue waiter.Queue
	endpoint, failed := s.stack.NewEndpoint(tcpicmp.ProtocolNumber4, ipv4.ProtocolNumber, &queue)
	if failed != nil {
		return nil, errors.New(failed.String())
	}
	if failed := endpoint.Connect(*full(netip.AddrPortFrom(to, 0))); failed != nil {
		endpoint.Close()
		return nil, errors.New(failed.String())
	}
	return &echoSocket{endpoint}, nil
}

func (e *echoSocket) send(message []byte) error {
	if _, failed := e.endpoint.Write(bytes.NewReader(message), tcpip.WriteOptions{}); failed != nil {
		return errors.New(failed.String())
	}
	return nil
}
