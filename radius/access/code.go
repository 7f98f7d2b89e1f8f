package access

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode/utf8"
)

// Code is what people type to reach something, in the form it is stored in: capital symbols, nothing between, the last of
// which is a check symbol.
type Code string

// CodeSymbols is the alphabet of codes: no O, I, L, S or U, which people read as 0, 1, 1, 5 and V. The ten digits come first.
const (
	CodeSymbols = codeDigits + "ABCDEFGHJKMNPQRTVWXYZ"
	codeDigits  = "0123456789"
)

// How long a code is that is read, and how much somebody may type to say it.
const (
	shortestCode = 6
	longestCode  = 20
	longestTyped = 64
)

// CodeStyle is how codes of one kind are made.
type CodeStyle struct {
	Random int    // how many random symbols come before the check symbol, 5 to 19 with the prefix
	Digits bool   // digits only, for phones without letters
	Prefix string // symbols of the style that every code begins with
}

// Alphabet is the symbols that codes of the style are drawn from.
func (s CodeStyle) Alphabet() string {
	if s.Digits {
		return codeDigits
	}
	return CodeSymbols
}

// Valid says that codes of the style can be read back: a prefix of its own symbols, and no code too short or too long.
func (s CodeStyle) Valid() bool {
	n := len(s.Prefix) + s.Random + 1
	return s.Random >= shortestCode-1 && n <= longestCode && strings.Trim(s.Prefix, s.Alphabet()) == ""
}

// LogInCodes is the style of log-in codes, "K7M4P-2QXTA": 44 bits.
var LogInCodes = CodeStyle{Random: 9}

// New draws a code.
func (s CodeStyle) New() Code {
	alphabet := s.Alphabet()
	for {
		symbols := append(make([]byte, 0, len(s.Prefix)+s.Random+1), s.Prefix...)
		for range s.Random {
			n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
			if err != nil {
				panic(err) // crypto/rand never fails since Go 1.24
			}
			symbols = append(symbols, alphabet[n.Int64()])
		}
		code := Code(append(symbols, CodeSymbols[remainder(symbols, len(alphabet))]))
		if validCode(code) { // hardly any is not: of letters and digits, with fewer than two letters
			return code
		}
	}
}

// ReadCode reads a code of any style as somebody typed it: in any case, with spaces, dashes and look-alikes. False when it is
// no code or its check symbol is wrong.
func ReadCode(typed string) (Code, bool) {
	if len(typed) > longestTyped { // nobody types so much; do not work on it
		return "", false
	}
	var usual [longestTyped]byte
	code := appendFolded(usual[:0], typed)
	if len(code) < shortestCode || len(code) > longestCode || !validCode(code) {
		return "", false
	}
	return Code(code), true
}

// Grouped writes a code for people, in groups of so many symbols.
func (c Code) Grouped(size int) string {
	var groups []string
	for ; len(c) > size; c = c[size:] {
		groups = append(groups, string(c[:size]))
	}
	return strings.Join(append(groups, string(c)), "-")
}

// FoldCode brings what was typed to the alphabet of codes: look-alikes are what they look like, and what keyboards and paper
// put between symbols is gone. What is no symbol is left in.
func FoldCode(typed string) string { return string(appendFolded(nil, typed)) }

func appendFolded(b []byte, typed string) []byte {
	for _, r := range typed {
		if r < utf8.RuneSelf {
			r = foldedASCII[r]
		} else {
			r = foldSymbol(r)
		}
		if r >= 0 {
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

var foldedASCII = func() (all [utf8.RuneSelf]rune) {
	for r := range all {
		all[r] = foldSymbol(rune(r))
	}
	return all
}()

func foldSymbol(r rune) rune {
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch {
	case r == 'O':
		return '0'
	case r == 'I' || r == 'L':
		return '1'
	case r == 'S':
		return '5'
	case r == 'U':
		return 'V'
	case strings.ContainsRune(" \t\r\n\u00a0-_.\u2010\u2011\u2012\u2013\u2014\u2212", r): // no-break space and every kind of dash
		return -1
	}
	return r
}
