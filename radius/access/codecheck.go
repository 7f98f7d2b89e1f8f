package access

import "strings"

// The check symbol finds every single wrong symbol and every two neighbours exchanged, of codes of any length. It is made by
// H. M. Damm's method: remainders step through a table in which no two symbols can be told apart in one order only, and whose
// diagonal is zero, so that the remainder before the check symbol is that symbol. For 31 symbols, a prime, the table is the
// function 3(a - b); for 10 there is none so simple, and it is Damm's own.

// Which of the two a code is checked by shows in the code, so that it is read without knowing its style: one of letters and
// digits has two letters at least, one of digits none, and what has one letter is a slip of either.
const fewestLetters = 2

func validCode[T string | []byte | Code](c T) bool {
	letters := 0
	for i := range len(c) {
		n := places[c[i]]
		if n < 0 {
			return false
		}
		if n >= len(codeDigits) {
			letters++
		}
	}
	if letters == 0 {
		return remainder(c, len(codeDigits)) == 0
	}
	return letters >= fewestLetters && remainder(c, len(CodeSymbols)) == 0
}

// places are those of octets in the alphabet of codes; -1 for none. Each log-in by name asks whether that is a code.
var places = func() (all [256]int) {
	for b := range all {
		all[b] = strings.IndexByte(CodeSymbols, byte(b))
	}
	return all
}()

// remainder of symbols in a base of 10 or 31.
func remainder[T string | []byte | Code](code T, base int) int {
	r := 0
	for i := range len(code) {
		n := places[code[i]]
		if base == len(codeDigits) {
			r = int(damm[r][n] - '0')
		} else {
			r = 3 * (r - n + len(CodeSymbols)) % len(CodeSymbols)
		}
	}
	return r
}

// damm is the table of H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004, p. 111.
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}
