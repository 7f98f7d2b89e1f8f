package radius

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"testing"

	codec "layeh.com/radius"
)

// unhide is the inverse of the hiding of RFC 2865 §5.2 and RFC 2548 §2.4, written on its own.
func unhide(hidden, secret, first []byte) []byte {
	var plain []byte
	for previous := first; len(hidden) >= 16; hidden = hidden[16:] {
		pad := md5.Sum(append(append([]byte{}, secret...), previous...))
		for i := range 16 {
			plain = append(plain, hidden[i]^pad[i])
		}
		previous = hidden[:16]
	}
	return plain
}

func header(length int, attributes ...byte) []byte {
	b := make([]byte, headerLength, headerLength+len(attributes))
	b[0] = byte(codec.CodeAccessRequest)
	binary.BigEndian.PutUint16(b[2:], uint16(length))
	return append(b, attributes...)
}

func TestCut(t *testing.T) {
	many := bytes.Repeat([]byte{26, 2}, maxAttributes)
	for name, c := range map[string]struct {
		datagram []byte
		length   int
		err      error
	}{
		"empty":                 {nil, 0, errShort},
		"header only":           {header(20), 20, nil},
		"length below a header": {header(19), 0, errLength},
		"length above 4096":     {header(4097, make([]byte, 5000)...), 0, errLength},
		"shorter than length":   {header(40, 1, 3, 'a'), 0, errShort},
		"padding is cut off":    {header(23, 1, 3, 'a', 0, 0, 0, 0), 23, nil},
		"attribute overruns":    {header(23, 1, 4, 'a'), 0, errAttribute},
		"attribute length 1":    {header(22, 1, 1), 0, errAttribute},
		"half an attribute":     {header(21, 1), 0, errAttribute},
		"most attributes":       {header(20+len(many), many...), 20 + len(many), nil},
		"too many attributes":   {header(22+len(many), append(many, 26, 2)...), 0, errAttributes},
	} {
		wire, err := cut(c.datagram)
		if err != c.err {
			t.Errorf("%s: error %v, want %v", name, err, c.err)
		}
		if err == nil && len(wire) != c.length {
			t.Errorf("%s: %d octets, want %d", name, len(wire), c.length)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add(octetsOf(f, nemoRequest))
	f.Add(octetsOf(f, flopsyRequest))
	f.Add(header(23, 1, 3, 'a', 0))
	f.Add(header(22, 26, 0))
	for _, s := range corpus(f) {
		f.Add(s.wire)
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		wire, err := cut(datagram)
		if err != nil {
			return
		}
		p, err := codec.Parse(wire, []byte(rfcSecret))
		if err != nil {
			t.Fatalf("walked, and not parsed: %v", err)
		}
		if len(p.Attributes) > maxAttributes {
			t.Fatalf("%d attributes", len(p.Attributes))
		}
		(&mschap{}).read(p)
		_, _ = clearPassword(nil, p.Get(2), p.Secret, p.Authenticator)
		kindOf(p)
		messageSigned(wire, p.Authenticator, p.Secret)
	})
}

func TestClearPassword(t *testing.T) {
	authenticator := [16]byte{1, 2, 3}
	for _, password := range []string{"", "siri", "sixteen letters.", "more than sixteen letters of Kiswahili: ñandú",
		strings.Repeat("x", 128)} {
		hidden, err := codec.NewUserPassword([]byte(password), []byte(testSecret), authenticator[:])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := clearPassword(nil, hidden, []byte(testSecret), authenticator); string(got) != password || err != nil {
			t.Errorf("%q came back as %q, %v", password, got, err)
		}
	}
	for _, length := range []int{0, 15, 17, 144} {
		if _, err := clearPassword(nil, make([]byte, length), []byte(testSecret), authenticator); err == nil {
			t.Errorf("%d octets are accepted", length)
		}
	}
}

func TestWrongSecretIsNotPrintable(t *testing.T) {
	hidden, _ := codec.NewUserPassword([]byte("siri"), []byte(testSecret), make([]byte, 16))
	got, _ := clearPassword(nil, hidden, []byte("another secret"), zeroAuthenticator)
	if printable(got) {
		t.Errorf("%q counts as text", got)
	}
	if !printable([]byte("neno la siri ñ")) || printable([]byte("a\x00b")) || printable([]byte("\xff")) {
		t.Error("printable is wrong")
	}
}
