package radius

import (
	"net"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// returnPath is where an answer goes, and the address of ours that it leaves from: the one that was asked (RFC 2865 §3). A machine with
// several would else answer from the one that its routes prefer, and the router would take it for a stranger's.
type returnPath struct {
	to   net.Addr
	from []byte // a control message; nil: the socket has one address
}

// fromLength holds the control message with which the system tells which address was asked.
const fromLength = 64

// tellAsked has the system tell with each datagram which address was asked, on a socket that listens on all.
func tellAsked(conn *net.UDPConn) error {
	local, _ := conn.LocalAddr().(*net.UDPAddr)
	switch {
	case local == nil || !local.IP.IsUnspecified():
		return nil
	case local.IP.To4() != nil:
		return ipv4.NewPacketConn(conn).SetControlMessage(ipv4.FlagDst, true)
	}
	return ipv6.NewPacketConn(conn).SetControlMessage(ipv6.FlagDst, true)
}

// askedAt remembers the control messages of one reader: there are as many as the machine has addresses.
type askedAt map[string][]byte

const mostAsked = 1024

// from is the control message with which an answer leaves from the address that a datagram was sent to.
func (a askedAt) from(told []byte) []byte {
	if len(told) == 0 {
		return nil
	}
	from, known := a[string(told)]
	if known {
		return from
	}
	if len(a) >= mostAsked {
		clear(a)
	}
	from = sourceOfAnswer(told)
	a[string(told)] = from
	return from
}

// sourceOfAnswer leaves the way out to the routes, but for addresses that mean something on one link only.
func sourceOfAnswer(told []byte) []byte {
	var six ipv6.ControlMessage
	if six.Parse(told) == nil && six.Dst != nil {
		if six.Dst.To4() == nil {
			back := ipv6.ControlMessage{Src: six.Dst}
			if six.Dst.IsLinkLocalUnicast() {
				back.IfIndex = six.IfIndex
			}
			return back.Marshal()
		}
		return (&ipv4.ControlMessage{Src: six.Dst}).Marshal()
	}
	var four ipv4.ControlMessage
	if four.Parse(told) == nil && four.Dst != nil {
		return (&ipv4.ControlMessage{Src: four.Dst}).Marshal()
	}
	return nil
}
