package site

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// Brand is a name, colours, logo and texts. Colours are "#rrggbb".
type Brand struct {
	ID                   int64
	Key                  string // lower-case a-z 0-9 -
	Name                 string
	WelcomeEN, WelcomeSW string
	TermsEN, TermsSW     string
	Accent, AccentInk    string // buttons, and the text on them
	Paper, Ink           string // page, and the text on it
	Logo                 []byte // cleaned SVG or PNG, at most 6 KB; empty: the name is written
	LogoType             string // "image/svg+xml", "image/png" or empty
}

// House is the brand of a site that has none, and the colours of a brand that names none.
var House = Brand{Key: "mtandao", Name: "Mtandao", Accent: "#0b6e4f", AccentInk: "#ffffff", Paper: "#ffffff", Ink: "#1a1d21"}

var colourShape = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Check fills what may be left empty, cleans the logo, and says what is wrong: fault.Invalid "brand.key", "brand.name",
// "brand.text", "brand.colour", "brand.logo" or "brand.logo_size".
func (b Brand) Check() (Brand, error) {
	if !slugShape.MatchString(b.Key) {
		return b, fault.New(fault.Invalid, "brand.key", "Key", b.Key)
	}
	if !isText(b.Name, 1, 80) {
		return b, fault.New(fault.Invalid, "brand.name")
	}
	if !isText(b.WelcomeEN, 0, 300) || !isText(b.WelcomeSW, 0, 300) || !isText(b.TermsEN, 0, 15000) || !isText(b.TermsSW, 0, 15000) {
		return b, fault.New(fault.Invalid, "brand.text")
	}
	var err error
	for _, c := range []struct {
		colour *string
		house  string
	}{{&b.Accent, House.Accent}, {&b.AccentInk, House.AccentInk}, {&b.Paper, House.Paper}, {&b.Ink, House.Ink}} {
		if *c.colour, err = colour(*c.colour, c.house); err != nil {
			return b, err
		}
	}
	b.Logo, b.LogoType, err = CleanLogo(b.Logo)
	return b, err
}

func colour(s, house string) (string, error) {
	if s == "" {
		return house, nil
	}
	lower := strings.ToLower(s)
	if !colourShape.MatchString(lower) {
		return s, fault.New(fault.Invalid, "brand.colour", "Colour", s)
	}
	return lower, nil
}

// isText says whether s is readable text of that many characters: valid UTF-8 without control characters but line breaks.
func isText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	if n < least || n > most || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}
