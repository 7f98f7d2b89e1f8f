package radius

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc3079"
	"layeh.com/radius/vendors/microsoft"

	"mtandao/radius/routers"
)

const rfcSecret = "xyzzy5461"

func octetsOf(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 2865 §7.1: Telnet user "nemo" with PAP.
const (
	nemoRequest = `01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d
		93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`
	nemoAccept = `02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00
		0e 06 c0 a8 01 03`
)

// RFC 2865 §7.2: framed user "flopsy" with CHAP.
const flopsyRequest = `01 01 00 47 2a ee 86 f0 8d 0d 55 96 9c a5 97 8e 0d 33 67 a2 01 08 66 6c 6f 70 73 79 03 13 16 e9
	75 57 c3 16 18 58 95 f2 93 ff 63 44 07 72 75 04 06 c0 a8 01 10 05 06 00 00 00 14 06 06 00 00 00
	02 07 06 00 00 00 01`

func TestPAPVector(t *testing.T) {
	wire := octetsOf(t, nemoRequest)
	p, err := codec.Parse(wire, []byte(rfcSecret))
	if err != nil {
		t.Fatal(err)
	}
	password, err := clearPassword(nil, p.Get(rfc2865.UserPassword_Type), p.Secret, p.Authenticator)
	if err != nil || string(password) != "arctangent" {
		t.Errorf("password %q, %v", password, err)
	}
}

func TestResponseAuthenticatorVector(t *testing.T) {
	request, response := octetsOf(t, nemoRequest), octetsOf(t, nemoAccept)
	authenticator := [16]byte(request[4:20])
	if !responseSigned(response, authenticator, []byte(rfcSecret)) {
		t.Error("the RFC's response is refused")
	}
	if responseSigned(response, authenticator, []byte("another")) {
		t.Error("a wrong secret is accepted")
	}
	unsigned := bytes.Clone(response)
	copy(unsigned[authenticatorAt:], authenticator[:])
	wire, err := sealReply(unsigned, []byte(rfcSecret))
	if err != nil || !bytes.Equal(wire, response) {
		t.Errorf("sealed\n%x\nwant\n%x", wire, response)
	}
}

func TestCHAPVector(t *testing.T) {
	p, err := codec.Parse(octetsOf(t, flopsyRequest), []byte(rfcSecret))
	if err != nil {
		t.Fatal(err)
	}
	verify := func(secret string) bool {
		return verifyChap(p.Get(rfc2865.CHAPPassword_Type), p.Authenticator[:], secret)
	}
	for secret, want := range map[string]bool{"arctangent": true, "arctangents": false, "": false} {
		if verify(secret) != want {
			t.Errorf("secret %q: %v", secret, !want)
		}
	}
}

// RFC 5997 §6: Status-Server to the authentication and to the accounting port.
func TestStatusServerVectors(t *testing.T) {
	for _, c := range []struct {
		port              port
		request, response string
	}{
		{authPort, `0c da 00 26 8a 54 f4 68 6f b3 94 c5 28 66 e3 02 18 5d 06 23 50 12 5a 66 5e 2e 1e 84 11 f3 e2 43
			82 20 97 c8 4f a3`, `02 da 00 14 ef 0d 55 2a 4b f2 d6 93 ec 2b 6f e8 b5 41 1d 66`},
		{acctPort, `0c b3 00 26 92 5f 6b 66 dd 5f ed 57 1f cb 1d b7 ad 38 82 60 50 12 e8 d6 ea bd a9 10 87 5c d9 1f
			da de 26 36 78 58`, `05 b3 00 14 0f 6f 92 14 5f 10 7e 2f 50 4e 86 0a 48 60 66 9c`},
	} {
		wire := octetsOf(t, c.request)
		authenticator := [16]byte(wire[4:20])
		if !messageSigned(wire, authenticator, []byte(rfcSecret)) {
			t.Fatalf("%s: Message-Authenticator of the RFC is refused", c.port)
		}
		wire[25] ^= 1
		if messageSigned(wire, authenticator, []byte(rfcSecret)) {
			t.Errorf("%s: an altered Message-Authenticator is accepted", c.port)
		}
		if !responseSigned(octetsOf(t, c.response), authenticator, []byte(rfcSecret)) {
			t.Errorf("%s: response of the RFC is refused", c.port)
		}
	}
}

// RFC 2759 §9.2 and RFC 3079 §3.5.3: user "User", password "clientPass".
const (
	vectorChallenge = "5B5D7C7D7B3F2F3E3C2C602132262628"
	vectorPeer      = "21402324255E262A28295F2B3A337C7E"
	vectorResponse  = "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF"
	vectorSuccess   = "S=407A5589115FD0D6209F510FE9C04566932CDA56"
	vectorSendKey   = "8B7CDC149B993A1BA118CB153F56DCCB"
)

func vectorRequest(t testing.TB, user string) *codec.Packet {
	t.Helper()
	p := codec.New(codec.CodeAccessRequest, []byte(rfcSecret))
	response := append([]byte{33, 0}, octetsOf(t, vectorPeer)...)
	response = append(append(response, make([]byte, 8)...), octetsOf(t, vectorResponse)...)
	for _, err := range []error{
		rfc2865.UserName_AddString(p, user),
		microsoft.MSCHAPChallenge_Add(p, octetsOf(t, vectorChallenge)),
		microsoft.MSCHAP2Response_Add(p, response),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestMSCHAPVector(t *testing.T) {
	for _, user := range []string{"User", `BIGCO\User`} {
		var m mschap
		if !m.read(vectorRequest(t, user)) || !m.verify("clientPass") {
			t.Errorf("%s: the RFC's response is refused", user)
		}
		if m.verify("clientpass") || m.verify("") {
			t.Errorf("%s: a wrong password is accepted", user)
		}
	}
}

func TestMSCHAPAcceptVector(t *testing.T) {
	request := vectorRequest(t, "User")
	var m mschap
	m.read(request)
	accept := request.Response(codec.CodeAccessAccept)
	var all routers.Attributes
	m.accept(&all, "clientPass", request)
	if err := errors.Join(all.Err(), all.AddTo(accept)); err != nil {
		t.Fatal(err)
	}
	if success := microsoft.MSCHAP2Success_Get(accept); string(success) != "\x21"+vectorSuccess {
		t.Errorf("MS-CHAP2-Success %q", success)
	}
	send, salt := mppeKey(t, accept, mppeSendKey)
	if !bytes.Equal(send, octetsOf(t, vectorSendKey)) {
		t.Errorf("send key %x, want %s", send, vectorSendKey)
	}
	recv, other := mppeKey(t, accept, mppeRecvKey)
	want, err := rfc3079.MakeKey(octetsOf(t, vectorResponse), []byte("clientPass"), false)
	if err != nil || !bytes.Equal(recv, want) {
		t.Errorf("receive key %x, want %x", recv, want)
	}
	if salt == other || salt>>15 != 1 || other>>15 != 1 {
		t.Errorf("salts %x and %x: must differ and have the top bit", salt, other)
	}
}

// mppeKey undoes RFC 2548 §2.4.2 on its own.
func mppeKey(t testing.TB, p *codec.Packet, kind byte) (key []byte, salt uint16) {
	t.Helper()
	for _, attribute := range p.Attributes {
		v := attribute.Attribute
		if attribute.Type != rfc2865.VendorSpecific_Type || len(v) < 8 || v[3] != 0x37 || v[4] != kind {
			continue
		}
		plain := unhide(v[8:], p.Secret, append(append([]byte{}, p.Authenticator[:]...), v[6:8]...))
		return plain[1 : 1+plain[0]], uint16(v[6])<<8 | uint16(v[7])
	}
	t.Fatalf("no key %d", kind)
	return nil, 0
}

func TestMSCHAPError(t *testing.T) {
	var m mschap
	m.read(vectorRequest(t, "User"))
	reject := vectorRequest(t, "User").Response(codec.CodeAccessReject)
	var all routers.Attributes
	m.refuse(&all, "No.")
	if err := errors.Join(all.Err(), all.AddTo(reject)); err != nil {
		t.Fatal(err)
	}
	text := string(microsoft.MSCHAPError_Get(reject))
	if !strings.HasPrefix(text, "\x21E=691 R=0 C=") || !strings.HasSuffix(text, " V=3 M=No.") || len(text) != len("\x21E=691 R=0 C= V=3 M=No.")+32 {
		t.Errorf("MS-CHAP-Error %q", text)
	}
}

func TestMSCHAPOfWrongLengthIsNone(t *testing.T) {
	p := codec.New(codec.CodeAccessRequest, []byte(rfcSecret))
	_ = microsoft.MSCHAPChallenge_Add(p, []byte("short"))
	_ = microsoft.MSCHAP2Response_Add(p, make([]byte, 50))
	if (&mschap{}).read(p) {
		t.Error("a challenge of 5 octets is read")
	}
}
