package customers

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// mostWords bounds by how many words of a name somebody is found.
const mostWords = 12

// wordsOf are the words of a name in capitals without accents, each once: "Wanjikũ wa Kamau" is WANJIKU, WA, KAMAU. Letters of other scripts
// find nobody.
func wordsOf(name string) (all []string) {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			return -1
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return ' '
		}
		return unicode.ToUpper(r)
	}, norm.NFD.String(name))
	for word := range strings.FieldsSeq(plain) {
		if word = word[:min(len(word), 40)]; !slices.Contains(all, word) && len(all) < mostWords {
			all = append(all, word)
		}
	}
	return all
}

// legal are words that many businesses end with.
var legal = map[string]bool{"LTD": true, "LIMITED": true, "CO": true, "COMPANY": true, "PLC": true, "LLP": true, "THE": true, "AND": true, "WA": true}

// soundOf is a word as one hears it: Mwangi and Muangi, Otieno and Othieno, Wanjiku and Wanjiko sound alike.
func soundOf(word string) string {
	var b strings.Builder
	var last rune
	for i, r := range word {
		switch r {
		case 'C', 'Q':
			r = 'K'
		case 'Z':
			r = 'S'
		case 'A', 'E', 'I', 'O', 'U', 'H', 'W', 'Y':
			if i > 0 {
				continue
			}
		}
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// soundsOf are the sounds of the words of a name that tell people apart.
func soundsOf(name string) (all []string) {
	for _, word := range wordsOf(name) {
		if sound := soundOf(word); !legal[word] && !slices.Contains(all, sound) {
			all = append(all, sound)
		}
	}
	return all
}

// near says whether two names may be one's: all words of the shorter, two at least, sound in the longer; of one word, that is all there is.
func near(a, b string) bool {
	one, other := soundsOf(a), soundsOf(b)
	if len(one) > len(other) {
		one, other = other, one
	}
	if len(one) == 0 || len(one) == 1 && len(other) > 1 {
		return false
	}
	return !slices.ContainsFunc(one, func(sound string) bool { return !slices.Contains(other, sound) })
}
