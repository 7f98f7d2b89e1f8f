package radius

import (
	"bytes"
	"fmt"
	"slices"
)

// texts, numbers and addresses are attributes that routers send, each empty, short, whole, long and of odd octets.
var (
	textAttributes   = []byte{11, 18, 19, 20, 22, 24, 25, 30, 32, 33, 44, 50, 60, 63, 77, 87, 88, 89, 100, 99, 102, 126, 171, 172, 186}
	numberAttributes = []byte{5, 6, 7, 10, 12, 13, 27, 28, 29, 37, 61, 62, 76, 85, 101, 55, 187}
	addressShapes    = map[byte]int{4: 4, 8: 4, 9: 4, 14: 4, 95: 16, 96: 8, 168: 16, 169: 16}
	prefixAttributes = []byte{97, 123, 170}
	taggedAttributes = []byte{64, 65, 66, 67, 69, 81, 82, 83, 90, 91}
)

func (m *maker) attributes() {
	for _, kind := range textAttributes {
		for name, value := range each(map[string][]byte{"empty": {}, "text": []byte("gate"), "zeros": {0, 0, 0}, "most": bytes.Repeat([]byte{0xc3}, 253)}) {
			m.auth("accept", fmt.Sprintf("text %d, %s", kind, name), m.asha().add(kind, value...))
		}
	}
	for _, kind := range numberAttributes {
		for _, n := range []int{0, 3, 4, 5, 8} {
			m.auth("accept", fmt.Sprintf("number %d of %d octets", kind, n), m.asha().add(kind, bytes.Repeat([]byte{0xff}, n)...))
		}
	}
	for kind, whole := range each(addressShapes) {
		for _, n := range []int{0, whole - 1, whole, whole + 1} {
			m.auth("accept", fmt.Sprintf("address %d of %d octets", kind, n), m.asha().add(kind, bytes.Repeat([]byte{10}, n)...))
		}
	}
	for _, kind := range prefixAttributes {
		for _, value := range [][]byte{{}, {0}, {0, 129}, {0, 64}, {0, 64, 0x20, 1}, append([]byte{0, 56}, bytes.Repeat([]byte{0xff}, 16)...), append([]byte{0, 128}, bytes.Repeat([]byte{1}, 17)...)} {
			m.auth("accept", fmt.Sprintf("prefix %d of % x", kind, value[:min(3, len(value))]), m.asha().add(kind, value...))
		}
	}
	for _, kind := range taggedAttributes {
		for _, tag := range []byte{0, 1, 31, 32, 255} {
			m.auth("accept", fmt.Sprintf("tagged %d with tag %d", kind, tag), m.asha().add(kind, tag, 0, 0, 13))
		}
	}
	for kind := byte(241); kind <= 246; kind++ { // RFC 6929; 245 and 246 have flags, and go on in the next
		m.auth("accept", fmt.Sprintf("extended %d", kind), m.asha().add(kind, 1, 'x'))
		m.auth("accept", fmt.Sprintf("extended %d, empty", kind), m.asha().add(kind))
		m.auth("accept", fmt.Sprintf("extended %d in pieces", kind), m.asha().add(kind, append([]byte{1, 0x80}, make([]byte, 100)...)...).add(kind, 1, 0, 'x'))
		m.auth("accept", fmt.Sprintf("extended vendor %d", kind), m.asha().add(kind, 26, 0, 0, 0x3a, 0x8c, 1, 2))
	}
	for n := range 4 {
		d := m.asha()
		for i := range n {
			d.text(33, fmt.Sprintf("proxy %d", i))
		}
		m.auth("accept", fmt.Sprintf("%d Proxy-States", n), d)
	}
}

// vendors are Vendor-Specific attributes: whole, in pieces, several in one, and broken inside.
func (m *maker) vendors() {
	for _, id := range []uint32{14988, 14559, 311, 14122, 0, 0xffffffff} {
		for name, sub := range each(map[string][]byte{"nothing": {}, "one octet": {1}, "length 0": {1, 0}, "length 1": {1, 1}, "length 2": {1, 2},
			"overrun": {1, 99, 1}, "one": {1, 6, 0, 0, 0, 1}, "several": {1, 3, 'a', 2, 3, 'b', 8, 5, '1', 'M', '/'}, "one and a rest": {1, 3, 'a', 9},
			"most": append([]byte{1, 249}, make([]byte, 245)...)}) {
			m.auth("accept", fmt.Sprintf("vendor %d, %s", id, name), m.asha().vendor(id, sub...))
			if len(sub)%2 == 0 {
				m.acct("accounting", fmt.Sprintf("report with vendor %d, %s", id, name), m.interim().vendor(id, sub...))
			}
		}
	}
	for n := range 4 {
		m.auth("accept", fmt.Sprintf("vendor attribute of %d octets", n), m.asha().add(26, make([]byte, n)...))
	}
	m.auth("accept", "a vendor attribute in three fragments", m.asha().vendor(14988, 1, 200, 'a', 'b').vendor(14988, 'c').vendor(14988, 'd'))
	for _, n := range []int{0, 1, 15, 17, 49, 51} {
		m.auth("reject", fmt.Sprintf("MS-CHAP2-Response of %d octets", n), m.draft(1).text(1, "asha").mac().vendor(311, append([]byte{11, 18}, make([]byte, 16)...)...).
			vendor(311, append([]byte{25, byte(n + 2)}, make([]byte, n)...)...))
		m.auth("reject", fmt.Sprintf("MS-CHAP-Challenge of %d octets", n), m.draft(1).text(1, "asha").mac().vendor(311, append([]byte{11, byte(n + 2)}, make([]byte, n)...)...).
			vendor(311, append([]byte{25, 52}, make([]byte, 50)...)...))
	}
}

