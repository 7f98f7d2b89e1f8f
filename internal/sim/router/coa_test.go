package router

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// dynamic sends a CoA or Disconnect from the server's address and returns the answer's octets; nil is silence.
func dynamic(t *testing.T, r *Router, octets []byte) []byte {
	t.Helper()
	conn, err := net.Dial("udp", r.CoAAddress())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return dynamicOn(t, conn, octets)
}

func dynamicOn(t *testing.T, conn net.Conn, octets []byte) []byte {
	t.Helper()
	_, _ = conn.Write(octets)
	_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	buffer := make([]byte, maxPacket)
	n, err := conn.Read(buffer)
	if err != nil {
		return nil
	}
	return buffer[:n]
}

func coaRequest(code byte, add ...func(*packet)) []byte {
	p := &packet{code: code, id: 9}
	p.add(attrMessageAuthenticator, make([]byte, 16))
	for _, each := range add {
		each(p)
	}
	return sealRequest(p, []byte(testSecret))
}

func answerOf(t *testing.T, request, answer []byte) (code byte, cause uint32) {
	t.Helper()
	if answer == nil {
		return 0, 0
	}
	p, err := openReply(answer, request[4:20], []byte(testSecret), true)
	if err != nil {
		t.Fatalf("answer: %v", err)
	}
	return p.code, value(p, attrErrorCause)
}

func user(name string) func(*packet) { return func(p *packet) { p.addText(attrUserName, name) } }

func ip(d Device) func(*packet) { return func(p *packet) { p.addAddress(attrFramedIPAddress, d.IP()) } }

func text(kind byte, s string) func(*packet) { return func(p *packet) { p.addText(kind, s) } }

func TestDisconnectOfMikroTik(t *testing.T) {
	f := newFakeServer(t)
	r, plan := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	logIn(t, r, d, "v")
	for name, test := range map[string]struct {
		add   []func(*packet)
		code  byte
		cause uint32
	}{
		"name only":       {[]func(*packet){user("v")}, codeDisconnectNAK, 503},
		"address only":    {[]func(*packet){ip(d)}, codeDisconnectNAK, 503},
		"other name":      {[]func(*packet){user("w"), ip(d)}, codeDisconnectNAK, 503},
		"other session":   {[]func(*packet){user("v"), ip(d), text(attrAcctSessionID, "80000000")}, codeDisconnectNAK, 503},
		"other MAC":       {[]func(*packet){user("v"), ip(d), text(attrCallingStationID, "00:00:00:00:00:01")}, codeDisconnectNAK, 503},
		"other router":    {[]func(*packet){user("v"), ip(d), text(attrNASIdentifier, "elsewhere")}, codeDisconnectNAK, 403},
		"carrying limits": {[]func(*packet){user("v"), ip(d), number(attrSessionTimeout, 5)}, codeDisconnectNAK, 401},
	} {
		request := coaRequest(codeDisconnectRequest, test.add...)
		code, cause := answerOf(t, request, dynamic(t, r, request))
		if code != test.code || cause != test.cause || !d.Online() {
			t.Errorf("%s: code %d, cause %d, on line %v", name, code, cause, d.Online())
		}
	}
	plan.Advance(90 * time.Second)
	request := coaRequest(codeDisconnectRequest, user("v"), ip(d), text(attrCallingStationID, "aa-bb-cc-00-11-22"), text(attrNASIdentifier, "kasarani-1"))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeDisconnectACK {
		t.Fatalf("right identification: %d", code)
	}
	until(t, "the Stop", func() bool { return len(f.status(statusStop)) == 1 })
	if s := only(t, r); s.Cause != AdminReset || s.Time != 90*time.Second || value(f.status(statusStop)[0], attrAcctTerminateCause) != 6 {
		t.Errorf("session %+v", s)
	}
}

func TestForgedAndRepeatedRequests(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	d := join(t, r, "aabbcc001122")
	logIn(t, r, d, "v")
	request := coaRequest(codeDisconnectRequest, user("v"), ip(d))
	forged := bytes.Clone(request)
	forged[10] ^= 1
	if dynamic(t, r, forged) != nil || dynamic(t, r, request[:19]) != nil || !d.Online() {
		t.Error("a forged request was answered")
	}
	conn, err := net.Dial("udp", r.CoAAddress())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	first := dynamicOn(t, conn, request)
	logIn(t, r, d, "v")
	if again := dynamicOn(t, conn, request); first == nil || !bytes.Equal(first, again) || !d.Online() {
		t.Errorf("repeated: %x then %x, on line %v", first, again, d.Online())
	}
}

