package sheets

import (
	_ "embed"
	"strings"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var (
	//go:embed fonts/regular.ttf
	regularFile []byte
	//go:embed fonts/bold.ttf
	boldFile []byte
	//go:embed fonts/mono.ttf
	monoFile []byte
)

// typeface is a font with the widths of its letters.
type typeface struct {
	name string // in a PDF
	file []byte
	once sync.Once
	font *opentype.Font
	wide map[rune]float64 // in ems
}

var (
	regular = &typeface{name: "paper", file: regularFile}
	bold    = &typeface{name: "paperbold", file: boldFile}
	mono    = &typeface{name: "papercode", file: monoFile}
	faces   = []*typeface{regular, bold, mono}
)

const (
	units      = 1000 // to which widths are measured, as a PDF counts them
	lastLetter = 0xFFFF
	point      = 25.4 / 72
	capHeight  = 0.714 // of all three, in ems
)

func (t *typeface) load() {
	t.once.Do(func() {
		font, err := opentype.Parse(t.file)
		if err != nil {
			panic(err) // it is embedded
		}
		t.font, t.wide = font, map[rune]float64{}
		var buffer sfnt.Buffer
		for r := rune(' '); r <= lastLetter; r++ {
			glyph, err := font.GlyphIndex(&buffer, r)
			if err != nil || glyph == 0 {
				continue
			}
			if advance, err := font.GlyphAdvance(&buffer, glyph, fixed.I(units), 0); err == nil {
				t.wide[r] = float64(advance) / 64 / units
			}
		}
	})
}

func (t *typeface) has(r rune) bool {
	t.load()
	_, ok := t.wide[r]
	return ok
}

// width is how wide a text is.
func (t *typeface) width(size float64, s string) (mm float64) {
	t.load()
	for _, r := range s {
		mm += t.wide[r]
	}
	return mm * size * point
}

// fit makes a text no wider than w: smaller, down to least, and then shorter.
func (t *typeface) fit(size, least, w float64, s string) (float64, string) {
	if wide := t.width(size, s); wide > w {
		size = max(least, size*w/wide)
	}
	if t.width(size, s) <= w+0.01 {
		return size, s
	}
	letters := []rune(s)
	for len(letters) > 0 && t.width(size, string(letters)+"…") > w {
		letters = letters[:len(letters)-1]
	}
	return size, strings.TrimSpace(string(letters)) + "…"
}

// wrap breaks a text into lines no wider than w, at most so many: the last is cut off.
func (t *typeface) wrap(size, w float64, s string, most int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && len(lines) < most-1 && t.width(size, longer) > w {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line == "" {
		return lines
	}
	_, line = t.fit(size, size, w, line)
	return append(lines, line)
}
