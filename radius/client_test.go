package radius

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc2869"
)

// client is a router of the test's own making; it shares no signing code with the server.
type client struct {
	t    testing.TB
	conn *net.UDPConn
	to   netip.AddrPort
}

func newClient(t testing.TB, to netip.AddrPort) *client {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(to.Addr(), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t: t, conn: conn, to: to}
}

// mark puts Message-Authenticator last into an encoded Access-Request or Status-Server.
func mark(wire []byte, secret string) []byte {
	wire = append(wire, 80, 18)
	wire = append(wire, make([]byte, 16)...)
	binary.BigEndian.PutUint16(wire[2:], uint16(len(wire)))
	h := hmac.New(md5.New, []byte(secret))
	h.Write(wire)
	copy(wire[len(wire)-16:], h.Sum(nil))
	return wire
}

func (c *client) send(wire []byte) {
	c.t.Helper()
	if _, err := c.conn.WriteToUDPAddrPort(wire, c.to); err != nil {
		c.t.Fatal(err)
	}
}

// receive returns the next packet, nil after the wait.
func (c *client) receive(wait time.Duration) []byte {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(wait))
	buffer := make([]byte, 4096)
	n, _, err := c.conn.ReadFromUDPAddrPort(buffer)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return buffer[:n]
}

// ask sends and returns the checked answer; nil when there was none in time.
func (c *client) ask(wire []byte, secret string) *codec.Packet {
	c.t.Helper()
	c.send(wire)
	answer := c.receive(2 * time.Second)
	if answer == nil {
		return nil
	}
	if !codec.IsAuthenticResponse(answer, wire, []byte(secret)) {
		c.t.Error("the answer's authenticator is wrong")
	}
	p, err := codec.Parse(answer, []byte(secret))
	if err != nil {
		c.t.Fatal(err)
	}
	copy(p.Authenticator[:], wire[4:20])
	return p
}

const quiet = 150 * time.Millisecond // long enough for an answer that must not come

func papRequest(t testing.TB, name, password, secret string) *codec.Packet {
	t.Helper()
	p := codec.New(codec.CodeAccessRequest, []byte(secret))
	for _, err := range []error{
		rfc2865.UserName_AddString(p, name),
		rfc2865.UserPassword_AddString(p, password),
		rfc2865.CallingStationID_AddString(p, "AA:BB:CC:DD:EE:FF"),
		rfc2865.NASIdentifier_AddString(p, "gate"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func encoded(t testing.TB, p *codec.Packet) []byte {
	t.Helper()
	wire, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// report is an accounting packet in short.
type report struct {
	status        rfc2866.AcctStatusType
	id            string
	seconds       int64
	in, out       int64
	delay         uint32
	class         []byte
	mac, user, ip string
	narrow        bool // no gigawords
}

func (r report) packet(t testing.TB, secret string) *codec.Packet {
	t.Helper()
	p := codec.New(codec.CodeAccountingRequest, []byte(secret))
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	add(rfc2866.AcctStatusType_Add(p, r.status))
	add(rfc2865.NASIdentifier_AddString(p, "gate"))
	if r.id != "" {
		add(rfc2866.AcctSessionID_AddString(p, r.id))
	}
	if r.mac == "" {
		r.mac = "AA:BB:CC:DD:EE:FF"
	}
	add(rfc2865.CallingStationID_AddString(p, r.mac))
	if r.user == "" {
		r.user = "asha"
	}
	add(rfc2865.UserName_AddString(p, r.user))
	if r.ip != "" {
		add(rfc2865.FramedIPAddress_Add(p, net.ParseIP(r.ip)))
	}
	if r.status == rfc2866.AcctStatusType_Value_InterimUpdate || r.status == rfc2866.AcctStatusType_Value_Stop {
		add(rfc2866.AcctSessionTime_Add(p, rfc2866.AcctSessionTime(r.seconds)))
		add(rfc2866.AcctInputOctets_Add(p, rfc2866.AcctInputOctets(uint32(r.in))))
		add(rfc2866.AcctOutputOctets_Add(p, rfc2866.AcctOutputOctets(uint32(r.out))))
		if !r.narrow {
			add(rfc2869.AcctInputGigawords_Add(p, rfc2869.AcctInputGigawords(r.in>>32)))
			add(rfc2869.AcctOutputGigawords_Add(p, rfc2869.AcctOutputGigawords(r.out>>32)))
		}
	}
	if r.status == rfc2866.AcctStatusType_Value_Stop {
		add(rfc2866.AcctTerminateCause_Add(p, rfc2866.AcctTerminateCause_Value_UserRequest))
	}
	if r.delay > 0 {
		add(rfc2866.AcctDelayTime_Add(p, rfc2866.AcctDelayTime(r.delay)))
	}
	if r.class != nil {
		add(rfc2865.Class_Add(p, r.class))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return p
}
