package paper

import (
	_ "embed"
	"strings"
	"sync"

	"golang.org/x/image/font"
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

// Face is a font with the widths of its letters.
type Face struct {
	name string // in a PDF
	file []byte
	once sync.Once
	font *opentype.Font
	wide map[rune]float64 // in ems
}

// The fonts of paper.
var (
	Regular = &Face{name: "paper", file: regularFile}
	Bold    = &Face{name: "paperbold", file: boldFile}
	Mono    = &Face{name: "papercode", file: monoFile}
	faces   = []*Face{Regular, Bold, Mono}
)

// Lengths are millimetres, sizes of letters points.
const (
	Point     = 25.4 / 72
	CapHeight = 0.714 // of every font, in ems
)

const (
	units      = 1000 // to which widths are measured, as a PDF counts them
	lastLetter = 0xFFFF
)

func (t *Face) load() {
	t.once.Do(func() {
		parsed, err := opentype.Parse(t.file)
		if err != nil {
			panic(err) // it is embedded
		}
		t.font, t.wide = parsed, map[rune]float64{}
		var buffer sfnt.Buffer
		for r := rune(' '); r <= lastLetter; r++ {
			glyph, err := parsed.GlyphIndex(&buffer, r)
			if err != nil || glyph == 0 {
				continue
			}
			if advance, err := parsed.GlyphAdvance(&buffer, glyph, fixed.I(units), 0); err == nil {
				t.wide[r] = float64(advance) / 64 / units
			}
		}
	})
}

// Has says whether there is a picture of a letter.
func (t *Face) Has(r rune) bool {
	t.load()
	_, ok := t.wide[r]
	return ok
}

// Sized is the font at a size, for drawing pixels.
func (t *Face) Sized(pixels float64) (font.Face, error) {
	t.load()
	return opentype.NewFace(t.font, &opentype.FaceOptions{Size: pixels, DPI: 72})
}

// Width is how wide a text is.
func (t *Face) Width(size float64, s string) (mm float64) {
	t.load()
	for _, r := range s {
		mm += t.wide[r]
	}
	return mm * size * Point
}

// Fit makes a text no wider than w: smaller, down to least, and then shorter.
func (t *Face) Fit(size, least, w float64, s string) (float64, string) {
	if wide := t.Width(size, s); wide > w {
		size = max(least, size*w/wide)
	}
	if t.Width(size, s) <= w+0.01 {
		return size, s
	}
	letters := []rune(s)
	for len(letters) > 0 && t.Width(size, string(letters)+"…") > w {
		letters = letters[:len(letters)-1]
	}
	return size, strings.TrimSpace(string(letters)) + "…"
}

// Wrap breaks a text into lines no wider than w, at most so many: the last is cut off.
func (t *Face) Wrap(size, w float64, s string, most int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && len(lines) < most-1 && t.Width(size, longer) > w {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line == "" {
		return lines
	}
	_, line = t.Fit(size, size, w, line)
	return append(lines, line)
}
