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
	digits, ok := macDigits(strings.TrimSpace(s))
	if !ok {
		return "", invalidMAC()
	}
	return MAC(digits[:]), nil
}

// IsMAC says whether ParseMAC reads the MAC in a text.
func (m MAC) IsMAC(s string) bool {
	digits, ok := macDigits(strings.TrimSpace(s))
	return ok && string(digits[:]) == string(m)
}

const macLength = 12 // digits

func macDigits(s string) (digits [macLength]byte, ok bool) {
	var separator byte
	n, run, group := 0, 0, 0 // digits in all, since the last separator, before the first
	for i := range len(s) {
		b := s[i]
		if digit := hexDigit(b); digit != 0 {
			if n == macLength {
				return digits, false
			}
			digits[n] = digit
			n, run = n+1, run+1
			continue
		}
		if separator == 0 {
			separator, group = b, run
		}
		if strings.IndexByte(":-. ", separator) < 0 || b != separator || run != group || run == 0 || run%2 != 0 || macLength%run != 0 {
			return digits, false
		}
		run = 0
	}
	switch {
	case n != macLength || separator != 0 && run != group:
		return digits, false
	case string(digits[:]) == "000000000000" || string(digits[:]) == "ffffffffffff":
		return digits, false
	}
	return digits, true
}

// hexDigit is a digit in lower case; 0 when it is none.
func hexDigit(b byte) byte {
	switch {
	case b >= '0' && b <= '9' || b >= 'a' && b <= 'f':
		return b
	case b >= 'A' && b <= 'F':
		return b - 'A' + 'a'
	}
	return 0
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
