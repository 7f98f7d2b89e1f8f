package staff

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// Bounds of a password: characters at least, octets at most; and what must be left of it without the words that anybody
// would try first.
const (
	leastCharacters = 10
	mostOctets      = 256
	leastLeft       = 6
)

//go:embed commonest.txt
var commonestText string

// commonest are words that passwords of ten characters and more are most often made of, in small letters.
var commonest = strings.Fields(commonestText)

// checkPassword refuses what is guessed first: fault.Invalid "staff.password_short", "staff.password_long",
// "staff.password_common" or "staff.password_own". own are the words of the member and the provider.
func checkPassword(password string, own []string) error {
	switch {
	case utf8.RuneCountInString(password) < leastCharacters:
		return fault.New(fault.Invalid, "staff.password_short", "Least", leastCharacters)
	case len(password) > mostOctets:
		return fault.New(fault.Invalid, "staff.password_long", "Most", mostOctets)
	}
	small := strings.ToLower(password)
	if left(small, own) < leastLeft {
		return fault.New(fault.Invalid, "staff.password_own")
	}
	bare := strings.TrimFunc(small, func(r rune) bool { return !unicode.IsLetter(r) })
	if slices.Contains(commonest, small) || slices.Contains(commonest, bare) || left(small, commonest) < leastLeft || variety(small) < leastLeft {
		return fault.New(fault.Invalid, "staff.password_common")
	}
	return nil
}

// CheckPassword is the rule for the passwords of others too; own are words that everybody knows of them.
func CheckPassword(password string, own []string) error {
	small := make([]string, 0, len(own))
	for _, word := range own {
		small = append(small, strings.ToLower(word))
	}
	return checkPassword(password, small)
}

// left counts the characters of a password that are in none of the words; words under four letters are in everything.
func left(small string, words []string) int {
	for _, word := range words {
		if utf8.RuneCountInString(word) >= 4 {
			small = strings.ReplaceAll(small, word, "")
		}
	}
	return utf8.RuneCountInString(small)
}

// variety counts different characters.
func variety(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// ownWords are what everybody knows of a member and the provider: longest first, so that a whole goes before its parts.
func ownWords(email, name, provider string) []string {
	local, domain, _ := strings.Cut(email, "@")
	own := []string{email, local, domain, "mtandao"}
	own = append(own, strings.FieldsFunc(email, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	for _, text := range []string{name, provider} {
		text = strings.ToLower(text)
		own = append(own, strings.Join(strings.Fields(text), ""))
		own = append(own, strings.Fields(text)...)
	}
	slices.SortStableFunc(own, func(a, b string) int { return len(b) - len(a) })
	return own
}

// checkPassword judges a new password by what is known of its member and the provider.
func (s *Service) checkPassword(password string, m Member) error {
	return checkPassword(password, ownWords(m.Email, m.Name, s.Provider()))
}
