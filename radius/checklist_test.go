package radius

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc2869"
	"layeh.com/radius/rfc4372"

	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// homes are where the tests of the checklist live: the name before the dot, and the folder.
var homes = map[string]string{"": ".", "access": "access", "routers": "routers", "mikrotik": "mikrotik", "chilli": "chilli", "spool": "../internal/spool",
	"app": "../internal/app", "sim": "../internal/sim/router"}

// TestTheChecklistIsProven: each line of testdata/checklist.txt (number, requirement, tests) names tests that exist, or says in a
// dash why it does not apply; no number is missing or there twice.
func TestTheChecklistIsProven(t *testing.T) {
	text, err := os.ReadFile("testdata/checklist.txt")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for home, folder := range homes {
		for _, name := range testsIn(t, folder) {
			tests[strings.TrimPrefix(home+".", ".")+name] = true
		}
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, " | ")
		if len(part) != 3 || seen[part[0]] {
			t.Fatalf("%q is not number, requirement and tests, or is there twice", line)
		}
		seen[part[0]] = true
		if why, none := strings.CutPrefix(part[2], "- "); none && len(why) > 20 {
			continue
		}
		for name := range strings.FieldsSeq(part[2]) {
			if !tests[name] {
				t.Errorf("%s (%s): there is no test %s", part[0], part[1], name)
			}
		}
	}
	for letter, n := range map[string]int{"P": 12, "A": 12, "M": 10, "S": 4, "C": 13, "U": 8, "O": 10, "I": 4, "G": 6, "T": 4, "Q": 4, "D": 11, "V": 3, "E": 5, "H": 8, "R": 10, "X": 18} {
		for i := 1; i <= n; i++ {
			if id := letter + string(rune('0'+i/10)) + string(rune('0'+i%10)); !seen[id] {
				t.Errorf("line %s is missing", id)
			}
		}
	}
}

// testsIn lists the tests of a folder.
func testsIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", folder, err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

// TestEachAnswerHoldsOnlyWhatItMay: Message-Authenticator comes first in every answer to a log-in; a Reject holds nothing that would be
// a service, an Accept no Service-Type that a router would have to refuse; Proxy-State comes back unchanged and in order.
func TestEachAnswerHoldsOnlyWhatItMay(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	for name, c := range map[string]struct {
		password string
		code     codec.Code
		most     []codec.Type // nil: any but those below
	}{"accept": {"siri", codec.CodeAccessAccept, nil}, "reject": {"wrong", codec.CodeAccessReject, []codec.Type{messageAuthType, rfc2865.ReplyMessage_Type, proxyStateType, rfc2869.EAPMessage_Type}}} {
		p := papRequest(t, "asha", c.password, testSecret)
		p.Add(rfc2869.EAPMessage_Type, codec.Attribute{2, 9, 0, 4})
		for _, state := range []string{"b", "a\x00", "c"} {
			p.Add(proxyStateType, codec.Attribute(state))
		}
		answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
		if answer == nil || answer.Code != c.code || answer.Attributes[0].Type != messageAuthType {
			t.Fatalf("%s: %v", name, answer)
		}
		var states []string
		for _, a := range answer.Attributes {
			if a.Type == proxyStateType {
				states = append(states, string(a.Attribute))
			}
			if a.Type == rfc2865.ServiceType_Type || a.Type == rfc2865.State_Type || c.most != nil && !strings.ContainsRune(runes(c.most), rune(a.Type)) {
				t.Errorf("%s holds attribute %d", name, a.Type)
			}
		}
		if strings.Join(states, "|") != "b|a\x00|c" {
			t.Errorf("%s: Proxy-State came back as %q", name, states)
		}
		if failure := answer.Get(rfc2869.EAPMessage_Type); c.code == codec.CodeAccessReject && !bytes.Equal(failure, []byte{4, 9, 0, 4}) {
			t.Errorf("EAP-Message %x", failure)
		}
	}
}

func runes(types []codec.Type) string {
	var all []rune
	for _, kind := range types {
		all = append(all, rune(kind))
	}
	return string(all)
}

// TestEveryReplyMessageIsShort and clean text: it may be shown to the guest.
func TestEveryReplyMessageIsShort(t *testing.T) {
	b := offering(t)
	router := testRouter()
	for _, cause := range []access.Cause{access.CauseUnknown, access.CauseWrongSecret, access.CauseSuspended, access.CauseEnded, access.CauseTimeUsed, access.CauseDataUsed,
		access.CauseExpired, access.CauseHours, access.CauseDevicesFull, access.CauseOtherSite, access.CauseUnavailable, CauseShared, CauseTries} {
		if !words.Has("cause." + string(cause)) {
			t.Errorf("%s has no sentence", cause)
		}
		out := b.auth.reject(request{router: &router, packet: papRequest(t, "asha", "siri", testSecret), tray: &tray{}}, cause, whose{})
		at, length := offsetOf(out.answer.Wire, rfc2865.ReplyMessage_Type)
		if message := string(out.answer.Wire[at : at+length]); message == "" || len(message) > longestMessage || !utf8.ValidString(message) {
			t.Errorf("%s says %q", cause, message)
		}
	}
}

