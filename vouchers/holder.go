package vouchers

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestHolder = 64  // octets, as it is spelled
	longestReason = 200 // letters
)

// spellHolder writes who has vouchers as both databases keep it and compare it alike: in ASCII, the rest in octets after a per cent sign.
func spellHolder(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; c < utf8.RuneSelf && c != '%' {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hexOf(c)))
		}
	}
	return b.String()
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// readSpelled reads what spellHolder wrote.
func readSpelled(kept string) string {
	if name, err := url.PathUnescape(kept); err == nil {
		return name
	}
	return kept
}

// Printable says that a text can be stored and shown: whole letters, on one line.
func Printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
