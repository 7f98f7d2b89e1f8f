package router

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 2865 section 7.1: nemo logs in with "arctangent".
func TestExampleOfRFC2865(t *testing.T) {
	secret := []byte("xyzzy5461")
	request := octets(t, `01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d 93 d4 13 ce
		31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`)
	p, err := decode(request)
	if err != nil {
		t.Fatal(err)
	}
	if hidden, _ := p.get(attrUserPassword); !bytes.Equal(hidden, hidePassword("arctangent", p.authenticator[:], secret)) {
		t.Error("User-Password differs from the RFC")
	}
	if p.text(attrUserName) != "nemo" || !bytes.Equal(p.encode(), request) {
		t.Error("does not encode to what was decoded")
	}
	reply := octets(t, `02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00 0e 06 c0 a8 01 03`)
	if _, err := openReply(reply, request[4:20], secret, false); err != nil {
		t.Errorf("reply of the RFC: %v", err)
	}
	if _, err := openReply(reply, request[4:20], secret, true); !errors.Is(err, errBare) {
		t.Errorf("strict takes a bare reply: %v", err)
	}
	if _, err := openReply(reply, request[4:20], []byte("other"), false); !errors.Is(err, errBadAuthenticator) {
		t.Errorf("wrong secret: %v", err)
	}
}

// RFC 5997 section 6.1 has a Message-Authenticator.
func TestMessageAuthenticatorOfRFC5997(t *testing.T) {
	secret := []byte("xyzzy5461")
	request := octets(t, `0c da 00 26 8a 54 f4 68 6f b3 94 c5 28 66 e3 02 18 5d 06 23 50 12 5a 66 5e 2e 1e 84 11 f3 e2 43 82 20 97 c8 4f a3`)
	p, err := decode(request)
	if err != nil {
		t.Fatal(err)
	}
	if sealed := sealAccess(p, secret); !bytes.Equal(sealed, request) {
		t.Errorf("sealed %x", sealed)
	}
}

func TestRepliesAreVerified(t *testing.T) {
	secret, asked := []byte("s"), make([]byte, 16)
	p := accept(number(attrSessionTimeout, 60))
	p.attributes = append([]attribute{{attrMessageAuthenticator, make([]byte, 16)}}, p.attributes...)
	good := sealReply(p, asked, secret)
	if _, err := openReply(good, asked, secret, true); err != nil {
		t.Fatalf("good reply: %v", err)
	}
	for at := range good {
		if at == 2 || at == 3 {
			continue
		}
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if _, err := openReply(bad, asked, secret, true); err == nil {
			t.Fatalf("octet %d changed and nobody noticed", at)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"short":            `02 00 00 14`,
		"length too long":  `02 00 00 20` + strings.Repeat("00", 16),
		"length too small": `02 00 00 10` + strings.Repeat("00", 16),
		"attribute of one": `02 00 00 16` + strings.Repeat("00", 16) + `01 01`,
		"attribute runs":   `02 00 00 17` + strings.Repeat("00", 16) + `01 04 41`,
		"dangling octet":   `02 00 00 15` + strings.Repeat("00", 16) + `01`,
	} {
		if _, err := decode(octets(t, text)); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

func TestVendorSpecificHoldsSeveral(t *testing.T) {
	p := &packet{}
	p.add(attrVendorSpecific, octets(t, `00003a8d 03 06 00000001 0f 06 00000007`))
	if n, ok := p.vendorNumber(14988, 15); ok {
		t.Errorf("other vendor's %d", n)
	}
	if n, ok := p.vendorNumber(0x3a8d, 15); !ok || n != 7 {
		t.Errorf("got %d %v", n, ok)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(octets(f, `02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00 0e 06 c0 a8 01 03`))
	f.Add(octets(f, `02 00 00 1e`+strings.Repeat("00", 16)+`1a 0a 00003a8c 08 04 324d`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decode(b)
		if err != nil {
			return
		}
		length := int(b[2])<<8 | int(b[3])
		if !bytes.Equal(p.encode(), b[:length]) {
			t.Fatalf("%x encodes to %x", b[:length], p.encode())
		}
		_, _ = readLimits(MikroTik, p, limits{})
		_, _ = readLimits(Chilli, p, limits{})
		authenticatorAt(b[:length])
	})
}
