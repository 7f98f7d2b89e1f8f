package radius

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"layeh.com/radius/rfc2759"
)

// sample is one datagram of the corpus and what must come of it: the kind of the answer, or why there is none.
type sample struct {
	name, to, rule, want string
	wire                 []byte
}

// Where a sample goes, and the rule of its router.
const (
	toAuth = "auth"
	toAcct = "acct"
	toCoA  = "coa" // an answer to a request of ours
)

// maker makes the corpus, always the same from one seed. It shares no code with the server.
type maker struct {
	rng *rand.Rand
	all []sample
}

// draft is a packet in the making.
type draft struct {
	m     *maker
	code  byte
	auth  [16]byte
	attrs []byte
}

func (m *maker) draft(code byte) *draft {
	d := &draft{m: m, code: code}
	for i := range d.auth {
		d.auth[i] = byte(m.rng.Uint32())
	}
	return d
}

func (d *draft) add(kind byte, value ...byte) *draft {
	d.attrs = append(append(d.attrs, kind, byte(len(value)+2)), value...)
	return d
}

func (d *draft) text(kind byte, value string) *draft { return d.add(kind, []byte(value)...) }

func (d *draft) number(kind byte, value uint32) *draft {
	return d.add(kind, binary.BigEndian.AppendUint32(nil, value)...)
}

// raw adds octets that need not be an attribute.
func (d *draft) raw(octets ...byte) *draft {
	d.attrs = append(d.attrs, octets...)
	return d
}

// vendor adds a Vendor-Specific attribute of sub-attributes as they are.
func (d *draft) vendor(id uint32, sub ...byte) *draft {
	return d.add(26, append(binary.BigEndian.AppendUint32(nil, id), sub...)...)
}

func (d *draft) pap(name, password, secret string) *draft {
	plain := append([]byte(password), make([]byte, (16-len(password)%16)%16)...)
	if len(plain) == 0 {
		plain = make([]byte, 16)
	}
	last := d.auth[:]
	for i := 0; i < len(plain); i += 16 {
		pad := md5.Sum(append([]byte(secret), last...))
		for j := range 16 {
			plain[i+j] ^= pad[j]
		}
		last = plain[i : i+16]
	}
	return d.text(1, name).add(2, plain...)
}

func (d *draft) chap(name, password string, challenge []byte) *draft {
	h := md5.New()
	h.Write([]byte{7})
	h.Write([]byte(password))
	h.Write(challenge)
	return d.text(1, name).add(3, append([]byte{7}, h.Sum(nil)...)...)
}

func (d *draft) mschap(name, password string) *draft {
	challenge, peer := slices.Repeat([]byte{0x31}, 16), slices.Repeat([]byte{0x42}, 16)
	nt, err := rfc2759.GenerateNTResponse(challenge, peer, []byte(name), []byte(password))
	if err != nil {
		panic(err)
	}
	response := slices.Concat([]byte{9, 0}, peer, make([]byte, 8), nt)
	return d.text(1, name).vendor(311, append([]byte{11, 18}, challenge...)...).vendor(311, append([]byte{25, 52}, response...)...)
}

func (d *draft) mac() *draft { return d.text(31, "AA:BB:CC:DD:EE:FF") }

// wire is the packet as it stands, whoever believes it.
func (d *draft) wire() []byte {
	w := append([]byte{d.code, byte(d.m.rng.Uint32()), 0, 0}, d.auth[:]...)
	w = append(w, d.attrs...)
	binary.BigEndian.PutUint16(w[2:], uint16(len(w)))
	return w
}

// marked has Message-Authenticator in the last place, made with a secret.
func (d *draft) marked(secret string) []byte {
	w := d.add(80, make([]byte, 16)...).wire()
	return signAt(w, len(w)-16, secret)
}

// signAt fills in a Message-Authenticator over the packet as it is.
func signAt(w []byte, at int, secret string) []byte {
	h := hmac.New(md5.New, []byte(secret))
	h.Write(w)
	copy(w[at:], h.Sum(nil))
	return w
}

// summed is signed as accounting and orders are.
func (d *draft) summed(secret string) []byte {
	w := d.wire()
	copy(w[4:20], make([]byte, 16))
	sum := md5.Sum(append(slices.Clone(w), secret...))
	copy(w[4:20], sum[:])
	return w
}

func (m *maker) put(to, rule, want, name string, wire []byte) {
	m.all = append(m.all, sample{name: name, to: to, rule: rule, want: want, wire: wire})
}

func (m *maker) auth(want, name string, d *draft) {
	m.put(toAuth, "required", want, name, d.marked(testSecret))
}

