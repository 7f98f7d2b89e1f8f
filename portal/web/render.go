package web

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
	"mtandao/themes"
)

// Frame is what the layout around each page needs. A page struct embeds it.
type Frame struct {
	Lang    words.Lang
	Title   string
	Brand   string
	Logo    template.URL // data: only
	Tokens  themes.Tokens
	Skin    string       // what the brand's theme adds to the style sheet
	Rules   string       // style rules of this one page, made by us, never of anything a person sent
	Refresh string       // content of the meta refresh: seconds and one of our own addresses
	Style   template.CSS // set by the renderer
}

// T is the text of a key in the page's language; args are name, value pairs.
func (f *Frame) T(key string, args ...any) string { return words.Text(f.Lang, key, args...) }

// Framed is a page: a struct that embeds Frame.
type Framed interface{ frame() *Frame }

func (f *Frame) frame() *Frame { return f }

// Renderer holds a theme: its parsed templates and its style sheet.
type Renderer struct {
	*Templates
	sheet string
}

// NewRenderer parses layout.html, parts.html and each named page of the theme, and reads its sheet. A missing or broken
// file is an error here, at start, and never later.
func NewRenderer(theme fs.FS, sheet string, pages ...string) (*Renderer, error) {
	css, err := fs.ReadFile(theme, sheet)
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	parsed, err := ParseTemplates(theme, "layout.html", nil, pages...)
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	return &Renderer{Templates: parsed, sheet: string(css)}, nil
}

// On puts the theme's sheet on a ground that it shares with others.
func (r *Renderer) On(ground string) *Renderer { return &Renderer{r.Templates, ground + r.sheet} }

// HTML renders a page, and returns with it the hash that its style needs in the Content-Security-Policy.
func (r *Renderer) HTML(page string, data Framed) (body []byte, styleHash string, err error) {
	f := data.frame()
	style := f.Tokens.CSS() + r.sheet + f.Skin + f.Rules
	f.Style = template.CSS(style)
	if body, err = r.Execute(page, data); err != nil {
		return nil, "", fmt.Errorf("theme: %w", err)
	}
	return body, StyleHash(style), nil
}

// StyleHash is what the Content-Security-Policy says of an inline style.
func StyleHash(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Send answers with a rendered page.
func (r *Renderer) Send(c *fiber.Ctx, status int, page string, data Framed) error {
	body, hash, err := r.HTML(page, data)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, policy("'"+hash+"'"))
	c.Set(fiber.HeaderContentLanguage, string(data.frame().Lang))
	c.Type("html", "utf-8")
	return c.Status(status).Send(body)
}
