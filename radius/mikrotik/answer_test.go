package mikrotik

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// wire is the packet's attributes as bytes.
func wire(t *testing.T, p *radius.Packet) []byte {
	t.Helper()
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return encoded[20:]
}

// accept is an Access-Accept with an answer, as a client reads it.
func accept(t *testing.T, a *routers.Answer) *radius.Packet {
	t.Helper()
	p := radius.New(radius.CodeAccessAccept, []byte("secret"))
	var all routers.Attributes
	if err := errors.Join(New().Answer(&all, a), all.AddTo(p)); err != nil {
		t.Fatal(err)
	}
	return p
}

// vsa is one vendor attribute of MikroTik, vendor 14988 = 0x3A8C, by its number in reference/mikrotik.md §4.2.
func vsa(number byte, value string) string {
	return string([]byte{26, byte(len(value) + 8), 0, 0, 0x3A, 0x8C, number, byte(len(value) + 2)}) + value
}

func TestAnswerOnTheWire(t *testing.T) {
	var all routers.Attributes
	err := New().Answer(&all, &routers.Answer{
		Left:           access.Left{Bytes: 5<<32 + 7, Capped: true, Time: time.Hour, Timed: true},
		Limits:         access.Limits{UpKbps: 2000, DownKbps: 5000, Devices: 2, Idle: 5 * time.Minute},
		SessionTimeout: time.Hour, Interim: 30 * time.Second, Class: []byte("g1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := all.Wire
	for name, want := range map[string]string{
		"Session-Timeout 3600":                   "\x1b\x06\x00\x00\x0e\x10",
		"Idle-Timeout 300":                       "\x1c\x06\x00\x00\x01\x2c",
		"Acct-Interim-Interval, 60 at the least": "\x55\x06\x00\x00\x00\x3c",
		"Class":                                  "\x19\x04g1",
		"Port-Limit 2":                           "\x3e\x06\x00\x00\x00\x02",
		"Mikrotik-Rate-Limit (8)":                vsa(8, "2M/5M"),
		"Mikrotik-Total-Limit (17)":              vsa(17, "\x00\x00\x00\x07"),
		"Mikrotik-Total-Limit-Gigawords (18)":    vsa(18, "\x00\x00\x00\x05"),
	} {
		if bytes.Count(got, []byte(want)) != 1 {
			t.Errorf("%s: % x is not once in % x", name, want, got)
		}
	}
	if want := 4*6 + 4 + 6 + len(vsa(8, "2M/5M")) + 2*12 - 6; len(got) != want {
		t.Errorf("%d bytes of attributes, want %d: % x", len(got), want, got)
	}
}

func TestAnswerWithoutLimitsSendsNone(t *testing.T) {
	var all routers.Attributes
	if err := New().Answer(&all, &routers.Answer{}); err != nil {
		t.Fatal(err)
	}
	if got := all.Wire; !bytes.Equal(got, []byte("\x3e\x06\x00\x00\x00\x01")) {
		t.Errorf("want one device and nothing else, got % x", got)
	}
}

func TestAnswerRefusesWhenNothingIsLeft(t *testing.T) {
	for name, a := range map[string]routers.Answer{
		"no data left": {Left: access.Left{Capped: true}},
		"data overrun": {Left: access.Left{Capped: true, Bytes: -1}},
		"no time left": {Left: access.Left{Timed: true}},
		"time overrun": {SessionTimeout: -time.Second},
	} {
		if err := New().Answer(&routers.Attributes{}, &a); fault.KeyOf(err) != "router.nothing_left" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswerTimeAndClamps(t *testing.T) {
	for name, c := range map[string]struct {
		answer routers.Answer
		want   rfc2865.SessionTimeout
	}{
		"the shorter clock counts":    {routers.Answer{SessionTimeout: time.Hour, Left: access.Left{Timed: true, Time: time.Minute}}, 60},
		"time left without timeout":   {routers.Answer{Left: access.Left{Timed: true, Time: time.Minute}}, 60},
		"part of a second is one":     {routers.Answer{SessionTimeout: time.Millisecond}, 1},
		"longer than the field holds": {routers.Answer{SessionTimeout: 200 * 365 * 24 * time.Hour}, 1<<32 - 1},
	} {
		p := accept(t, &c.answer)
		if rfc2865.SessionTimeout_Get(p) != c.want {
			t.Errorf("%s: %d", name, rfc2865.SessionTimeout_Get(p))
		}
	}
	p := accept(t, &routers.Answer{Left: access.Left{Capped: true, Bytes: 1}})
	if !bytes.Contains(wire(t, p), []byte(vsa(17, "\x00\x00\x00\x01")+vsa(18, "\x00\x00\x00\x00"))) {
		t.Errorf("one byte left: % x", wire(t, p))
	}
}

func TestRateLimit(t *testing.T) {
	for want, l := range map[string]access.Limits{
		"":            {},
		"512k/2M":     {UpKbps: 512, DownKbps: 2000},
		"0/5M":        {DownKbps: 5000},
		"1500k/0":     {UpKbps: 1500},
		"2M/5M":       {UpKbps: 2000, DownKbps: 5000, Burst: access.Burst{UpKbps: 2000, DownKbps: 4000}},
		"4294967k/1k": {UpKbps: 1 << 40, DownKbps: 1},
		"2M/5M 4M/10M 1500k/4M 16/16": {UpKbps: 2000, DownKbps: 5000, Burst: access.Burst{
			UpKbps: 4000, DownKbps: 10000, UpThresholdKbps: 1500, DownThresholdKbps: 4000, Over: 16 * time.Second}},
		"2M/5M 0/10M 2M/5M 1/1": {UpKbps: 2000, DownKbps: 5000, Burst: access.Burst{DownKbps: 10000}},
		"0/5M 0/10M 0/4M 8/8":   {DownKbps: 5000, Burst: access.Burst{UpKbps: 9000, DownKbps: 10000, DownThresholdKbps: 4000, Over: 7500 * time.Millisecond}},
	} {
		if got := string(appendRateLimit(nil, &l)); got != want {
			t.Errorf("%+v gave %q, want %q", l, got, want)
		}
	}
}

func TestIdentify(t *testing.T) {
	p := radius.New(radius.CodeDisconnectRequest, []byte("secret"))
	ref := routers.SessionRef{SessionID: "80a00001", UserName: "ann", IP: netip.MustParseAddr("10.5.50.33")}
	if err := New().Identify(p, ref); err != nil {
		t.Fatal(err)
	}
	if got := wire(t, p); string(got) != "\x08\x06\x0a\x05\x32\x21\x01\x05ann\x2c\x0a80a00001" {
		t.Errorf("% x", got)
	}
	for _, ref := range []routers.SessionRef{{UserName: "ann"}, {IP: ref.IP}, {UserName: "ann", IP: netip.MustParseAddr("::1")}} {
		if err := New().Identify(radius.New(radius.CodeDisconnectRequest, nil), ref); fault.KeyOf(err) != "router.unnamed_session" {
			t.Errorf("%+v: %v", ref, err)
		}
	}
}
