package callbacks

import (
	"bytes"
	"context"
	"crypto/subtle"

	"github.com/gofiber/fiber/v2"
)

// Reports takes an SMS carrier's word about a message that it has.
type Reports interface {
	TakeReport(ctx context.Context, body []byte) error
	// Secrets are the last parts of the addresses at which reports are taken: of the keys of now, and of before.
	Secrets() []string
}

// report passes a delivery report on. It is taken before it is answered: a carrier that hears of a failure tells again.
func (h *Callbacks) report(c *fiber.Ctx) error {
	secret, ours := []byte(c.Params("secret")), 0
	for _, one := range h.Reports.Secrets() {
		ours |= subtle.ConstantTimeCompare(secret, []byte(one))
	}
	if ours == 0 {
		return fiber.ErrNotFound
	}
	if len(c.Request().Body()) > maxBody {
		return fiber.ErrRequestEntityTooLarge
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepFor)
	defer cancel()
	if err := h.Reports.TakeReport(ctx, bytes.Clone(c.Request().Body())); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusOK)
}
