package chilli

import (
	"bytes"
	"testing"
	"time"

	"layeh.com/radius"

	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

func wire(t *testing.T, p *radius.Packet) []byte {
	t.Helper()
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return encoded[20:]
}

// integer is a vendor attribute of four bytes: 14559 = 0x38DF is ChilliSpot, 14122 = 0x372A is WISPr.
func integer(vendor uint16, number byte, value string) string {
	return string([]byte{26, 12, 0, 0, byte(vendor >> 8), byte(vendor), number, 6}) + value
}

var limited = routers.Answer{
	Left:           access.Left{Bytes: 5<<32 + 7, Capped: true},
	Limits:         access.Limits{UpKbps: 512, DownKbps: 2000, Idle: 5 * time.Minute, Devices: 3},
	SessionTimeout: time.Hour, Interim: 5 * time.Minute, Class: []byte("g1"),
}

var limitedOnTheWire = map[string]string{
	"Session-Timeout 3600":           "\x1b\x06\x00\x00\x0e\x10",
	"Idle-Timeout 300":               "\x1c\x06\x00\x00\x01\x2c",
	"Acct-Interim-Interval 300":      "\x55\x06\x00\x00\x01\x2c",
	"Class":                          "\x19\x04g1",
	"ChilliSpot-Bandwidth-Max-Up":    integer(14559, 4, "\x00\x00\x02\x00"),
	"ChilliSpot-Bandwidth-Max-Down":  integer(14559, 5, "\x00\x00\x07\xd0"),
	"ChilliSpot-Max-Total-Octets":    integer(14559, 3, "\x00\x00\x00\x07"),
	"ChilliSpot-Max-Total-Gigawords": integer(14559, 23, "\x00\x00\x00\x05"),
	"WISPr-Bandwidth-Max-Up":         integer(14122, 7, "\x00\x07\xd0\x00"),
	"WISPr-Bandwidth-Max-Down":       integer(14122, 8, "\x00\x1e\x84\x80"),
}

func TestAnswerOnTheWire(t *testing.T) {
	var all routers.Attributes
	if err := New(nil).Answer(&all, &limited); err != nil {
		t.Fatal(err)
	}
	got := all.Wire
	length := 0
	for name, want := range limitedOnTheWire {
		if length += len(want); bytes.Count(got, []byte(want)) != 1 {
			t.Errorf("%s: % x is not once in % x", name, want, got)
		}
	}
	if len(got) != length {
		t.Errorf("%d bytes, want %d: % x", len(got), length, got)
	}
}

func TestAnswerLeavesOutWhatIsUnlimited(t *testing.T) {
	var all routers.Attributes
	if err := New(nil).Answer(&all, &routers.Answer{Limits: access.Limits{DownKbps: 1 << 40}}); err != nil {
		t.Fatal(err)
	}
	want := integer(14559, 5, "\xff\xff\xff\xff") + integer(14122, 8, "\xff\xff\xfe\xd8")
	if got := all.Wire; string(got) != want {
		t.Errorf("% x, want % x", got, want)
	}
	if err := New(nil).Answer(&routers.Attributes{}, &routers.Answer{Left: access.Left{Capped: true}}); fault.KeyOf(err) != "router.nothing_left" {
		t.Errorf("no data left: %v", err)
	}
}
