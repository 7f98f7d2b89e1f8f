package radius

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

func TestAcceptCarriesTheAnswer(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	p := papRequest(t, "asha", "siri", testSecret)
	p.Add(proxyStateType, codec.Attribute("one"))
	p.Add(proxyStateType, codec.Attribute("two"))
	answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
	if answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Fatalf("no Accept: %v", answer)
	}
	if answer.Attributes[0].Type != messageAuthType {
		t.Error("Message-Authenticator is not first")
	}
	if timeout := rfc2865.SessionTimeout_Get(answer); timeout != 3600 {
		t.Errorf("Session-Timeout %d", timeout)
	}
	who, ok := readClass(b.keys, answer.Get(rfc2865.Class_Type))
	if !ok || who != (authorisation{GrantID: testGrant, LoginID: 9, Told: toldTest}) {
		t.Errorf("Class names %+v, %v", who, ok)
	}
	states, _ := rfc2865.ProxyState_Gets(answer)
	if len(states) != 2 || string(states[0]) != "one" || string(states[1]) != "two" {
		t.Errorf("Proxy-State came back as %q", states)
	}
	if a := b.access.tried()[0]; a.MAC != testMAC || a.RouterID != 7 || a.SiteID != 3 || a.MACLogin {
		t.Errorf("attempt %+v", a)
	}
}

func TestReplyMessageAuthenticator(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	request := mark(encoded(t, papRequest(t, "asha", "wrong", testSecret)), testSecret)
	c.send(request)
	answer := c.receive(2 * time.Second)
	if answer == nil || answer[20] != 80 {
		t.Fatalf("no Reject that begins with Message-Authenticator: %x", answer)
	}
	covered := append([]byte{}, answer...)
	copy(covered[4:20], request[4:20])
	copy(covered[22:38], make([]byte, 16))
	h := hmac.New(md5.New, []byte(testSecret))
	h.Write(covered)
	if !hmac.Equal(h.Sum(nil), answer[22:38]) {
		t.Error("Message-Authenticator is wrong")
	}
}

func TestCopyGetsTheSameOctets(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	request := mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret)
	c.send(request)
	first := c.receive(2 * time.Second)
	c.send(append(append([]byte{}, request...), 0, 0, 0)) // the same, padded
	second := c.receive(2 * time.Second)
	if first == nil || !bytes.Equal(first, second) {
		t.Errorf("first %x\nsecond %x", first, second)
	}
	if b.access.admitted() != 1 {
		t.Errorf("%d log-ins", b.access.admitted())
	}
	other := papRequest(t, "asha", "siri", testSecret)
	other.Identifier = request[1]
	if c.ask(mark(encoded(t, other), testSecret), testSecret) == nil || b.access.admitted() != 2 {
		t.Errorf("an identifier used again: %d log-ins, want 2", b.access.admitted())
	}
}

func TestCopyInWorkIsDropped(t *testing.T) {
	b := newServing(t)
	working, proceed := make(chan bool, 2), make(chan bool)
	b.access.during(func() { working <- true; <-proceed })
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	request := mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret)
	c.send(request)
	<-working
	c.send(request)
	time.Sleep(50 * time.Millisecond)
	close(proceed)
	if c.receive(2*time.Second) == nil || c.receive(quiet) != nil || b.access.admitted() != 1 {
		t.Errorf("%d log-ins, or not exactly one answer", b.access.admitted())
	}
}

func TestForgeryDoesNotTouchTheCache(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	request := mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret)
	forged := append([]byte{}, request...)
	forged[len(forged)-1] ^= 1
	c.send(forged)
	if answer := c.ask(request, testSecret); answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Errorf("after a forgery the real request gets %v", answer)
	}
}

