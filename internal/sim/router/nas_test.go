package router

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAccessRequestByPAP(t *testing.T) {
	f := newFakeServer(t)
	r, _ := start(t, f, func(o *Options) { o.MACLogin = true })
	d := join(t, r, "AA-BB-CC-00-11-22")
	p := f.asked()[0]
	if f.octets()[0][20] != attrMessageAuthenticator {
		t.Error("Message-Authenticator is not first")
	}
	sealed := *p
	sealed.attributes = append([]attribute(nil), p.attributes...)
	sealed.attributes[0].value = make([]byte, 16)
	if !bytes.Equal(sealAccess(&sealed, []byte(testSecret)), f.octets()[0]) {
		t.Error("Message-Authenticator is wrong")
	}
	for kind, want := range map[byte]string{attrUserName: "AA:BB:CC:00:11:22", attrCallingStationID: "AA:BB:CC:00:11:22",
		attrNASIdentifier: "kasarani-1", attrCalledStationID: "hotspot1", attrFramedIPAddress: string(d.IP().AsSlice())} {
		if got := p.text(kind); got != want {
			t.Errorf("attribute %d is %q", kind, got)
		}
	}
	if password(p) != "AA:BB:CC:00:11:22" {
		t.Errorf("password %q", password(p))
	}
	if id := p.text(attrAcctSessionID); len(id) != 8 || !strings.HasPrefix(id, "80") || only(t, r).ID != id {
		t.Errorf("session id %q", id)
	}
	if !d.Online() {
		t.Error("not on line after Accept")
	}
}

func TestOwnCHAPChallenge(t *testing.T) {
	f := newFakeServer(t)
	r, _ := start(t, f, func(o *Options) { o.CHAP = true })
	err := r.logIn(context.Background(), join(t, r, "aabbcc001122").mac, credentials{user: "v", password: "pw", by: "api"})
	if err != nil {
		t.Fatal(err)
	}
	response, _ := f.asked()[0].get(attrCHAPPassword)
	challenge, _ := f.asked()[0].get(attrCHAPChallenge)
	if len(response) != 17 || !bytes.Equal(response[1:], chapResponse(response[0], "pw", challenge)) {
		t.Errorf("CHAP %x of %x", response, challenge)
	}
	if _, both := f.asked()[0].get(attrUserPassword); both {
		t.Error("User-Password and CHAP-Password")
	}
}

func TestVerdicts(t *testing.T) {
	for name, test := range map[string]struct {
		reply *packet
		want  string
	}{
		"accept":       {accept(), ""},
		"reject":       {reject(""), "invalid username or password"},
		"with message": {reject("Your time is over"), "Your time is over"},
		"bad rate":     {accept(vendorBytes(vendorMikroTik, mikrotikRateLimit, "fast")), "invalid rate-limit"},
		"silence":      {nil, "RADIUS server is not responding"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeServer(t)
			f.decide = func(*packet) *packet { return test.reply }
			r, _ := start(t, f, nil)
			d := join(t, r, "aabbcc001122")
			err := r.logIn(context.Background(), d.mac, credentials{user: "v", password: "x"})
			if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != test.want) {
				t.Fatalf("%v", err)
			}
			if d.Online() != (test.want == "") {
				t.Errorf("on line: %v", d.Online())
			}
		})
	}
}

func TestThreeTransmissionsOfTheSameOctets(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return nil }
	r, _ := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	if err := r.logIn(context.Background(), d.mac, credentials{user: "v"}); !errors.Is(err, errTimeout) {
		t.Fatal(err)
	}
	if len(f.octets()) != 3 || !bytes.Equal(f.octets()[0], f.octets()[1]) || !bytes.Equal(f.octets()[0], f.octets()[2]) {
		t.Errorf("%d transmissions", len(f.octets()))
	}
}

func TestBareRepliesAreDroppedUnlessOld(t *testing.T) {
	for old, want := range map[bool]bool{false: false, true: true} {
		f := newFakeServer(t)
		f.bare = true
		r, _ := start(t, f, func(o *Options) { o.AcceptBareReplies, o.NoAuthenticator = old, old })
		d := join(t, r, "aabbcc001122")
		_ = r.logIn(context.Background(), d.mac, credentials{user: "v"})
		if d.Online() != want {
			t.Errorf("old firmware %v: on line %v", old, d.Online())
		}
		if _, sent := f.asked()[0].get(attrMessageAuthenticator); sent == old {
			t.Errorf("old firmware %v: sends Message-Authenticator %v", old, sent)
		}
	}
}

func TestPortLimitCountsOtherPhones(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(number(attrPortLimit, 1)) }
	r, _ := start(t, f, nil)
	first, second := join(t, r, "aabbcc000001"), join(t, r, "aabbcc000002")
	logIn(t, r, first, "voucher")
	err := r.logIn(context.Background(), second.mac, credentials{user: "voucher"})
	if err == nil || !strings.Contains(err.Error(), "no more sessions are allowed") {
		t.Fatalf("second phone: %v", err)
	}
	first.Leave()
	logIn(t, r, second, "voucher")
}

func TestLoggedInAlready(t *testing.T) {
	f := newFakeServer(t)
	r, _ := start(t, f, nil)
	d := join(t, r, "aabbcc000001")
	logIn(t, r, d, "one")
	logIn(t, r, d, "one")
	if len(f.asked()) != 1 {
		t.Errorf("%d requests for the same name", len(f.asked()))
	}
	logIn(t, r, d, "two")
	if all := r.Sessions(); len(all) != 2 || all[0].Online || all[0].Cause != UserRequest || all[1].User != "two" || all[0].ID == all[1].ID {
		t.Errorf("sessions %+v", all)
	}
	if err := r.logIn(context.Background(), "00000000abcd", credentials{user: "v"}); !errors.Is(err, errUnknownHost) {
		t.Errorf("unknown host: %v", err)
	}
}

func TestJoin(t *testing.T) {
	r, _ := start(t, newFakeServer(t), func(o *Options) { o.Pool = must("10.9.0.0/27") })
	if _, err := r.Join("nonsense"); err == nil {
		t.Error("nonsense joined")
	}
	seen := map[string]bool{}
	var last Device
	for i := range 11 {
		last = join(t, r, "aabbcc0000"+string("0123456789abcdef"[i])+"0")
		seen[last.IP().String()] = true
	}
	if len(seen) != 11 {
		t.Errorf("%d addresses for 11 phones", len(seen))
	}
	if _, err := r.Join("ffffffffffff"); err == nil {
		t.Error("the pool should be full")
	}
	if again := join(t, r, last.MAC()); again.IP() != last.IP() {
		t.Error("same phone, other address")
	}
	last.Leave()
	if taken := join(t, r, "ffffffffffff"); taken.IP() != last.IP() {
		t.Error("the free address is not reused")
	}
}

func TestDeadServerIsFastToRecover(t *testing.T) {
	f := newFakeServer(t)
	calls := 0
	f.decide = func(*packet) *packet {
		if calls++; calls < 3 {
			return nil
		}
		return accept()
	}
	r, _ := start(t, f, nil)
	began := time.Now()
	logIn(t, r, join(t, r, "aabbcc000001"), "v")
	if took := time.Since(began); took < 150*time.Millisecond || took > 2*time.Second {
		t.Errorf("third transmission answered after %v", took)
	}
}
