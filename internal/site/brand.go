package site

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/themes"
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
	Logo                 []byte // cleaned SVG, or a small PNG or JPEG, at most 6 KB; empty: the name is written
	LogoType             string // "image/svg+xml", "image/png", "image/jpeg" or empty
	Theme                string // one of themes.Names
	Picture              []byte // a JPEG across the price list, which shares 6 KB with the logo; empty: none
	HoursEN, HoursSW     string // when somebody answers: "Mon–Sat 8:00–20:00"
	WhatsApp             string // 254…, the number that is written to
	Email                string
	Facebook, Instagram  string // names there, without @ or address
	TikTok, X            string
	Sender               string // sender id of its SMS; empty: the carrier's own
	MailName, MailFrom   string // whom its e-mail is from; empty: its name, and the mail server's own address
}

// House is the brand of a site that has none, and the colours of a brand that names none.
var House = Brand{Key: "mtandao", Name: "Mtandao", Accent: "#0b6e4f", AccentInk: "#ffffff", Paper: "#ffffff", Ink: "#1a1d21", Theme: themes.Calm}

var colourShape = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Check fills what may be left empty, cleans the logo and the picture, and says what is wrong: fault.Invalid "brand.key",
// "brand.name", "brand.text", "brand.colour", "brand.theme", "brand.logo", "brand.logo_size", "brand.picture",
// "brand.picture_size" or what reached says.
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
	if b.Theme == "" {
		b.Theme = House.Theme
	}
	if !slices.Contains(themes.Names, b.Theme) {
		return b, fault.New(fault.Invalid, "brand.theme", "Theme", b.Theme)
	}
	if err = b.reached(); err != nil {
		return b, err
	}
	room := logoBytes
	if len(b.Picture) > 0 {
		room /= 2 // the picture wants some too
	}
	if b.Logo, b.LogoType, err = CleanLogo(b.Logo, room); err != nil {
		return b, err
	}
	b.Picture, err = FitPicture(b.Picture, pageBytes-len(b.Logo))
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
