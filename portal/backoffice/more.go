package backoffice

import "github.com/gofiber/fiber/v2"

// morePage lists all places, for phones, whose bar has room for four.
type morePage struct{ frame }

func (b *Backoffice) more(q *request) error {
	p := &morePage{frame: q.page("office.nav.more", "")}
	p.AtMore = true
	return q.send(fiber.StatusOK, "more", p)
}
