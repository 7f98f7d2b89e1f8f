package radius

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"layeh.com/radius/rfc2759"
	"layeh.com/radius/rfc3079"

	"mtandao/internal/seal"
	"mtandao/radius/routers"
)

// radclient is FreeRADIUS's own client: another hand's reading of the RFCs. The test machine must have it.
func radclient(t *testing.T, to fmt.Stringer, kind, secret string, attributes ...string) string {
	t.Helper()
	wait := "3"
	if secret != testSecret || attributes[0] != withAuthenticator { // no answer is expected
		wait = "0.3"
	}
	program, err := exec.LookPath("radclient")
	if err != nil {
		t.Fatal("radclient is missing: install freeradius-utils")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, program, "-x", "-r", "1", "-t", wait, to.String(), kind, secret)
	command.Stdin = strings.NewReader(strings.Join(attributes, "\n") + "\n")
	out, _ := command.CombinedOutput() // it fails on a Reject; what it says is what counts
	return string(out)
}

const (
	withAuthenticator = "Message-Authenticator = 0x00"
	accepted          = "Received Access-Accept"
	rejected          = "Received Access-Reject"
)

func expectOutput(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
}

func TestRadclientPAP(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	out := radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`, `User-Password = "siri"`)
	expectOutput(t, out, accepted, "Session-Timeout = 3600", "Message-Authenticator = 0x", "Class = 0x")
	out = radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`, `User-Password = "siri2"`)
	expectOutput(t, out, rejected, "Reply-Message = ")
}

func TestRadclientCHAP(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	challenge := seal.Random(16)
	for password, want := range map[string]string{"siri": accepted, "sirI": rejected} {
		digest := md5.Sum(append(append([]byte{5}, password...), challenge...))
		out := radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`,
			"CHAP-Password = 0x05"+hex.EncodeToString(digest[:]), "CHAP-Challenge = 0x"+hex.EncodeToString(challenge))
		expectOutput(t, out, want)
	}
}

func TestRadclientMSCHAPv2(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	challenge, peer := seal.Random(16), seal.Random(16)
	request := func(password string) (nt []byte, out string) {
		nt, err := rfc2759.GenerateNTResponse(challenge, peer, []byte("asha"), []byte(password))
		if err != nil {
			t.Fatal(err)
		}
		response := append(append(append([]byte{7, 0}, peer...), make([]byte, 8)...), nt...)
		return nt, radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`,
			"MS-CHAP-Challenge = 0x"+hex.EncodeToString(challenge), "MS-CHAP2-Response = 0x"+hex.EncodeToString(response))
	}
	nt, out := request("siri")
	success, err := rfc2759.GenerateAuthenticatorResponse(challenge, peer, nt, []byte("asha"), []byte("siri"))
	if err != nil {
		t.Fatal(err)
	}
	send, _ := rfc3079.MakeKey(nt, []byte("siri"), true)
	receive, _ := rfc3079.MakeKey(nt, []byte("siri"), false)
	expectOutput(t, out, accepted, "MS-CHAP2-Success = 0x07"+hex.EncodeToString([]byte(success)),
		"MS-MPPE-Send-Key = 0x"+hex.EncodeToString(send), "MS-MPPE-Recv-Key = 0x"+hex.EncodeToString(receive),
		"MS-MPPE-Encryption-Policy = Encryption-Allowed", "MS-MPPE-Encryption-Types = RC4-40or128-bit-Allowed")
	_, out = request("wrong")
	expectOutput(t, out, rejected, `MS-CHAP-Error = "\007E=691 R=0 C=`)
}

func TestRadclientWithoutMessageAuthenticator(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	ask := func() string {
		return radclient(t, auth, "auth", testSecret, `User-Name = "asha"`, `User-Password = "siri"`)
	}
	if out := ask(); strings.Contains(out, "Received") {
		t.Errorf("answered by default:\n%s", out)
	}
	if b.access.admitted() != 0 {
		t.Error("looked at by default")
	}
	b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthExcepted })
	expectOutput(t, ask(), accepted)
	if !b.log.has("accepted without Message-Authenticator") {
		t.Error("no warning for the excepted router")
	}
}

func TestRadclientWrongSecret(t *testing.T) {
	b := newServing(t)
	auth, acct := b.Addresses()
	out := radclient(t, auth, "auth", "another", withAuthenticator, `User-Name = "asha"`, `User-Password = "siri"`)
	out += radclient(t, acct, "acct", "another", `Acct-Session-Id = "1"`, "Acct-Status-Type = Start")
	if strings.Contains(out, "Received") || b.access.admitted() != 0 || b.spool.length() != 0 {
		t.Errorf("a wrong secret is answered, or does something:\n%s", out)
	}
	b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthExcepted })
	radclient(t, auth, "auth", "another", `User-Name = "asha"`, `User-Password = "siri"`)
	if !b.log.has("the secret of router gate is wrong") || !b.log.has("router=gate") {
		t.Error("the log does not name the router with the wrong secret")
	}
}

// A slow answer makes radclient send the same packet again; there is one log-in and the answer comes.
func TestRadclientDuplicate(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	b.access.during(func() { time.Sleep(1500 * time.Millisecond) })
	program, err := exec.LookPath("radclient")
	if err != nil {
		t.Fatal("radclient is missing: install freeradius-utils")
	}
	command := exec.Command(program, "-x", "-r", "3", "-t", "1", auth.String(), "auth", testSecret)
	command.Stdin = strings.NewReader(withAuthenticator + "\nUser-Name = asha\nUser-Password = siri\n")
	out, _ := command.CombinedOutput()
	expectOutput(t, string(out), accepted)
	if sent := strings.Count(string(out), "Sent Access-Request"); sent != 2 || b.access.admitted() != 1 {
		t.Errorf("%d packets, %d log-ins\n%s", sent, b.access.admitted(), out)
	}
}

func TestRadclientAccountingAndStatus(t *testing.T) {
	b := newServing(t)
	auth, acct := b.Addresses()
	expectOutput(t, radclient(t, acct, "acct", testSecret, withAuthenticator, `Acct-Session-Id = "81a00001"`, "Acct-Status-Type = Start",
		`User-Name = "asha"`, "NAS-IP-Address = 127.0.0.1"), "Received Accounting-Response")
	if b.spool.length() != 1 {
		t.Errorf("%d records stored", b.spool.length())
	}
	expectOutput(t, radclient(t, auth, "status", testSecret, withAuthenticator), accepted)
}
