package access

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// codeSymbols is the alphabet of codes: no O, I, L, S or U, which people read as 0, 1, 1, 5 and V. Its size is prime, so that
// the check symbol finds every single wrong symbol and every two neighbours exchanged.
const (
	codeSymbols = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
	codeRandom  = 9
	codeLength  = codeRandom + 1
)

var lookAlikes = strings.NewReplacer("O", "0", "I", "1", "L", "1", "S", "5", "U", "V")

// NewCode makes a log-in code for people, "K7M4P-2QXTA": 9 random symbols of 31 (44 bits) and a check symbol.
func NewCode() string {
	symbols := make([]byte, codeRandom, codeLength)
	for i := range symbols {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeSymbols))))
		if err != nil {
			panic(err) // crypto/rand never fails since Go 1.24
		}
		symbols[i] = codeSymbols[n.Int64()]
	}
	return GroupCode(string(append(symbols, checkSymbol(string(symbols)))))
}

// SpellCode makes a code as somebody typed it canonical: ten capital symbols, nothing between. False when it is no code or
// its check symbol is wrong.
func SpellCode(s string) (string, bool) {
	if len(s) > 64 { // nobody types so much; do not work on it
		return "", false
	}
	code := lookAlikes.Replace(strings.ToUpper(strings.Map(withoutSpacing, s)))
	if len(code) != codeLength || strings.Trim(code, codeSymbols) != "" {
		return "", false
	}
	if code[codeRandom] != checkSymbol(code[:codeRandom]) {
		return "", false
	}
	return code, true
}

// GroupCode writes a canonical code for people: two groups of five.
func GroupCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}

// withoutSpacing drops what keyboards and paper put between symbols: spaces (no-break too) and every kind of dash.
func withoutSpacing(r rune) rune {
	if strings.ContainsRune(" \t\r\n\u00a0-_.\u2010\u2011\u2012\u2013\u2014\u2212", r) {
		return -1
	}
	return r
}

func checkSymbol(symbols string) byte {
	sum := 0
	for i := range len(symbols) {
		sum += (i + 1) * strings.IndexByte(codeSymbols, symbols[i])
	}
	return codeSymbols[sum%len(codeSymbols)]
}
