package billing

import (
	"encoding/hex"
	"strings"
	"unicode"
)

// payer is who paid, as the rail told it. A mask is nobody's alone: with the name beside it, it tells people apart.
func (c Confirmation) payer() string {
	if maskedPayer(c.Payer) && c.FirstName != "" {
		return c.Payer + " " + c.FirstName
	}
	return c.Payer
}

// maskedPayer says that some of the payer's number is hidden.
func maskedPayer(payer string) bool { return strings.ContainsAny(payer, "*•") }

// payerMark is by what a payer who is told as a hash, or as a masked number with a name, is known again; empty when there is
// too little of it. The rail masks the same number in more than one way: what it shows always is its first four digits and
// its last three.
func payerMark(payer string) string {
	sha := strings.ToLower(strings.TrimSpace(payer))
	if b, err := hex.DecodeString(sha); err == nil && len(b) == 32 {
		return sha
	}
	head, tail, name := maskParts(payer)
	if len(head) < 4 || len(tail) < 3 || name == "" {
		return ""
	}
	return head[:4] + "*" + tail[len(tail)-3:] + " " + name
}

// maskParts are the digits before and after what is hidden, and the name.
func maskParts(payer string) (head, tail, name string) {
	hidden := false
	var words []string
	for _, part := range strings.Fields(payer) {
		if strings.ContainsFunc(part, unicode.IsLetter) {
			words = append(words, strings.ToLower(part))
			continue
		}
		for _, r := range part {
			switch {
			case r == '*' || r == '•':
				hidden = true
			case r < '0' || r > '9':
			case hidden:
				tail += string(r)
			default:
				head += string(r)
			}
		}
	}
	if !hidden {
		return "", "", ""
	}
	return head, tail, strings.Join(words, " ")
}

// fitsMask says that a phone could be the one that a mask hides.
func fitsMask(phone, mask string) bool {
	head, tail, _ := maskParts(mask)
	return len(head) >= 4 && len(tail) >= 3 && strings.HasPrefix(phone, head) && strings.HasSuffix(phone, tail)
}
