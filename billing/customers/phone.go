package customers

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"mtandao/internal/fault"
)

// Phone is a Kenyan mobile number in the form 2547XXXXXXXX or 2541XXXXXXXX.
type Phone string

// ParsePhone reads a number however people type it: 07…, 01…, 7…, +254…, 254…, 2540 7…, 00254…, with spaces, dashes, dots
// or brackets. fault.Invalid "phone.empty", "phone.letters", "phone.short", "phone.long" or "phone.foreign".
func ParsePhone(s string) (Phone, error) {
	digits, plus, err := onlyDigits(s)
	if err != nil {
		return "", err
	}
	if digits == "" {
		return "", fault.New(fault.Invalid, "phone.empty")
	}
	rest, zeros := strings.CutPrefix(digits, "00")
	international := zeros || plus && digits[0] != '0'
	if cut, ok := strings.CutPrefix(rest, "254"); ok && (international || len(rest) > 10) {
		rest = cut
	} else if international {
		return "", fault.New(fault.Invalid, "phone.foreign")
	}
	return national(strings.TrimPrefix(rest, "0"))
}

func national(rest string) (Phone, error) {
	switch {
	case len(rest) < 9:
		return "", fault.New(fault.Invalid, "phone.short")
	case rest[0] != '7' && rest[0] != '1':
		return "", fault.New(fault.Invalid, "phone.foreign")
	case len(rest) > 9:
		return "", fault.New(fault.Invalid, "phone.long")
	}
	return Phone("254" + rest), nil
}

// onlyDigits drops what people, and the phones they copy from, put around digits; plus says that a plus sign came first.
// Digits of other scripts are refused like letters: the payer shall see the number that will be asked.
func onlyDigits(s string) (digits string, plus bool, err error) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && !plus && b.Len() == 0:
			plus = true
		case unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || strings.ContainsRune(".()/", r):
		default:
			return "", false, fault.New(fault.Invalid, "phone.letters")
		}
	}
	return b.String(), plus, nil
}

// Local is 0712 345 678.
func (p Phone) Local() string {
	if len(p) != 12 {
		return ""
	}
	return "0" + string(p[3:6]) + " " + string(p[6:9]) + " " + string(p[9:])
}

// Masked is 0712 ••• 678: enough for its owner to know it.
func (p Phone) Masked() string {
	if len(p) != 12 {
		return ""
	}
	return "0" + string(p[3:6]) + " ••• " + string(p[9:])
}

// SHA256 is the hash in hexadecimal under which the rail tells a payer (reference/mpesa.md §8).
func (p Phone) SHA256() string {
	sum := sha256.Sum256([]byte(p))
	return hex.EncodeToString(sum[:])
}
