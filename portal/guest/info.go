package guest

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
)

type wordsPage struct {
	page
	Sections []section
}

type section struct {
	Title      string
	Paragraphs []string
}

func (g *Guest) help(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "words", g.helpPage(v))
}

func (g *Guest) helpPage(v *visitor) *wordsPage {
	p := &wordsPage{page: g.newPage(v, "guest.help.title", v.home()+"/help")}
	for _, topic := range []string{"pin", "paid", "page", "time", "tv"} {
		key := "guest.help." + topic
		p.Sections = append(p.Sections, section{p.T(key + ".title"), []string{p.T(key + ".text")}})
	}
	return p
}

func (g *Guest) terms(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "words", g.termsPage(v))
}

func (g *Guest) termsPage(v *visitor) *wordsPage {
	p := &wordsPage{page: g.newPage(v, "guest.terms.title", v.home()+"/terms")}
	text := v.brand.TermsEN
	if v.lang == words.Swahili && v.brand.TermsSW != "" {
		text = v.brand.TermsSW
	}
	if strings.TrimSpace(text) == "" {
		text = p.T("guest.terms.none")
	}
	p.Sections = []section{{Paragraphs: paragraphs(text)}}
	return p
}

// paragraphs are set apart by empty lines.
func paragraphs(text string) []string {
	var out []string
	for _, part := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