func TestChangeOfMikroTikLimits(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet {
		return accept(number(attrSessionTimeout, 600), vendorBytes(vendorMikroTik, mikrotikRateLimit, "8M/8M"))
	}
	r, plan := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	d.Use(100_000)
	logIn(t, r, d, "v")
	plan.Advance(10 * time.Second)
	request := coaRequest(codeCoARequest, user("v"), ip(d), vendorBytes(vendorMikroTik, mikrotikRateLimit, "1M/1M"))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeCoAACK {
		t.Fatalf("code %d", code)
	}
	plan.Advance(8 * time.Second)
	if s := only(t, r); s.Down != 10_000_000+1_000_000 || s.Left != 582*time.Second {
		t.Errorf("%d bytes, %v left: the rest must stay", s.Down, s.Left)
	}
	request = coaRequest(codeCoARequest, user("v"), ip(d), number(attrSessionTimeout, 3600))
	dynamic(t, r, request)
	if s := only(t, r); s.Left != 3600*time.Second-18*time.Second {
		t.Errorf("%v left: counts from the start", s.Left)
	}
	request = coaRequest(codeCoARequest, user("v"), ip(d), vendorBytes(vendorMikroTik, mikrotikRateLimit, "fast"))
	if code, cause := answerOf(t, request, dynamic(t, r, request)); code != codeCoANAK || cause != 407 {
		t.Errorf("bad rate: %d %d", code, cause)
	}
	if s := only(t, r); s.DownBps != 1_000_000 {
		t.Errorf("a refused change was applied: %d", s.DownBps)
	}
}

func TestChilliClearsWhatIsNotRepeated(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet {
		return accept(number(attrSessionTimeout, 600), vendorNumber(vendorChilli, chilliBandwidthDown, 8000))
	}
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc001122")
	logIn(t, r, d, "v")
	request := coaRequest(codeCoARequest, user("v"), vendorNumber(vendorChilli, chilliBandwidthDown, 1000))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeCoAACK {
		t.Fatalf("code %d", code)
	}
	if s := only(t, r); s.Timed || s.DownBps != 1_000_000 {
		t.Errorf("session %+v", s)
	}
	plan.Advance(time.Hour)
	if !d.Online() {
		t.Error("cut by a limit that was cleared")
	}
	if dynamic(t, r, coaRequest(codeDisconnectRequest, ip(d))) != nil {
		t.Error("answered without User-Name")
	}
	request = coaRequest(codeDisconnectRequest, user("w"))
	if code, cause := answerOf(t, request, dynamic(t, r, request)); code != codeDisconnectNAK || cause != 0 {
		t.Errorf("unknown name: %d %d", code, cause)
	}
	request = coaRequest(codeDisconnectRequest, user("v"))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeDisconnectACK || d.Online() {
		t.Errorf("disconnect: %d", code)
	}
}

func TestChilliAuthorisesAWaitingPhone(t *testing.T) {
	f := newFakeServer(t)
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc001122")
	state := func(n uint32) func(*packet) { return vendorNumber(vendorChilli, chilliSessionState, n) }
	request := coaRequest(codeCoARequest, user("v"), text(attrCallingStationID, "AA-BB-CC-00-11-22"), number(attrSessionTimeout, 60))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeCoANAK || d.Online() {
		t.Errorf("without Session-State: %d", code)
	}
	request = coaRequest(codeCoARequest, user("v"), text(attrCallingStationID, "AA-BB-CC-00-11-22"), number(attrSessionTimeout, 60),
		text(attrClass, "g7"), state(1))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeCoAACK || !d.Online() {
		t.Fatalf("authorise: %d", code)
	}
	until(t, "the Start", func() bool { return len(f.status(statusStart)) == 1 })
	if begin := f.status(statusStart)[0]; begin.text(attrUserName) != "v" || begin.text(attrClass) != "g7" || len(f.asked()) != 0 {
		t.Error("Start of a phone authorised by CoA")
	}
	plan.Advance(30 * time.Second)
	request = coaRequest(codeCoARequest, user("v"), state(2))
	if code, _ := answerOf(t, request, dynamic(t, r, request)); code != codeCoAACK || d.Online() {
		t.Errorf("put out: %d", code)
	}
}
