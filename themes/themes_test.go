package themes

import (
	"bytes"
	"image/png"
	"io/fs"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestContrastIsThatOfTheStandard(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#767676", "#ffffff", 4.54}, {"#ff0000", "#ffffff", 4.0}} {
		a, _ := ParseColour(c.a)
		b, _ := ParseColour(c.b)
		if got := Contrast(a, b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("Contrast(%s, %s) = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestParseColourRefusesOtherNotations(t *testing.T) {
	for _, s := range []string{"", "#fff", "red", "#12345g", "123456#", "#1234567", "#+12345"} {
		if c, ok := ParseColour(s); ok {
			t.Errorf("ParseColour(%q) = %v, want refusal", s, c)
		}
	}
}

func TestEveryBrandIsReadable(t *testing.T) {
	hex := rapid.StringMatching(`#[0-9a-f]{6}`)
	rapid.Check(t, func(t *rapid.T) {
		tokens := Pour(hex.Draw(t, "accent"), hex.Draw(t, "accent ink"), hex.Draw(t, "paper"), hex.Draw(t, "ink"))
		for _, pair := range []struct {
			name       string
			text, base Colour
		}{
			{"on accent", tokens.OnAccent, tokens.Accent}, {"ink on paper", tokens.Ink, tokens.Paper},
			{"ink on card", tokens.Ink, tokens.Card}, {"ink on tint", tokens.Ink, tokens.Tint},
			{"soft on paper", tokens.Soft, tokens.Paper}, {"soft on card", tokens.Soft, tokens.Card},
			{"soft on tint", tokens.Soft, tokens.Tint}, {"link on paper", tokens.Link, tokens.Paper},
			{"link on card", tokens.Link, tokens.Card}, {"good on card", tokens.Good, tokens.Card},
			{"alarm on hush", tokens.Alarm, tokens.Hush}, {"alarm on paper", tokens.Alarm, tokens.Paper},
		} {
			if got := Contrast(pair.text, pair.base); got < 4.5 {
				t.Errorf("%s: %s on %s is %.2f", pair.name, pair.text, pair.base, got)
			}
		}
	})
}

func TestAReadableBrandIsLeftAlone(t *testing.T) {
	tokens := Pour("#0f766e", "#ffffff", "#f6f7f9", "#111827")
	got := []string{tokens.Accent.String(), tokens.OnAccent.String(), tokens.Paper.String(), tokens.Ink.String()}
	if want := "#0f766e #ffffff #f6f7f9 #111827"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestIllegibleAccentInkIsReplaced(t *testing.T) {
	if got := Pour("#ffd400", "#ffffff", "", "").OnAccent; got != black {
		t.Errorf("text on yellow = %s, want %s", got, black)
	}
}

func TestTheStylesheetFetchesNothing(t *testing.T) {
	css, err := fs.ReadFile(Guest(), "guest.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, banned := range []string{"url(", "@import", "http", "</"} {
		if strings.Contains(string(css), banned) {
			t.Errorf("guest.css holds %q", banned)
		}
	}
}

// TestTheReadmesPicturesAreThere: `make screens` makes them.
func TestTheReadmesPicturesAreThere(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`\]\(([^)]+\.png)\)`).FindAllSubmatch(readme, -1)
	if len(shown) != 5 {
		t.Errorf("README shows %d pictures", len(shown))
	}
	for _, m := range shown {
		picture, err := os.ReadFile("../" + string(m[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		if size, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || size.Width != 390 && size.Width != 1280 || len(picture) > 150_000 {
			t.Errorf("%s: %d px wide, %d bytes, %v", m[1], size.Width, len(picture), err)
		}
	}
}