// eap is what we do not speak: refused when signed, dropped when not.
func (m *maker) eap() {
	identity := append([]byte{2, 1, 0, 9, 1}, "asha"...)
	for name, pieces := range each(map[string][][]byte{"identity": {identity}, "nothing": {{}}, "one octet": {{2}}, "a header alone": {{2, 1, 0, 4}}, "a wrong length": {{2, 1, 255, 255, 1}},
		"nak": {{2, 1, 0, 6, 3, 21}}, "TTLS": {append([]byte{2, 1, 0, 6, 21, 0x20}, 0)}, "in two pieces": {bytes.Repeat([]byte{2}, 253), identity},
		"in five pieces": slices.Repeat([][]byte{bytes.Repeat([]byte{3}, 253)}, 5), "success": {{3, 1, 0, 4}}, "failure": {{4, 1, 0, 4}}, "a code of none": {{9, 1, 0, 4}}}) {
		d, bare := m.draft(1).text(1, "asha").mac(), m.draft(1).text(1, "asha").mac()
		for _, piece := range pieces {
			d.add(79, piece...)
			bare.add(79, piece...)
		}
		m.auth("reject", "EAP, "+name, d)
		m.put(toAuth, "excepted", noAuthenticator, "unsigned EAP, "+name, bare.wire())
	}
	m.auth("reject", "EAP beside State", m.draft(1).text(1, "asha").mac().add(79, identity...).text(24, "a state"))
	m.auth("accept", "EAP beside PAP", m.asha().add(79, identity...))
}

// framing breaks lengths: of the datagram, of its length field, and of attributes.
func (m *maker) framing() {
	whole := m.asha().marked(testSecret)
	for n := 0; n < len(whole); n += 2 {
		m.put(toAuth, "required", malformed, fmt.Sprintf("cut to %d octets", n), whole[:n])
	}
	for _, n := range []int{0, 1, 19, len(whole) + 1, 4095, 4096, 4097, 65535} {
		m.put(toAuth, "required", malformed, fmt.Sprintf("says %d octets", n), withLength(whole, n))
	}
	m.put(toAuth, "required", noAuthenticator, "says 20 octets", withLength(whole, 20))
	for _, n := range []int{1, 16, 1000} {
		m.put(toAuth, "required", "accept", fmt.Sprintf("padded by %d", n), append(slices.Clone(whole), make([]byte, n)...))
	}
	for at := 20; at < len(whole); at += int(whole[at+1]) {
		for _, n := range []byte{0, 1, 255} {
			broken := slices.Clone(whole)
			broken[at+1] = n
			m.put(toAuth, "required", malformed, fmt.Sprintf("attribute %d says %d octets", whole[at], n), broken)
		}
	}
	for _, c := range []struct {
		n    int
		want string
	}{{195, "accept"}, {197, malformed}, {1000, malformed}, {2000, malformed}} {
		m.auth(c.want, fmt.Sprintf("%d empty attributes", c.n), m.asha().raw(bytes.Repeat([]byte{26, 2}, c.n)...))
	}
	m.auth("accept", "fifteen full attributes", m.asha().raw(bytes.Repeat(append([]byte{18, 255}, make([]byte, 253)...), 15)...))
	for n := range 24 { // whatever comes, of every small length
		noise := make([]byte, n*7)
		for i := range noise {
			noise[i] = byte(m.rng.Uint32())
		}
		m.put(toAuth, "required", malformed, fmt.Sprintf("noise of %d octets", len(noise)), noise)
	}
}

func withLength(w []byte, n int) []byte {
	w = slices.Clone(w)
	w[2], w[3] = byte(n>>8), byte(n)
	return w
}

// each goes through a map in the order of its keys, so that the corpus is always the same.
func each[K ~string | ~byte, V any](all map[K]V) func(func(K, V) bool) {
	return func(yield func(K, V) bool) {
		keys := make([]K, 0, len(all))
		for k := range all {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if !yield(k, all[k]) {
				return
			}
		}
	}
}
