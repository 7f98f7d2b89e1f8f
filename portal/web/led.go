package web

import "github.com/gofiber/fiber/v2"

// Led is a redirect, passed as an error so that nothing after it happens.
type Led string

func (l Led) Error() string { return "see " + string(l) }

// FromHere says that a form was sent by a page of ours, as far as the browser tells; one that tells nothing is taken at its stamp.
func FromHere(c *fiber.Ctx) bool {
	from := c.Get("Sec-Fetch-Site")
	return from == "" || from == "same-origin"
}
