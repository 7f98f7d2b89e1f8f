package web

import (
	"encoding/hex"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/seal"
)

// policy allows one inline style by its hash and pictures inside the page; no script, no frame, no other host.
func policy(style string) string {
	return "default-src 'none'; style-src " + style + "; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Secure sets the headers that every response carries. A page sets its own Content-Security-Policy over this one.
func Secure(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, policy("'none'"))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer") // addresses hold tokens, and the next page is a router's
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}

const requestKey = "request id"

// Identify gives each request an id, in its answer and for the log. A client's own is not taken over.
func Identify(c *fiber.Ctx) error {
	id := hex.EncodeToString(seal.Random(8))
	c.Locals(requestKey, id)
	c.Set(fiber.HeaderXRequestID, id)
	return c.Next()
}

// RequestID is the id of the request; empty outside one.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestKey).(string)
	return id
}

// OwnPolicy allows a page of ours its files from this host and one inline style: no other host, no inline script, no frame but of a page of ours.
func OwnPolicy(style string) string {
	return "default-src 'none'; style-src 'self' '" + StyleHash(style) + "'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
