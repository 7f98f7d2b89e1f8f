package access

import (
	"strings"

	"mtandao/internal/fault"
)

// MAC is a device's hardware address as twelve lower-case hex digits; empty when it is not known.
type MAC string

// ParseMAC reads a MAC as routers write it: 12 hex digits of any case, bare or in equal groups of 2, 4 or 6 set apart by
// one of ":", "-", ".", " ". fault.Invalid "mac.invalid" otherwise, and for the all-zero and broadcast addresses.
func ParseMAC(s string) (MAC, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	if i := strings.IndexAny(digits, ":-. "); i > 0 {
		groups := strings.Split(digits, digits[i:i+1])
		for _, group := range groups {
			if len(group) != i || 12%i != 0 || i%2 != 0 {
				return "", invalidMAC()
			}
		}
		digits = strings.Join(groups, "")
	}
	if len(digits) != 12 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", invalidMAC()
	}
	if digits == "000000000000" || digits == "ffffffffffff" {
		return "", invalidMAC()
	}
	return MAC(digits), nil
}

func invalidMAC() error { return fault.New(fault.Invalid, "mac.invalid") }

// Colons is the form AA:BB:CC:DD:EE:FF; empty for no MAC.
func (m MAC) Colons() string { return m.grouped(":") }

// Dashes is the form AA-BB-CC-DD-EE-FF; empty for no MAC.
func (m MAC) Dashes() string { return m.grouped("-") }

func (m MAC) grouped(separator string) string {
	var pairs []string
	for s := strings.ToUpper(string(m)); len(s) >= 2; s = s[2:] {
		pairs = append(pairs, s[:2])
	}
	return strings.Join(pairs, separator)
}