func TestRejectIsDelayedAndHoldsNobody(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.auth.rejectDelay = rejectDelay
	b.serve(t)
	auth, _ := b.Addresses()
	began := time.Now()
	var all sync.WaitGroup
	const clients = 256
	for range clients {
		c := newClient(t, auth)
		wire := mark(encoded(t, papRequest(t, "asha", "wrong", testSecret)), testSecret)
		all.Go(func() {
			if answer := c.ask(wire, testSecret); answer == nil || answer.Code != codec.CodeAccessReject {
				t.Errorf("got %v", answer)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took < rejectDelay || took > rejectDelay+time.Second {
		t.Errorf("%d refusals took %v", clients, took)
	}
}

func TestPanicIsSurvived(t *testing.T) {
	b := newServing(t)
	b.dialect.during(func() { panic("a bad dialect") })
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	request := mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret)
	c.send(request)
	if c.receive(quiet) != nil {
		t.Error("answered")
	}
	b.dialect.during(nil)
	if answer := c.ask(request, testSecret); answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Errorf("the copy after a panic gets %v", answer)
	}
	if !b.log.has("a bad dialect") {
		t.Error("the panic is not in the log")
	}
}

func TestMACLogin(t *testing.T) {
	for name, c := range map[string]struct {
		allowed        bool
		user, password string
		want           codec.Code
	}{
		"its own MAC":            {true, "aa-bb-cc-dd-ee-ff", "aa-bb-cc-dd-ee-ff", codec.CodeAccessAccept},
		"a constant password":    {true, "AABBCCDDEEFF", "mtandao", codec.CodeAccessAccept},
		"another's MAC":          {true, "11:22:33:44:55:66", "", codec.CodeAccessReject},
		"not on this router":     {false, "aa-bb-cc-dd-ee-ff", "aa-bb-cc-dd-ee-ff", codec.CodeAccessReject},
		"a name goes on as ever": {true, "asha", "siri", codec.CodeAccessAccept},
	} {
		t.Run(name, func(t *testing.T) {
			b := newServing(t)
			b.routers.change(7, func(r *routers.Router) { r.MACLogin = c.allowed })
			auth, _ := b.Addresses()
			p := papRequest(t, c.user, c.password, testSecret)
			if answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret); answer == nil || answer.Code != c.want {
				t.Errorf("got %v, want %v", answer, c.want)
			}
		})
	}
}

func TestTwoMethodsAreRefused(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	p := papRequest(t, "asha", "siri", testSecret)
	p.Add(rfc2865.CHAPPassword_Type, make([]byte, 17))
	answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
	if answer == nil || answer.Code != codec.CodeAccessReject || b.access.admitted() != 0 {
		t.Errorf("got %v after %d log-ins", answer, b.access.admitted())
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	b := newServing(t)
	b.access.edit(func(f *fakeAccess) { f.grant.State = access.Suspended })
	auth, _ := b.Addresses()
	answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret)
	if answer == nil || answer.Code != codec.CodeAccessReject {
		t.Fatalf("got %v", answer)
	}
	message := rfc2865.ReplyMessage_GetString(answer)
	if message == "" || len(message) > longestMessage || strings.Contains(message, "siri") {
		t.Errorf("Reply-Message %q", message)
	}
}

func TestStatusServerOnBothPorts(t *testing.T) {
	b := newServing(t)
	auth, acct := b.Addresses()
	for to, want := range map[netip.AddrPort]codec.Code{auth: codec.CodeAccessAccept, acct: codec.CodeAccountingResponse} {
		p := codec.New(codec.CodeStatusServer, []byte(testSecret))
		answer := newClient(t, to).ask(mark(encoded(t, p), testSecret), testSecret)
		if answer == nil || answer.Code != want {
			t.Errorf("%v: %v", want, answer)
		}
	}
	if b.access.admitted() != 0 || b.spool.length() != 0 {
		t.Error("a Status-Server did something")
	}
}

func TestAccountingIsStoredBeforeTheAnswer(t *testing.T) {
	b := newServing(t)
	_, acct := b.Addresses()
	c := newClient(t, acct)
	wire := encoded(t, report{status: rfc2866.AcctStatusType_Value_Start, id: "81"}.packet(t, testSecret))
	b.spool.mu.Lock()
	b.spool.full = true
	b.spool.mu.Unlock()
	c.send(wire)
	if c.receive(quiet) != nil {
		t.Fatal("answered, and not stored")
	}
	b.spool.mu.Lock()
	b.spool.full = false
	b.spool.mu.Unlock()
	if answer := c.ask(wire, testSecret); answer == nil || answer.Code != codec.CodeAccountingResponse {
		t.Fatalf("the copy gets %v", answer)
	}
	r, err := decodeRecord(b.spool.payloads()[0].Payload)
	if err != nil || r.RouterID != 7 || !r.At.Equal(noon) || r.Node != "test" || !bytes.Equal(r.Raw, wire) {
		t.Errorf("stored %+v, %v", r, err)
	}
	if c.ask(wire, testSecret) == nil || b.spool.length() != 1 {
		t.Errorf("a copy: %d records", b.spool.length())
	}
}

// TestAnswersReachBothFamilies: production listens on all addresses with one socket.
func TestAnswersReachBothFamilies(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.addresses = [2]string{":0", ":0"}
	b.routers.change(7, func(r *routers.Router) { r.Addresses = append(r.Addresses, netip.MustParsePrefix("::1/128")) })
	b.serve(t)
	auth, _ := b.Addresses()
	for _, from := range []string{"127.0.0.1", "::1"} {
		c := newClient(t, netip.AddrPortFrom(netip.MustParseAddr(from), auth.Port()))
		if answer := c.ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret); answer == nil || answer.Code != codec.CodeAccessAccept {
			t.Errorf("from %s: %v", from, answer)
		}
	}
}

// TestTooManyRecordsForTheDiskAreDropped: a disk that hangs holds a bounded number of records, and log-ins go on.
func TestTooManyRecordsForTheDiskAreDropped(t *testing.T) {
	b := newServing(t)
	var hung []func(error)
	b.front.store = func(_ []byte, done func(error)) { hung = append(hung, done) }
	k := b.sockets[acctPort]
	for i := range storingAtOnce + 10 {
		e := exchange{from: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(i/256)), socket: acctPort, identifier: byte(i)}
		router := testRouter()
		router.ID = int64(i / shareOfDisk) // a router holds no more than its share
		conversation{front: b.front, socket: k, to: returnPath{to: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}}, router: &router, exchange: e}.whenKept([]byte("record"), []byte("answer"))
	}
	if len(hung) != storingAtOnce || b.dropped(t, "too many wait") != 10 {
		t.Errorf("%d wait, %v dropped", len(hung), b.dropped(t, "too many wait"))
	}
	auth, _ := b.Addresses()
	if answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret); answer == nil {
		t.Error("log-ins wait for the disk")
	}
	for _, done := range hung {
		done(errors.New("the disk"))
	}
	if n := k.storing.Load(); n != 0 || b.dropped(t, "not stored") != storingAtOnce {
		t.Errorf("%d still wait", n)
	}
}

func TestStopAnswersWhatItTookIn(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	b.auth.rejectDelay = rejectDelay
	working := make(chan bool, 1)
	b.access.during(func() { working <- true; time.Sleep(100 * time.Millisecond) })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx) }()
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	c.send(mark(encoded(t, papRequest(t, "asha", "wrong", testSecret)), testSecret))
	<-working
	cancel()
	if c.receive(rejectDelay/2) == nil {
		t.Error("the request in work at the stop got no answer")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
