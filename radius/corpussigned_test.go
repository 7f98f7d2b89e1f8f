package radius

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"slices"
)

const malformed = "malformed"

// signatures are wrong in each way that a signature can be.
func (m *maker) signatures() {
	whole := m.asha().marked(testSecret)
	for i := range 16 {
		forged := slices.Clone(whole)
		forged[len(forged)-16+i] ^= 1 << (i % 8)
		m.put(toAuth, "excepted", badAuthenticator, fmt.Sprintf("Message-Authenticator with octet %d turned", i), forged)
	}
	for i := 4; i < len(whole)-18; i += 3 {
		forged := slices.Clone(whole)
		forged[i] ^= 0x20
		want := badAuthenticator
		if _, err := cutting(forged); err {
			want = malformed
		}
		m.put(toAuth, "excepted", want, fmt.Sprintf("octet %d turned", i), forged)
	}
	for _, n := range []int{0, 1, 15, 17, 32, 253} {
		m.put(toAuth, "excepted", badAuthenticator, fmt.Sprintf("Message-Authenticator of %d octets", n), m.asha().add(80, make([]byte, n)...).wire())
	}
	m.put(toAuth, "excepted", badAuthenticator, "signed with another secret", m.asha().marked("another secret"))
	m.put(toAuth, "excepted", badAuthenticator, "signed with nothing", m.asha().marked(""))
	first := m.draft(1).add(80, make([]byte, 16)...).pap("asha", "siri", testSecret).mac().wire()
	m.put(toAuth, "required", "accept", "Message-Authenticator first", signAt(first, 22, testSecret))
	two := m.draft(1).add(80, make([]byte, 16)...).pap("asha", "siri", testSecret).mac().add(80, make([]byte, 16)...).wire()
	m.put(toAuth, "required", "accept", "a second Message-Authenticator of zeros", signAt(two, 22, testSecret))
	m.put(toAuth, "required", badAuthenticator, "only the second Message-Authenticator is right", m.draft(1).add(80, make([]byte, 16)...).pap("asha", "siri", testSecret).marked(testSecret+"!"))
}

// cutting says whether the framing of an altered packet broke: the attribute lengths are walked as RFC 2865 §5 says.
func cutting(w []byte) (int, bool) {
	for at := 20; at < len(w); {
		if at+1 >= len(w) || w[at+1] < 2 || at+int(w[at+1]) > len(w) {
			return at, true
		}
		at += int(w[at+1])
	}
	return len(w), false
}

// blast are the shapes of CVE-2024-3596: unsigned requests, with and without what a forger needs.
func (m *maker) blast() {
	bare := func() *draft { return m.asha() }
	m.put(toAuth, "required", noAuthenticator, "unsigned", bare().wire())
	m.put(toAuth, "excepted", "accept", "unsigned, excepted", bare().wire())
	for _, n := range []int{0, 1, 16, 64, 200, 253} {
		m.put(toAuth, "excepted", proxyWithout, fmt.Sprintf("unsigned with Proxy-State of %d octets", n), bare().add(33, bytes.Repeat([]byte{0x5a}, n)...).wire())
		m.put(toAuth, "required", noAuthenticator, fmt.Sprintf("unsigned and not excepted with Proxy-State of %d octets", n), bare().add(33, bytes.Repeat([]byte{0x5a}, n)...).wire())
		m.auth("accept", fmt.Sprintf("signed with Proxy-State of %d octets", n), bare().add(33, bytes.Repeat([]byte{0x5a}, n)...))
	}
	for n := 2; n <= 5; n++ { // the collision's blocks are spread over several
		m.put(toAuth, "excepted", proxyWithout, fmt.Sprintf("unsigned with %d Proxy-States", n), bare().raw(bytes.Repeat(append([]byte{33, 66}, make([]byte, 64)...), n)...).wire())
	}
	m.put(toAuth, "excepted", proxyWithout, "unsigned with Proxy-State first", m.draft(1).add(33, 1, 2, 3).pap("asha", "siri", testSecret).mac().wire())
	m.put(toAuth, "excepted", "reject", "unsigned, hidden with another secret", m.draft(1).pap("asha", "siri", "another").mac().wire())
}

// codes are every code on both ports: only their own are served.
func (m *maker) codes() {
	for code := range 256 {
		if code > 52 && code%16 != 0 && code != 255 {
			continue
		}
		name := fmt.Sprintf("code %d", code)
		if code != 1 && code != 12 {
			m.put(toAuth, "required", wrongCode, name, m.draft(byte(code)).pap("asha", "siri", testSecret).marked(testSecret))
		}
		if code != 4 && code != 12 {
			m.put(toAcct, "required", wrongCode, name, m.draft(byte(code)).number(40, 1).text(44, "1").summed(testSecret))
		}
	}
}

