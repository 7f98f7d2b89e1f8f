package guest

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/site"
	"mtandao/internal/words"
)

type wordsPage struct {
	page
	Sections []section
}

type section struct {
	Title      string
	Paragraphs []string
	Links      []link
}

type link struct{ Text, Address string }

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
		p.Sections = append(p.Sections, section{Title: p.T(key + ".title"), Paragraphs: []string{p.T(key + ".text")}})
	}
	if reach := p.reach(v.brand); len(reach.Paragraphs)+len(reach.Links) > 0 {
		p.Sections = append(p.Sections, reach)
	}
	return p
}

// reach says when somebody answers, and how else than by telephone.
func (p *page) reach(b site.Brand) section {
	s := section{Title: p.T("guest.help.reach.title"), Links: p.links(b)}
	hours := b.HoursEN
	if p.Lang == words.Swahili && b.HoursSW != "" {
		hours = b.HoursSW
	}
	if hours != "" {
		s.Paragraphs = []string{hours}
	}
	return s
}

// links are a brand's places; most of them open only for somebody who is online.
func (p *page) links(b site.Brand) []link {
	var all []link
	for _, place := range []struct{ name, address, text string }{
		{b.WhatsApp, "https://wa.me/", "WhatsApp +" + b.WhatsApp}, {b.Email, "mailto:", b.Email},
		{b.Facebook, "https://www.facebook.com/", "Facebook " + b.Facebook}, {b.Instagram, "https://www.instagram.com/", "Instagram @" + b.Instagram},
		{b.TikTok, "https://www.tiktok.com/@", "TikTok @" + b.TikTok}, {b.X, "https://x.com/", "X @" + b.X},
	} {
		if place.name != "" {
			all = append(all, link{place.text, place.address + place.name})
		}
	}
	return all
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
