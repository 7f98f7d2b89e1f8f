package backoffice

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/handbook"
	"mtandao/internal/words"
)

// topics are the sections of the handbook by what follows /office/ in an address; what is not here has a section of its own name.
var topics = map[string]string{"": "today", "orders": "payments", "receipts": "payments", "callbacks": "payments", "payouts": "refunds", "paybacks": "refunds",
	"money": "payments", "money/statements": "statements", "money/days": "days", "money/differences": "days", "grants": "online", "sessions": "online", "overruns": "online", "subscriptions": "lines", "consent": "prompts",
	"returns": "resellers", "roles": "staff", "addons": "plans", "coupons": "plans", "prove": "me", "answers": "tickets", "apikeys": "programs", "deliveries": "webhooks", "brands": "sites"}

// topicOf is the section of the handbook for an address.
func topicOf(path string) string {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(path, "/office"), "/"), "/")
	if parts[len(parts)-1] == "why" {
		return "why"
	}
	for n := min(len(parts), 2); n > 0; n-- {
		if topic, ok := topics[strings.Join(parts[:n], "/")]; ok {
			return topic
		}
	}
	return parts[0]
}

// told is a text of the handbook beside a page; Title is empty when there is none.
func told(l words.Lang, path string) handbook.Text {
	t, _ := handbook.Page(l, topicOf(path))
	return t
}

func (b *Backoffice) helpRoutes() []route {
	return []route{{get, "/office/help", full, "", b.helpIndex}, {get, "/office/help/:chapter", full, "", b.helpChapter}}
}

// helpPage is the handbook: its chapters, or one, or all that is told beside pages.
type helpPage struct {
	frame
	Lead     string
	Chapters []crumb
	Texts    []handbook.Text
}

// everyPage is the chapter of what is told beside pages.
const everyPage = "pages"

func (b *Backoffice) helpIndex(q *request) error {
	p := &helpPage{frame: q.page("office.help.title", "more")}
	p.Lead = p.T("office.help.lead")
	for _, name := range handbook.Chapters {
		c, _ := handbook.Chapter(p.Lang, name)
		p.Chapters = append(p.Chapters, crumb{c.Title, "/office/help/" + name})
	}
	p.Chapters = append(p.Chapters, crumb{p.T("office.help.pages"), "/office/help/" + everyPage})
	return q.send(fiber.StatusOK, "help", p)
}

func (b *Backoffice) helpChapter(q *request) error {
	p := &helpPage{frame: q.page("office.help.title", "more")}
	p.Crumbs = []crumb{{p.Title, "/office/help"}}
	name := q.Params("chapter")
	if name == everyPage {
		p.Title, p.Lead, p.Texts = p.T("office.help.pages"), p.T("office.help.pages_lead"), handbook.Pages(p.Lang)
		return q.send(fiber.StatusOK, "help", p)
	}
	c, ok := handbook.Chapter(p.Lang, name)
	if !ok {
		return notHere()
	}
	p.Title = c.Title
	c.Title = ""
	p.Texts = []handbook.Text{c}
	if next := slices.Index(handbook.Chapters, name) + 1; next < len(handbook.Chapters) {
		then, _ := handbook.Chapter(p.Lang, handbook.Chapters[next])
		p.Chapters = []crumb{{then.Title, "/office/help/" + then.Name}}
	}
	return q.send(fiber.StatusOK, "help", p)
}