// reports are accounting: every status, counters at their edges, and what may not be there.
func (m *maker) reports() {
	for _, status := range []uint32{0, 1, 2, 3, 4, 7, 8, 9, 10, 14, 15, 16, 255, 0xffffffff} {
		m.acct("accounting", fmt.Sprintf("status %d", status), m.draft(4).number(40, status).text(44, "81a00001").text(1, "asha").mac())
	}
	m.acct("accounting", "no status", m.draft(4).text(44, "81a00001").mac())
	m.acct("accounting", "no session id", m.draft(4).number(40, 1).mac())
	edges := []uint32{0, 1, 1 << 31, 0xffffffff}
	for _, octets := range edges {
		for _, turns := range edges {
			m.acct("accounting", fmt.Sprintf("%d octets and %d turns", octets, turns), m.interim().number(42, octets).number(52, turns).number(43, octets).number(53, turns))
		}
		m.acct("accounting", fmt.Sprintf("%d octets and no turns", octets), m.interim().number(42, octets).number(43, octets))
		m.acct("accounting", fmt.Sprintf("%d seconds", octets), m.interim().number(46, octets))
		m.acct("accounting", fmt.Sprintf("%d seconds late", octets), m.interim().number(41, octets))
		m.acct("accounting", fmt.Sprintf("at %d", octets), m.interim().number(55, octets))
		m.acct("accounting", fmt.Sprintf("ended for %d", octets), m.draft(4).number(40, 2).text(44, "1").number(49, octets))
	}
	for _, kind := range []byte{40, 41, 42, 43, 46, 49, 52, 53, 55} {
		for _, n := range []int{0, 1, 3, 5} {
			m.acct("accounting", fmt.Sprintf("number %d of %d octets in a report", kind, n), m.interim().add(kind, make([]byte, n)...))
		}
	}
	for name, id := range each(map[string][]byte{"empty": {}, "zeros": make([]byte, 8), "long": bytes.Repeat([]byte{'x'}, 253), "UTF-8": []byte("kikao ñ"), "control": {7, 8, 9}}) {
		m.acct("accounting", "session id, "+name, m.draft(4).number(40, 1).add(44, id...).mac())
		m.acct("accounting", "Class, "+name, m.interim().add(25, id...))
		m.acct("accounting", "Acct-Multi-Session-Id, "+name, m.interim().add(50, id...))
	}
	m.acct("accounting", "with a password", m.interim().add(2, make([]byte, 16)...).add(3, make([]byte, 17)...).text(24, "a state"))
	whole := m.interim().summed(testSecret)
	for i := range 16 {
		forged := slices.Clone(whole)
		forged[4+i] ^= 1
		m.put(toAcct, "excepted", badAuthenticator, fmt.Sprintf("authenticator with octet %d turned", i), forged)
	}
	for n := 0; n < len(whole); n += 3 {
		m.put(toAcct, "required", malformed, fmt.Sprintf("report cut to %d octets", n), whole[:n])
	}
	m.put(toAcct, "excepted", badAuthenticator, "an authenticator of zeros", m.interim().wire())
	m.put(toAcct, "excepted", badAuthenticator, "report signed with another secret", m.interim().summed("another secret"))
	m.put(toAcct, "excepted", badAuthenticator, "report with a wrong Message-Authenticator", m.interim().add(80, make([]byte, 16)...).summed(testSecret))
}

// orders are answers to what we told a router: believed from whom we asked, over what we asked, with the right secret.
func (m *maker) orders() {
	answer := func(code byte, asked [16]byte, secret string, attributes ...byte) []byte {
		w := m.draft(code).raw(attributes...).wire()
		w[1] = orderIdentifier
		sum := md5.Sum(slices.Concat(w[:4], asked[:], w[20:], []byte(secret)))
		copy(w[4:20], sum[:])
		return w
	}
	for code := byte(40); code <= 45; code++ {
		want := "delivered"
		if code == 40 || code == 43 {
			want = "ignored"
		}
		m.put(toCoA, "", want, fmt.Sprintf("answer %d", code), answer(code, orderAuthenticator, testSecret))
		m.put(toCoA, "", "ignored", fmt.Sprintf("answer %d with another secret", code), answer(code, orderAuthenticator, "another secret"))
		m.put(toCoA, "", "ignored", fmt.Sprintf("answer %d to another request", code), answer(code, [16]byte{9}, testSecret))
		m.put(toCoA, "", "ignored", fmt.Sprintf("answer %d with a wrong Message-Authenticator", code), answer(code, orderAuthenticator, testSecret, append([]byte{80, 18}, make([]byte, 16)...)...))
	}
	for _, cause := range []uint32{201, 202, 401, 402, 403, 404, 405, 406, 407, 501, 502, 503, 504, 505, 506, 507, 508, 0, 0xffffffff} {
		m.put(toCoA, "", "delivered", fmt.Sprintf("NAK with Error-Cause %d", cause), answer(42, orderAuthenticator, testSecret, 101, 6, byte(cause>>24), byte(cause>>16), byte(cause>>8), byte(cause)))
	}
	m.put(toCoA, "", "delivered", "NAK with Error-Cause of one octet", answer(45, orderAuthenticator, testSecret, 101, 3, 1))
	m.put(toCoA, "", "ignored", "an answer cut off", answer(41, orderAuthenticator, testSecret)[:19])
}

// orderIdentifier and orderAuthenticator are of the request that the answers of the corpus are to.
const orderIdentifier = 77

var orderAuthenticator = [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