func (m *maker) acct(want, name string, d *draft) {
	m.put(toAcct, "required", want, name, d.summed(testSecret))
}

// asha logs in; to that a case adds what it is about.
func (m *maker) asha() *draft { return m.draft(1).pap("asha", "siri", testSecret).mac() }

// interim reports; to that a case adds what it is about.
func (m *maker) interim() *draft {
	return m.draft(4).number(40, 3).text(44, "81a00001").text(1, "asha").mac()
}

// makeCorpus makes every sample; the seed is part of the corpus.
func makeCorpus() []sample {
	m := &maker{rng: rand.New(rand.NewPCG(2865, 2866))}
	m.logIns()
	m.attributes()
	m.vendors()
	m.eap()
	m.framing()
	m.signatures()
	m.blast()
	m.codes()
	m.reports()
	m.orders()
	return m.all
}

func (m *maker) logIns() {
	for _, n := range []int{1, 15, 16, 17, 31, 32, 33, 64, 127, 128} {
		m.auth("reject", fmt.Sprintf("PAP of %d characters", n), m.draft(1).pap("asha", string(slices.Repeat([]byte{'x'}, n)), testSecret).mac())
	}
	m.auth("accept", "PAP", m.asha())
	m.auth("reject", "PAP, empty", m.draft(1).pap("asha", "", testSecret).mac())
	m.auth("reject", "PAP of 144 octets", m.draft(1).text(1, "asha").add(2, make([]byte, 144)...).mac())
	m.auth("reject", "PAP hidden with another secret", m.draft(1).pap("asha", "siri", "another").mac())
	d := m.draft(1)
	m.auth("accept", "CHAP over the authenticator", d.chap("asha", "siri", d.auth[:]).mac())
	m.auth("accept", "CHAP over a challenge", m.draft(1).chap("asha", "siri", []byte("challenge")).text(60, "challenge").mac())
	m.auth("reject", "CHAP over no challenge", m.draft(1).chap("asha", "siri", nil).add(60).mac())
	m.auth("reject", "CHAP of a wrong password", m.draft(1).chap("asha", "siri!", []byte("challenge")).text(60, "challenge").mac())
	m.auth("accept", "MS-CHAPv2", m.draft(1).mschap("asha", "siri").mac())
	m.auth("reject", "MS-CHAPv2 of a wrong password", m.draft(1).mschap("asha", "siri!").mac())
	m.auth("reject", "two methods", m.asha().add(3, make([]byte, 17)...))
	m.auth("reject", "no method", m.draft(1).text(1, "asha").mac())
	m.auth("reject", "Authorize-Only without State", m.draft(1).text(1, "asha").number(6, 17).mac())
	m.auth("reject", "State and no password", m.draft(1).text(1, "asha").text(24, "a state").mac())
	for _, name := range []string{"", " ", "ASHA", "asha ", "asha@example.com", `EXAMPLE\asha`, "asha\x00", "\xff\xfe", "mañana", "a\nb", "'; DROP TABLE grants", "%s%n", "../../etc"} {
		m.auth("reject", fmt.Sprintf("name %q", name), m.draft(1).pap(name, "siri", testSecret).mac())
	}
	for _, form := range []string{"AA:BB:CC:DD:EE:FF", "AABB:CCDD:EEFF", "AABBCC:DDEEFF", "AA-BB-CC-DD-EE-FF", "AABBCC-DDEEFF", "AABBCCDDEEFF", "AA BB CC DD EE FF",
		"aabb.ccdd.eeff", "aabbccddeeff"} {
		m.auth("accept", "MAC log-in as "+form, m.draft(1).pap(form, form, testSecret).text(31, form))
	}
	for _, odd := range []string{"", "AA:BB", "AA:BB:CC:DD:EE:FG", "AA:BB:CC:DD:EE:FF:00:11", "00:00:00:00:00:00"} {
		m.auth("accept", fmt.Sprintf("Calling-Station-Id %q", odd), m.draft(1).pap("asha", "siri", testSecret).text(31, odd))
	}
	m.put(toAuth, "required", "status", "Status-Server", m.draft(12).marked(testSecret))
	m.put(toAcct, "required", "status", "Status-Server on the accounting port", m.draft(12).marked(testSecret))
	m.put(toAuth, "required", noAuthenticator, "Status-Server without Message-Authenticator", m.draft(12).wire())
	m.put(toAcct, "excepted", noAuthenticator, "Status-Server without Message-Authenticator, excepted", m.draft(12).wire())
}
