package customers

import (
	"slices"
	"strings"
	"unicode"
)

// Typed is what somebody typed as an account, and what it may mean.
type Typed struct {
	Keys  []string // under which numbers are stored, the likeliest first
	Loose string   // digits without the zeros before them, which spreadsheets lose; "" when it is no digits
	Phone Phone    // when it is one
}

// longestTyped is more than an account field takes; longer text is nobody's number.
const longestTyped = 64

// prefixes are what people write before their number.
var prefixes = map[string]bool{"A": true, "AC": true, "ACC": true, "ACCT": true, "ACCOUNT": true, "AKAUNTI": true, "NO": true, "NUM": true,
	"NUMBER": true, "NAMBA": true, "ACCNO": true, "ACNO": true, "ACCTNO": true, "ACCOUNTNO": true, "ACCOUNTNUMBER": true, "CUST": true, "CUSTOMER": true,
	"MTEJA": true, "ID": true, "REF": true}

// ReadTyped reads an account as people type it: in any case, with spaces, dashes and dots, after "ACC" or "A/C no:", beside their name, in
// full-width digits, or a phone instead. It never guesses: what is one digit wrong stays wrong. Digits of other scripts are not read.
func ReadTyped(typed string) Typed {
	var t Typed
	if len(typed) > longestTyped*4 {
		return t
	}
	parts, ok := partsOf(typed)
	if !ok {
		return t
	}
	t.add(NumberKey(typed))
	for len(parts) > 1 && prefixes[parts[0]] {
		parts = parts[1:]
	}
	rest := strings.Join(parts, "")
	if cut := strings.TrimLeft(rest, letters); prefixes[rest[:len(rest)-len(cut)]] && onlyDigits10(cut) {
		rest = cut // glued: ACC1234567
	}
	t.add(NumberKey(rest))
	t.Phone, _ = ParsePhone(rest)
	if alone := digitsBeside(parts); isNumber(alone) {
		t.add(alone) // 1234567 JANE
	}
	if onlyDigits10(rest) && t.Phone == "" {
		t.Loose = trimZeros(rest)
		if isNumber(t.Loose) {
			t.add(t.Loose) // 0001234567
		}
	}
	return t
}

func (t *Typed) add(key string) {
	if key != "" && len(key) <= longestTyped && !slices.Contains(t.Keys, key) {
		t.Keys = append(t.Keys, key)
	}
}

// NumberKey is the form under which a number is stored and found: capitals and digits only, and a phone always in its one form. Empty when
// nothing of it can be read.
func NumberKey(typed string) string {
	parts, ok := partsOf(typed)
	if !ok {
		return ""
	}
	key := strings.Join(parts, "")
	if len(key) > longestTyped {
		return ""
	}
	if phone, err := ParsePhone(key); err == nil {
		return string(phone)
	}
	return key
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// partsOf are the runs of letters and digits between everything else, in capitals; false when a letter or digit is of another script.
func partsOf(typed string) (parts []string, ok bool) {
	var part strings.Builder
	end := func() {
		if part.Len() > 0 {
			parts = append(parts, part.String())
			part.Reset()
		}
	}
	for _, r := range typed {
		if r >= '０' && r <= 'ｚ' { // full-width forms lie as ASCII does
			r -= '０' - '0'
		}
		switch {
		case r >= 'a' && r <= 'z':
			part.WriteRune(r - 'a' + 'A')
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z':
			part.WriteRune(r)
		case unicode.In(r, unicode.Cf):
		case r == unicode.ReplacementChar || unicode.In(r, unicode.L, unicode.N, unicode.M):
			return nil, false
		default:
			end()
		}
	}
	end()
	return parts, len(parts) > 0
}

// digitsBeside joins the digits when everything else is whole words; "" when letters and digits are glued.
func digitsBeside(parts []string) string {
	var digits strings.Builder
	for _, p := range parts {
		switch {
		case onlyDigits10(p):
			digits.WriteString(p)
		case strings.Trim(p, letters) != "":
			return ""
		}
	}
	return digits.String()
}
