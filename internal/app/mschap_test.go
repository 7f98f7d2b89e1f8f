package app

import (
	"bytes"
	"crypto/des"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"layeh.com/radius/rfc2759"

	"mtandao/internal/seal"
)

// peer is a client of MS-CHAPv2 written from RFC 2759 and RFC 3079; only the NT hash (MD4) is borrowed.
type peer struct {
	challenge, own []byte
	user, password string
}

func (p peer) ntHash() []byte {
	wide := make([]byte, 0, 2*len(p.password))
	for _, c := range []byte(p.password) { // these passwords are ASCII
		wide = append(wide, c, 0)
	}
	return rfc2759.NTPasswordHash(wide)
}

// challengeHash is RFC 2759 §8.2.
func (p peer) challengeHash() []byte {
	return digest(p.own, p.challenge, []byte(p.user))[:8]
}

func digest(parts ...[]byte) []byte {
	sum := sha1.Sum(bytes.Join(parts, nil))
	return sum[:]
}

// response is RFC 2759 §8.5: the NT hash, padded to three keys of seven octets, encrypts the challenge.
func (p peer) response() (out []byte) {
	keys := append(p.ntHash(), make([]byte, 5)...)
	for at := 0; at < len(keys); at += 7 {
		block := make([]byte, 8)
		cipher, err := des.NewCipher(withParity(keys[at : at+7]))
		if err != nil {
			panic(err)
		}
		cipher.Encrypt(block, p.challengeHash())
		out = append(out, block...)
	}
	return out
}

// withParity spreads 56 bits over eight octets; DES ignores the lowest bit of each.
func withParity(seven []byte) []byte {
	var bits uint64
	for _, b := range seven {
		bits = bits<<8 | uint64(b)
	}
	eight := make([]byte, 8)
	for i := range eight {
		eight[i] = byte(bits>>(49-7*i)) << 1
	}
	return eight
}

// success is RFC 2759 §8.7: the server's proof that it knows the password too.
func (p peer) success() string {
	const signing, more = "Magic server to client signing constant", "Pad to make it do more than one iteration"
	inner := digest(rfc2759.NTPasswordHash(p.ntHash()), p.response(), []byte(signing))
	return fmt.Sprintf("S=%X", digest(inner, p.challengeHash(), []byte(more)))
}

// keys are RFC 3079 §3.4: what the server sends with, and what it receives with.
func (p peer) keys() (send, receive []byte) {
	const clientSends = "On the client side, this is the send key; on the server side, it is the receive key."
	const serverSends = "On the client side, this is the receive key; on the server side, it is the send key."
	master := digest(rfc2759.NTPasswordHash(p.ntHash()), p.response(), []byte("This is the MPPE Master Key"))[:16]
	pad1, pad2 := make([]byte, 40), bytes.Repeat([]byte{0xf2}, 40)
	return digest(master, pad1, []byte(serverSends), pad2)[:16], digest(master, pad1, []byte(clientSends), pad2)[:16]
}

func (p peer) attributes() []string {
	whole := append(append(append([]byte{7, 0}, p.own...), make([]byte, 8)...), p.response()...)
	return []string{fmt.Sprintf("User-Name = %q", p.user), "MS-CHAP-Challenge = 0x" + hex.EncodeToString(p.challenge),
		"MS-CHAP2-Response = 0x" + hex.EncodeToString(whole)}
}

// TestThePeerIsRFC2759s checks the client above against RFC 2759 §9.2 and RFC 3079 §3.5.3 before it is used to judge.
func TestThePeerIsRFC2759s(t *testing.T) {
	octets := func(text string) []byte {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	p := peer{challenge: octets("5B5D7C7D7B3F2F3E3C2C602132262628"), own: octets("21402324255E262A28295F2B3A337C7E"), user: "User", password: "clientPass"}
	send, receive := p.keys()
	for _, c := range []struct{ what, got, want string }{
		{"NT response", fmt.Sprintf("%X", p.response()), "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF"},
		{"success", p.success(), "S=407A5589115FD0D6209F510FE9C04566932CDA56"},
		{"the server's send key", fmt.Sprintf("%X", send), "8B7CDC149B993A1BA118CB153F56DCCB"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, not %s", c.what, c.got, c.want)
		}
	}
	if bytes.Equal(send, receive) {
		t.Error("both directions have one key")
	}
}

func (g *gate) tellMSCHAP(t *testing.T) {
	right := peer{challenge: seal.Random(16), own: seal.Random(16), user: "asha", password: "siri"}
	send, receive := right.keys()
	wantOutput(t, g.ask(t, right.attributes()...), letIn, "MS-CHAP2-Success = 0x07"+hex.EncodeToString([]byte(right.success())),
		"MS-MPPE-Send-Key = 0x"+hex.EncodeToString(send), "MS-MPPE-Recv-Key = 0x"+hex.EncodeToString(receive),
		"MS-MPPE-Encryption-Policy = Encryption-Allowed", "MS-MPPE-Encryption-Types = RC4-40or128-bit-Allowed")
	wrong := right
	wrong.password = "siri2"
	out := g.ask(t, wrong.attributes()...)
	wantOutput(t, out, refused, `MS-CHAP-Error = "\007E=691 R=0 C=`, " V=3 M=")
	if strings.Contains(out, "MPPE") || strings.Contains(out, "Success") {
		t.Errorf("a refusal with keys:\n%s", out)
	}
}
