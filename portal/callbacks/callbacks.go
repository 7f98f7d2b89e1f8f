package callbacks

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/portal/web"
)

// Spool keeps a message; it is durable when Append returns nil.
type Spool interface {
	Append(ctx context.Context, payload []byte) error
	Stats() spool.Stats
}

// Validator says whether a payment that somebody is about to make is welcome. A fault with the key "c2b.account",
// "c2b.amount" or "c2b.shortcode" refuses it; any other error is doubt, and doubt accepts.
type Validator interface {
	Validate(ctx context.Context, secret string, body []byte) error
}

// Options are what the addresses stand on.
type Options struct {
	Spool     Spool
	Validator Validator
	Reports   Reports
	Allow     []netip.Prefix // who may call; empty: anybody who knows a secret
	Proxies   web.Proxies
	Clock     clock.Clock
	Log       *slog.Logger
}

// Callbacks answers machines.
type Callbacks struct {
	Options
	door *door
}

// New makes the addresses.
func New(o Options) *Callbacks { return &Callbacks{Options: o, door: newDoor(o.Clock)} }

const (
	maxBody      = 16 << 10 // bytes; the rail's longest is 2 KiB
	secretLength = 32       // hex digits: a word that the rail forbids in a URL cannot appear in hex
	keepFor      = 5 * time.Second
	validateFor  = 3 * time.Second // the rail waits about 8 s
)

// The answers, to the letter.
const (
	accepted  = `{"ResultCode":0,"ResultDesc":"Accepted"}`
	confirmed = `{"ResultCode":0,"ResultDesc":"Success"}`
	welcome   = `{"ResultCode":"0","ResultDesc":"Accepted"}`
)

// refusals maps a fault to the code of a refused validation.
var refusals = map[string]string{"c2b.account": "C2B00012", "c2b.amount": "C2B00013", "c2b.shortcode": "C2B00015"}

// Routes are the addresses.
func (h *Callbacks) Routes() []web.Route {
	route := func(letter string, handle fiber.Handler) web.Route {
		return web.Route{Method: fiber.MethodPost, Path: "/in/" + letter + "/:secret", Policy: web.Machine, Handle: handle}
	}
	return []web.Route{
		route("p", h.keep(billing.AboutPush, accepted)), route("c", h.keep(billing.AboutMoney, confirmed)),
		route("t", h.keep(billing.AboutStatus, accepted)), route("e", h.keep(billing.NoStatus, accepted)),
		route("b", h.keep(billing.AboutSentBack, accepted)), route("d", h.keep(billing.NoSentBack, accepted)), route("s", h.keep(billing.AboutSentBackStatus, accepted)),
		route("v", h.validate), route("r", h.report),
	}
}

// admit is the secret of a request that may be heard; nobody else learns that the address exists.
func (h *Callbacks) admit(c *fiber.Ctx) (secret string, from netip.Addr, err error) {
	from = h.Proxies.Peer(c)
	secret = c.Params("secret")
	if len(h.Allow) > 0 && !web.Contains(h.Allow, from) {
		if h.door.shouts.Wait("not allowed") == 0 {
			h.Log.Warn("callback from an address that is not allowed", "from", from)
		}
		return "", from, fiber.ErrNotFound
	}
	if _, err := hex.DecodeString(secret); err != nil || len(secret) != secretLength {
		return "", from, fiber.ErrNotFound
	}
	if len(c.Request().Body()) > maxBody {
		return "", from, fiber.ErrRequestEntityTooLarge
	}
	return secret, from, nil
}

func (h *Callbacks) keep(kind, answer string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		secret, from, err := h.admit(c)
		if err != nil {
			return err
		}
		if err := h.listen(from, len(c.Request().Body())); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), keepFor)
		defer cancel()
		// The body as it was sent: Fiber would unpack a compressed one, however large it becomes.
		message := billing.Incoming{Kind: kind, Secret: secret, From: from.String(), Body: c.Request().Body(), At: h.Clock.Now()}
		if err := h.Spool.Append(ctx, Encode(message)); err != nil {
			h.Log.Error("callback not kept", "kind", kind, "error", err)
			return fault.Wrap(fault.Unavailable, "unavailable", err)
		}
		return reply(c, answer)
	}
}

func (h *Callbacks) validate(c *fiber.Ctx) error {
	secret, from, err := h.admit(c)
	if err != nil {
		return err
	}
	if h.listen(from, 0) != nil {
		return reply(c, welcome)
	}
	ctx, cancel := context.WithTimeout(context.Background(), validateFor)
	defer cancel()
	verdict := h.ask(ctx, secret, bytes.Clone(c.Request().Body()))
	if verdict == nil {
		return reply(c, welcome)
	}
	code, sure := refusals[fault.KeyOf(verdict)]
	if !sure {
		h.Log.Warn("validation in doubt, accepted", "error", verdict)
		return reply(c, welcome)
	}
	return reply(c, fmt.Sprintf(`{"ResultCode":%q,"ResultDesc":"Rejected"}`, code))
}

// ask gives the validator until the context ends, whether it heeds it or not.
func (h *Callbacks) ask(ctx context.Context, secret string, body []byte) error {
	verdict := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				verdict <- fmt.Errorf("validator: %v", p)
			}
		}()
		verdict <- h.Validator.Validate(ctx, secret, body)
	}()
	select {
	case err := <-verdict:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func reply(c *fiber.Ctx, body string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.SendString(body)
}

// Encode is a message as the spool keeps it.
func Encode(m billing.Incoming) []byte {
	payload, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings, bytes and a time: there is nothing in it that can fail
	}
	return payload
}

// Decode reads what Encode wrote.
func Decode(payload []byte) (billing.Incoming, error) {
	var m billing.Incoming
	if err := json.Unmarshal(payload, &m); err != nil {
		return billing.Incoming{}, fault.Wrap(fault.Invalid, "request.invalid", err)
	}
	return m, nil
}
