package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const (
	gateSecret = "what the gate and the server share"
	signed     = "Message-Authenticator = 0x00"
	letIn      = "Received Access-Accept"
	refused    = "Received Access-Reject"
	calling    = `Calling-Station-Id = "02-AA-BB-CC-DD-01"`
)

// gate is the running program, and a router at 127.0.0.1 from which radclient asks: FreeRADIUS's reading of the RFCs.
type gate struct {
	*Stage
	log        *lines
	auth, acct string
	router     routers.Router
	grant      int64
}

func openGate(t *testing.T, dialect string) *gate {
	t.Helper()
	g := &gate{log: &lines{}}
	var err error
	g.Stage, err = OpenStage(t.Context(), DemoOptions{DB: testdb.URL(t, dialect), Data: t.TempDir(), HTTP: "127.0.0.1:0",
		RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", Log: newLog(g.log)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	g.build(t)
	g.give(t)
	return g
}

// build puts the router up.
func (g *gate) build(t *testing.T) {
	t.Helper()
	auth, acct := g.Main.RadiusAddresses()
	g.auth, g.acct = auth.String(), acct.String()
	g.save(t, routers.Router{SiteID: g.seeded.sites["kasarani"].ID, Name: "gate", Dialect: routers.MikroTik, Secret: gateSecret, Identifier: "gate",
		Auth: routers.AuthRequired, Interim: 5 * time.Minute, MACLogin: true, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
}

func (g *gate) save(t *testing.T, r routers.Router) {
	t.Helper()
	var err error
	if g.router, err = g.register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// give is an hour for three devices, one of them known, reached by a name and by a code.
func (g *gate) give(t *testing.T) {
	t.Helper()
	g.giveLimits(t, access.Limits{Time: time.Hour, DataBytes: 15 << 30, UpKbps: 1000, DownKbps: 2500, Devices: 3, Idle: 10 * time.Minute})
}

func (g *gate) giveLimits(t *testing.T, l access.Limits) {
	t.Helper()
	g.grant = g.giveTo(t, "asha", access.Offer{Source: access.Source{Kind: "gift", Key: "gate"}, SiteID: g.router.SiteID, Plan: "hour", Limits: l,
		Place: access.Place{MAC: "02aabbccdd09"}})
}

// giveTo gives what a name and the password siri reach.
func (g *gate) giveTo(t *testing.T, name string, o access.Offer) int64 {
	t.Helper()
	var given access.Given
	err := g.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		if given, err = g.Main.Access.Give(tx, o); err != nil {
			return err
		}
		return g.Main.Access.NameLogin(tx, given.GrantID, name, "siri")
	})
	if err != nil {
		t.Fatal(err)
	}
	return given.GrantID
}

// radclient sends one packet and says what radclient printed. silent means that no answer is expected, and waits less.
func radclient(t *testing.T, silent bool, to, kind, secret string, attributes ...string) string {
	t.Helper()
	program, err := exec.LookPath("radclient")
	if err != nil {
		t.Fatal("radclient is missing: install freeradius-utils")
	}
	wait := "5"
	if silent {
		wait = "0.5"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, program, "-x", "-r", "1", "-t", wait, to, kind, secret)
	command.Stdin = strings.NewReader(strings.Join(attributes, "\n") + "\n")
	out, _ := command.CombinedOutput() // it fails on a Reject; what it says is what counts
	return string(out)
}

func (g *gate) ask(t *testing.T, attributes ...string) string {
	t.Helper()
	return radclient(t, false, g.auth, "auth", gateSecret, append([]string{signed, calling}, attributes...)...)
}

func wantOutput(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
}

// counted sums a counter over the series that bear all the labels given as name, value pairs.
func (g *gate) counted(t *testing.T, name string, labels ...string) (sum float64) {
	t.Helper()
	families, err := g.Main.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, series := range family.GetMetric() {
			fits := family.GetName() == name
			for i := 0; i < len(labels); i += 2 {
				found := false
				for _, label := range series.GetLabel() {
					found = found || label.GetName() == labels[i] && label.GetValue() == labels[i+1]
				}
				fits = fits && found
			}
			if fits {
				sum += series.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// TestRadclientAgainstTheRunningProgram is "must be shown" 2.
func TestRadclientAgainstTheRunningProgram(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			g := openGate(t, dialect)
			for _, story := range []struct {
				name string
				tell func(*testing.T)
			}{
				{"PAP", g.tellPAP}, {"a code", g.tellCode}, {"CHAP", g.tellCHAP}, {"MS-CHAPv2", g.tellMSCHAP}, {"MAC", g.tellMAC},
				{"Status-Server", g.tellStatus}, {"duplicate", g.tellDuplicate}, {"accounting", g.tellAccounting},
				{"wrong secret", g.tellWrongSecret}, {"without Message-Authenticator", g.tellBare},
			} {
				t.Run(story.name, story.tell)
			}
			if panics := g.counted(t, "mtandao_radius_panics_total"); panics != 0 {
				t.Errorf("%v panics", panics)
			}
		})
	}
}

// Three devices share fifteen gigabytes: the first is told a third.
func (g *gate) tellPAP(t *testing.T) {
	out := g.ask(t, `User-Name = "asha"`, `User-Password = "siri"`)
	wantOutput(t, out, letIn, "Session-Timeout = ", "Message-Authenticator = 0x", "Class = 0x", "Idle-Timeout = 600", "Acct-Interim-Interval = 300",
		`Mikrotik-Rate-Limit = "1M/2500k"`, "Mikrotik-Total-Limit = 1073741824", "Mikrotik-Total-Limit-Gigawords = 1", "Port-Limit = 3")
	_, answer, _ := strings.Cut(out, letIn)
	if attributes := strings.Split(answer, "\n\t"); len(attributes) < 2 || !strings.HasPrefix(attributes[1], "Message-Authenticator") {
		t.Errorf("Message-Authenticator is not the first attribute\n%s", out)
	}
	wantOutput(t, g.ask(t, `User-Name = "asha"`, `User-Password = "siri2"`), refused, "Reply-Message = ")
	wantOutput(t, g.ask(t, `User-Name = "nobody"`, `User-Password = "siri"`), refused, "Reply-Message = ")
}

func (g *gate) tellCode(t *testing.T) {
	code, err := g.Main.Access.CodeOf(t.Context(), g.grant)
	if err != nil {
		t.Fatal(err)
	}
	wantOutput(t, g.ask(t, fmt.Sprintf("User-Name = %q", strings.ToLower(code)), fmt.Sprintf("User-Password = %q", strings.ToLower(code))), letIn)
}

func (g *gate) tellCHAP(t *testing.T) {
	challenge := seal.Random(16)
	for password, want := range map[string]string{"siri": letIn, "sirI": refused} {
		digest := md5.Sum(append(append([]byte{5}, password...), challenge...))
		wantOutput(t, g.ask(t, `User-Name = "asha"`, "CHAP-Password = 0x05"+hex.EncodeToString(digest[:]),
			"CHAP-Challenge = 0x"+hex.EncodeToString(challenge)), want)
	}
}

func (g *gate) tellMAC(t *testing.T) {
	ask := func(name, from string) string {
		return radclient(t, false, g.auth, "auth", gateSecret, signed, fmt.Sprintf("User-Name = %q", name), fmt.Sprintf("User-Password = %q", name),
			fmt.Sprintf("Calling-Station-Id = %q", from))
	}
	wantOutput(t, ask("02:AA:BB:CC:DD:09", "02:AA:BB:CC:DD:09"), letIn)
	wantOutput(t, ask("02aabbccdd09", "02-AA-BB-CC-DD-09"), letIn)
	wantOutput(t, ask("02:AA:BB:CC:DD:08", "02:AA:BB:CC:DD:08"), refused) // has nothing
	wantOutput(t, ask("02:AA:BB:CC:DD:09", "02:AA:BB:CC:DD:08"), refused) // somebody else's
}

func (g *gate) tellStatus(t *testing.T) {
	wantOutput(t, radclient(t, false, g.auth, "status", gateSecret, signed), letIn)
	wantOutput(t, radclient(t, false, g.acct, "status", gateSecret, signed), "Received Accounting-Response")
}

// tellDuplicate sends the same octets again and again, one accepted and one refused: the answer is the same octets.
func (g *gate) tellDuplicate(t *testing.T) {
	conn, err := net.Dial("udp", g.auth)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for id, password := range []string{"siri", "wrong"} {
		request := papOctets(byte(id), "02-AA-BB-CC-DD-01", "asha", password)
		var first []byte
		for n := range 4 {
			if _, err := conn.Write(request); err != nil {
				t.Fatal(err)
			}
			answer := make([]byte, 4096)
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			length, err := conn.Read(answer)
			if err != nil {
				t.Fatalf("copy %d: %v", n, err)
			}
			if n == 0 {
				first = answer[:length]
			} else if !bytes.Equal(answer[:length], first) {
				t.Errorf("%s: copy %d is answered by %x, the first by %x", password, n, answer[:length], first)
			}
		}
	}
	if got := g.counted(t, "mtandao_radius_duplicates_total", "router", "gate", "how", "answered again"); got != 6 {
		t.Errorf("%v copies were answered from memory", got)
	}
}

// papOctets writes an Access-Request by RFC 2865 and 2869, for a password of at most 16 octets.
func papOctets(id byte, mac, name, password string) []byte {
	wire := append([]byte{1, id, 0, 0}, seal.Random(16)...)
	hidden := md5.Sum(append([]byte(gateSecret), wire[4:20]...))
	for i := range password {
		hidden[i] ^= password[i]
	}
	for kind, value := range map[byte][]byte{1: []byte(name), 2: hidden[:], 31: []byte(mac)} {
		wire = append(append(wire, kind, byte(len(value)+2)), value...)
	}
	wire = append(append(wire, 80, 18), make([]byte, 16)...)
	binary.BigEndian.PutUint16(wire[2:], uint16(len(wire)))
	h := hmac.New(md5.New, []byte(gateSecret))
	h.Write(wire)
	copy(wire[len(wire)-16:], h.Sum(nil))
	return wire
}

func (g *gate) tellAccounting(t *testing.T) {
	report := func(status string, more ...string) {
		t.Helper()
		wantOutput(t, radclient(t, false, g.acct, "acct", gateSecret, append(more, "Acct-Status-Type = "+status, `Acct-Session-Id = "81a00001"`, calling,
			`User-Name = "asha"`, `NAS-Identifier = "gate"`, "Framed-IP-Address = 10.20.0.9")...), "Received Accounting-Response")
	}
	used := []string{"Acct-Session-Time = 60", "Acct-Input-Octets = 1000", "Acct-Output-Octets = 5", "Acct-Output-Gigawords = 1"}
	report("Start")
	report("Interim-Update", used...)
	report("Interim-Update", used...)
	until(t, 10*time.Second, "counted once", func() bool {
		view, _, _, err := g.Main.Access.View(t.Context(), g.grant)
		return err == nil && view.UsedBytes == 1<<32+1005 && view.State == access.Active
	})
	report("Stop", used...)
	until(t, 10*time.Second, "over", func() bool {
		open, err := g.Main.Radius.SessionsOf(t.Context(), g.grant)
		return err == nil && len(open) == 0
	})
}

func (g *gate) tellWrongSecret(t *testing.T) {
	const cause = "bad authenticator"
	before := g.counted(t, "mtandao_radius_dropped_total", "router", "gate", "cause", cause)
	out := radclient(t, true, g.auth, "auth", "another secret", signed, calling, `User-Name = "asha"`, `User-Password = "siri"`)
	out += radclient(t, true, g.acct, "acct", "another secret", `Acct-Session-Id = "wrong"`, "Acct-Status-Type = Start", calling)
	if strings.Contains(out, "Received") {
		t.Errorf("answered:\n%s", out)
	}
	if got := g.counted(t, "mtandao_radius_dropped_total", "router", "gate", "cause", cause); got != before+2 {
		t.Errorf("%v dropped, not 2", got-before)
	}
	if line := g.log.find("the secret of router gate is wrong"); line["router"] != "gate" || line["from"] != "127.0.0.1" {
		t.Errorf("the log says %v", line)
	}
}

func (g *gate) tellBare(t *testing.T) {
	ask := func(silent bool, more ...string) string {
		return radclient(t, silent, g.auth, "auth", gateSecret, append(more, calling, `User-Name = "asha"`, `User-Password = "siri"`)...)
	}
	if out := ask(true); strings.Contains(out, "Received") {
		t.Errorf("answered by default:\n%s", out)
	}
	if got := g.counted(t, "mtandao_radius_dropped_total", "router", "gate", "cause", "no message authenticator"); got != 1 {
		t.Errorf("%v dropped", got)
	}
	excepted := g.router
	excepted.Auth = routers.AuthExcepted
	g.save(t, excepted)
	wantOutput(t, ask(false), letIn)
	if line := g.log.find("accepted without Message-Authenticator"); line["level"] != "WARN" || line["router"] != "gate" {
		t.Errorf("the log says %v", line)
	}
	if out := ask(true, "Proxy-State = 0x01"); strings.Contains(out, "Received") {
		t.Errorf("Proxy-State without Message-Authenticator is answered:\n%s", out)
	}
}
