package chilli

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"layeh.com/radius"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

type coa struct {
	sent  *radius.Packet
	reply radius.Code
	err   error
}

func (c *coa) Send(_ context.Context, _ routers.Router, p *radius.Packet) (*radius.Packet, error) {
	c.sent = p
	return &radius.Packet{Code: c.reply}, c.err
}

var commanded = routers.Router{Secret: "0123456789abcdef", CoAAddress: "10.1.0.1:3799", MACLogin: true}

// TestLogInSendsTheCompleteSetOfLimits: CoovaChilli clears what a CoA does not repeat.
func TestLogInSendsTheCompleteSetOfLimits(t *testing.T) {
	c := &coa{reply: radius.CodeCoAACK}
	if err := New(c).LogIn(context.Background(), commanded, routers.Login{MAC: "aabbcc001122", Name: "o1", Secret: "s1", Answer: limited}); err != nil {
		t.Fatal(err)
	}
	got := wire(t, c.sent)
	for _, want := range limitedOnTheWire {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("% x is missing in % x", want, got)
		}
	}
	if !bytes.HasPrefix(got, []byte("\x01\x13AA-BB-CC-00-11-22\x1f\x13AA-BB-CC-00-11-22"+integer(14559, 15, "\x00\x00\x00\x01"))) {
		t.Errorf("% x does not name and authorise the client", got)
	}
	if c.sent.Code != radius.CodeCoARequest || string(c.sent.Secret) != commanded.Secret || bytes.Contains(got, []byte("s1")) {
		t.Errorf("%+v", c.sent)
	}
}

func TestLogInOutcomes(t *testing.T) {
	login := routers.Login{MAC: "aabbcc001122", Answer: limited}
	for name, c := range map[string]struct {
		coa  *coa
		kind fault.Kind
		key  string
	}{
		"NAK":       {&coa{reply: radius.CodeCoANAK}, fault.NotFound, "router.no_host"},
		"silence":   {&coa{err: errors.New("timeout")}, fault.Unavailable, "router.unreachable"},
		"no CoA":    {&coa{err: fault.New(fault.Invalid, "router.no_coa")}, fault.Invalid, "router.no_coa"},
		"own fault": {&coa{err: fault.New(fault.Unavailable, "router.silent")}, fault.Unavailable, "router.silent"},
	} {
		if err := New(c.coa).LogIn(context.Background(), commanded, login); !fault.Is(err, c.kind) || fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	noMAC, noCoA := commanded, commanded
	noMAC.MACLogin, noCoA.CoAAddress = false, ""
	for name, r := range map[string]routers.Router{"nameless sessions": noMAC, "no CoA address": noCoA} {
		c := &coa{reply: radius.CodeCoAACK}
		if err := New(c).LogIn(context.Background(), r, login); fault.KeyOf(err) != "router.no_api" || c.sent != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := &coa{reply: radius.CodeCoAACK}
	if err := New(c).LogIn(context.Background(), commanded, routers.Login{Answer: limited}); err == nil || c.sent != nil {
		t.Error("a CoA without a name went out: it would let every waiting client on")
	}
}

func TestIdentifyAndRemove(t *testing.T) {
	p := radius.New(radius.CodeDisconnectRequest, []byte("secret"))
	if err := New(nil).Identify(p, routers.SessionRef{SessionID: "5f1", UserName: "ann"}); err != nil || string(wire(t, p)) != "\x01\x05ann\x2c\x055f1" {
		t.Errorf("% x, %v", wire(t, p), err)
	}
	if err := New(nil).Identify(p, routers.SessionRef{SessionID: "5f1"}); fault.KeyOf(err) != "router.unnamed_session" {
		t.Errorf("%v", err)
	}
	if err := New(nil).Remove(context.Background(), commanded, routers.SessionRef{}); fault.KeyOf(err) != "router.no_api" {
		t.Errorf("%v", err)
	}
}
