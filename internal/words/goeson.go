package words

import (
	"unicode"
	"unicode/utf8"
)

// GoesOn is a sentence as it goes on behind a comma: "The whole period" becomes "the whole period". What does not begin with one capital letter alone, as "KES 5" or
// "2 of 30 days", stays as it is.
func GoesOn(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[n:])
	if !unicode.IsUpper(first) || unicode.IsUpper(second) {
		return text
	}
	return string(unicode.ToLower(first)) + text[n:]
}
