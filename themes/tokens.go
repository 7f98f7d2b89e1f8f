package themes

import (
	"fmt"
	"strings"
)

// Tokens are the colours of one brand, corrected until each is readable where the stylesheet uses it.
type Tokens struct {
	Accent, OnAccent  Colour // the button and what stands on it
	Paper, Card, Ink  Colour // the page, the surfaces on it, the text on both
	Soft, Line, Tint  Colour // quiet text, borders, the ground of a chosen card
	Link, Good, Alarm Colour // the accent as text; success; failure
	Hush              Colour // the ground of a failure
}

const (
	textRatio = 4.5
	inkRatio  = 7
	edgeRatio = 3 // of a control's border, WCAG 1.4.11
	// what black or white must reach on the paper, so that there is room for quiet text, tints and cards
	paperRatio = 11
)

// Pour makes tokens of a brand's four "#rrggbb" colours. A colour that cannot be read is replaced by the house's; one
// that would be illegible is moved no further than it must be.
func Pour(accent, accentInk, paper, ink string) Tokens {
	t := Tokens{Accent: colour(accent, "#0f766e"), Paper: ground(colour(paper, "#f6f7f9"))}
	t.Card = card(t.Paper)
	t.OnAccent = colour(accentInk, opposite(t.Accent).String())
	if Contrast(t.OnAccent, t.Accent) < textRatio {
		t.OnAccent = opposite(t.Accent)
	}
	t.Ink = readable(colour(ink, "#111827"), inkRatio, t.Paper, t.Card)
	t.Tint = t.Card.mix(t.Accent, 0.07)
	t.Line = t.Card.mix(t.Ink, 0.14)
	t.Soft = readable(t.Ink.mix(t.Card, 0.38), textRatio, t.Paper, t.Card, t.Tint)
	t.Link = readable(t.Accent, textRatio, t.Paper, t.Card, t.Tint)
	t.Good = readable(Colour{0x0a, 0x7d, 0x4f}, textRatio, t.Paper, t.Card)
	red := Colour{0xb4, 0x23, 0x18}
	t.Hush = t.Card.mix(red, 0.07)
	t.Alarm = readable(red, textRatio, t.Paper, t.Card, t.Hush)
	return t
}

func colour(s, fallback string) Colour {
	if c, ok := ParseColour(s); ok {
		return c
	}
	c, _ := ParseColour(fallback)
	return c
}

// ground is a paper on which text of any of our colours can be read: no mid-tones.
func ground(paper Colour) Colour {
	ink := opposite(paper)
	return readable(paper, paperRatio, ink)
}

// card is the surface that lifts off the paper: white on light paper, a little lighter on dark paper.
func card(paper Colour) Colour {
	if opposite(paper) == black {
		return white
	}
	return paper.mix(white, 0.07)
}

// CSS is the tokens as custom properties, one rule.
func (t Tokens) CSS() string {
	edge := readable(t.Line, edgeRatio, t.Card)
	return ":root{" + strings.Join([]string{
		property("accent", t.Accent), property("on-accent", t.OnAccent), property("paper", t.Paper),
		property("card", t.Card), property("ink", t.Ink), property("soft", t.Soft), property("line", t.Line),
		property("edge", edge), property("tint", t.Tint), property("link", t.Link), property("good", t.Good),
		property("alarm", t.Alarm), property("hush", t.Hush),
	}, ";") + "}"
}

// Night are the tokens of who wants pages dark: the same accent on a dark paper.
func Night(accent, accentInk string) string {
	return "@media(prefers-color-scheme:dark){:root{color-scheme:dark}" + Pour(accent, accentInk, "#11161c", "#e7ecf2").CSS() + "}"
}

func property(name string, c Colour) string { return fmt.Sprintf("--%s:%s", name, c) }