// TestTerminateCausesAreNamed: all that RFC 2866 §5.10 lists, and one of the future.
func TestTerminateCausesAreNamed(t *testing.T) {
	names := []string{"User-Request", "Lost-Carrier", "Lost-Service", "Idle-Timeout", "Session-Timeout", "Admin-Reset", "Admin-Reboot", "Port-Error", "NAS-Error", "NAS-Request",
		"NAS-Reboot", "Port-Unneeded", "Port-Preempted", "Port-Suspended", "Service-Unavailable", "Callback", "User-Error", "Host-Request"}
	for i, name := range append(names, "") {
		p := report{status: end, id: "1"}.packet(t, testSecret)
		p.Del(rfc2866.AcctTerminateCause_Type)
		_ = rfc2866.AcctTerminateCause_Add(p, rfc2866.AcctTerminateCause(i+1))
		e, err := readEvent(record{RouterID: 7, At: noon, Raw: encoded(t, p)}, false)
		if err != nil || e.Cause == "" || name != "" && e.Cause != name {
			t.Errorf("%d reads as %q, %v", i+1, e.Cause, err)
		}
	}
}

// TestTheTimeOfAnEventIsItsArrivalLessItsDelay: routers without a battery say 1970, and 32 bits end in 2106.
func TestTheTimeOfAnEventIsItsArrivalLessItsDelay(t *testing.T) {
	for _, said := range []time.Time{time.Unix(0, 0), noon.Add(-time.Minute), time.Unix(1<<32-1, 0)} {
		p := report{status: more, id: "1", seconds: 60, delay: 30}.packet(t, testSecret)
		_ = rfc2869.EventTimestamp_Add(p, said)
		e, err := readEvent(record{RouterID: 7, At: noon, Raw: encoded(t, p)}, false)
		if err != nil || !e.At.Equal(noon.Add(-30*time.Second)) {
			t.Errorf("%v: %v, %v", said, e.At, err)
		}
	}
}

// TestNoLineOfTheLogTellsASecret: neither passwords, nor the router's secrets, nor what was answered.
func TestNoLineOfTheLogTellsASecret(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.Auth, r.OldSecret = routers.AuthAuto, "an old secret of the router" })
	auth, acct := b.Addresses()
	c := newClient(t, auth)
	for _, password := range []string{"siri", "my-bank-password"} {
		c.ask(encoded(t, papRequest(t, "asha", password, testSecret)), testSecret)
		c.send(mark(encoded(t, papRequest(t, "asha", password, "an old secret of the router")), "an old secret of the router"))
	}
	newClient(t, acct).send(encoded(t, report{status: begin, id: "1"}.packet(t, "nobody's secret")))
	eventually(t, "it is said", func() bool { return b.log.has("the secret of router gate is wrong") })
	for _, secret := range []string{"siri", "my-bank-password", testSecret, "an old secret of the router", "nobody's secret"} {
		if b.log.has(secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// TestChargeableUserIdentityIsStable, tells nothing without the key, and is given only to who asks for it.
func TestChargeableUserIdentityIsStable(t *testing.T) {
	ask := func(b *bench, asked bool) string {
		auth, _ := b.Addresses()
		p := papRequest(t, "asha", "siri", testSecret)
		if asked {
			_ = rfc4372.ChargeableUserIdentity_Add(p, []byte{0})
		}
		answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
		if answer == nil || answer.Code != codec.CodeAccessAccept {
			t.Fatal(answer)
		}
		return rfc4372.ChargeableUserIdentity_GetString(answer)
	}
	b := newServing(t)
	first := ask(b, true)
	if len(first) != 32 || first != ask(b, true) || ask(b, false) != "" {
		t.Errorf("identity %q", first)
	}
	b.access.edit(func(f *fakeAccess) { f.grant.ID++ })
	if other := ask(b, true); first == other {
		t.Errorf("another's identity is the same: %q", other)
	}
}

// TestPrefixesEndInZeros: octet 0, length, and no bit set behind the length (RFC 3162 §2.3).
func TestPrefixesEndInZeros(t *testing.T) {
	p := codec.New(codec.CodeAccessAccept, []byte(testSecret))
	at := access.Address{IPv6: netip.MustParsePrefix("2001:db8::1/61"), Delegated: netip.MustParsePrefix("2001:db8:ff:ffff::/52")}
	var all routers.Attributes
	if err := errors.Join((&routers.Answer{Address: at}).AddAddress(&all), all.AddTo(p)); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[codec.Type][]byte{97: {0, 61, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0}, 123: {0, 52, 0x20, 1, 0x0d, 0xb8, 0, 0xff, 0xf0}} {
		got := bytes.TrimRight(p.Get(kind), "\x00")
		if !bytes.Equal(got, bytes.TrimRight(want, "\x00")) {
			t.Errorf("attribute %d is % x, want % x", kind, p.Get(kind), want)
		}
	}
}

// TestMSCHAPNamesAreHashedWithoutTheirDomain (RFC 2759 §8.2).
func TestMSCHAPNamesAreHashedWithoutTheirDomain(t *testing.T) {
	m := &maker{rng: rand.New(rand.NewPCG(1, 2))}
	wire := m.draft(1).mschap("asha", "siri").wire()
	p := (&tray{}).parse(bytes.Replace(wire, []byte("\x01\x06asha"), []byte("\x01\x0eEXAMPLE\\asha"), 1), nil)
	var exchange mschap
	ok := exchange.read(p)
	if !ok || !exchange.verify("siri") || exchange.verify("Siri") {
		t.Errorf("%v, the name is %q", ok, exchange.user)
	}
}
