package radius

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2866"
)

func TestRecordRoundTrip(t *testing.T) {
	r := record{RouterID: 1 << 60, At: noon.Add(123 * time.Millisecond), Node: "node-1", Raw: []byte{1, 2, 3}}
	back, err := decodeRecord(r.encode())
	if err != nil || back.RouterID != r.RouterID || !back.At.Equal(r.At) || back.Node != r.Node || !bytes.Equal(back.Raw, r.Raw) {
		t.Errorf("%+v, %v", back, err)
	}
	for _, bad := range [][]byte{nil, {}, {2}, r.encode()[:17], append([]byte{1}, bytes.Repeat([]byte{255}, 17)...)} {
		if _, err := decodeRecord(bad); err == nil {
			t.Errorf("%x is read", bad)
		}
	}
}

func FuzzRecord(f *testing.F) {
	raw := encoded(f, report{status: end, id: "81a0", seconds: 600, in: 1 << 33, out: 5, ip: "10.0.0.1", delay: 3}.packet(f, testSecret))
	f.Add(record{RouterID: 7, At: noon, Node: "n", Raw: raw}.encode())
	f.Add(record{RouterID: 7, At: noon, Raw: []byte("short")}.encode())
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, err := decodeRecord(payload)
		if err != nil {
			return
		}
		if !bytes.Equal(r.encode(), payload) {
			t.Fatal("not the same when written again")
		}
		e, err := readEvent(r, true)
		if err != nil {
			return
		}
		if e.Up < 0 || e.Down < 0 || e.Seconds < -1 || len(e.Key) > longestKey || len(e.UserName) > longestName ||
			!utf8.ValidString(e.UserName) || e.At.After(r.At) {
			t.Fatalf("event %+v", e)
		}
		fold(Over{}, e)
	})
}

func TestReadEvent(t *testing.T) {
	p := report{status: end, id: "81a0", seconds: 600, in: 1<<33 + 7, out: 5, ip: "10.0.0.1", delay: 30}.packet(t, testSecret)
	e, err := readEvent(record{RouterID: 7, At: noon, Raw: encoded(t, p)}, false)
	if err != nil {
		t.Fatal(err)
	}
	if e.Kind != stop || e.Up != 1<<33+7 || e.Down != 5 || !e.Wide || e.Seconds != 600 || e.Key != "81a0" || e.MAC != testMAC ||
		e.IP != "10.0.0.1" || e.UserName != "asha" || e.Cause != "User-Request" || !e.At.Equal(noon.Add(-30*time.Second)) {
		t.Errorf("event %+v", e)
	}
}

// Integers of a wrong length are absent, not zero.
func TestReadEventOfWrongLengths(t *testing.T) {
	p := codec.New(codec.CodeAccountingRequest, []byte(testSecret))
	_ = rfc2866.AcctStatusType_Add(p, more)
	_ = rfc2866.AcctSessionID_AddString(p, "1")
	p.Add(rfc2866.AcctSessionTime_Type, codec.Attribute{0, 0, 9})
	p.Add(52, codec.Attribute{1})
	p.Add(rfc2866.AcctDelayTime_Type, codec.Attribute{255, 255, 255, 255})
	e, err := readEvent(record{At: noon, Raw: encoded(t, p)}, false)
	if err != nil || e.Seconds != -1 || e.Wide || !e.At.Equal(noon) {
		t.Errorf("event %+v, %v", e, err)
	}
}

func TestKeyOf(t *testing.T) {
	for _, plain := range []string{"", "81a00001", "AbC-+/=", strings.Repeat("x", longestKey)} {
		if key := keyOf([]byte(plain)); key != plain {
			t.Errorf("%q became %q", plain, key)
		}
	}
	seen := map[string]bool{}
	for _, odd := range []string{"a b", "é", "\x00", "\x00\x00", strings.Repeat("x", longestKey+1), strings.Repeat("x", longestKey+2)} {
		key := keyOf([]byte(odd))
		if key == odd || len(key) > longestKey || seen[key] {
			t.Errorf("%q became %q", odd, key)
		}
		seen[key] = true
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"asha": "asha", "a\x00b\n": "ab", "Nj\xffoki": "Njoki", "mañana": "mañana"} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := clean(strings.Repeat("é", 200)); len(got) > longestName || !utf8.ValidString(got) {
		t.Errorf("%d octets", len(got))
	}
}

func TestClass(t *testing.T) {
	keys := newKeys(t)
	a := authorisation{GrantID: 1<<62 + 5, LoginID: 17}
	class := classOf(nil, keys, a)
	if bytes.IndexByte(class, 0) >= 0 || len(class) > 253 {
		t.Errorf("Class %q", class)
	}
	if back, ok := readClass(keys, class); !ok || back != a {
		t.Errorf("%+v, %v", back, ok)
	}
	if err := keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	if _, ok := readClass(keys, class); !ok {
		t.Error("unreadable after a rotation of the keys")
	}
	class[3] ^= 1
	for _, bad := range [][]byte{class, nil, []byte("foreign"), bytes.Repeat([]byte("A"), 90)} {
		if _, ok := readClass(keys, bad); ok {
			t.Errorf("%q is believed", bad)
		}
	}
	if _, ok := readClass(newKeys(t), classOf(nil, keys, a)); ok {
		t.Error("another's Class is believed")
	}
}
