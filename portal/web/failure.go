package web

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
)

var statuses = map[fault.Kind]int{
	fault.Invalid: fiber.StatusBadRequest, fault.NotFound: fiber.StatusNotFound, fault.Denied: fiber.StatusForbidden,
	fault.Conflict: fiber.StatusConflict, fault.TooMany: fiber.StatusTooManyRequests,
	fault.Unavailable: fiber.StatusServiceUnavailable, fault.Internal: fiber.StatusInternalServerError,
}

// Status is the HTTP status of an error.
func Status(err error) int { return statuses[fault.KindOf(Fault(err))] }

// Fault is any error as a fault: Fiber's own become faults with our sentences.
func Fault(err error) error {
	var answer *fiber.Error
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return fault.Wrap(fault.NotFound, "page.unknown", err)
	case fiber.StatusRequestEntityTooLarge, fiber.StatusRequestHeaderFieldsTooLarge:
		return fault.Wrap(fault.Invalid, "request.too_large", err)
	}
	if answer.Code >= 500 {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	return fault.Wrap(fault.Invalid, "request.invalid", err)
}

// ForPerson says that the sentence of an error tells its reader all; the cause of any other is for the log.
func ForPerson(err error) bool {
	k := fault.KindOf(Fault(err))
	return k != fault.Internal && k != fault.Unavailable
}

// Number is what to say of a failed request to whoever is called about it: its id; empty for an error whose sentence tells all.
func Number(c *fiber.Ctx, err error) string {
	if ForPerson(err) {
		return ""
	}
	return RequestID(c)
}

// Dial is a number as a telephone dials it.
func Dial(phone string) string { return strings.ReplaceAll(phone, " ", "") }

const patience = 8 * time.Second

// Context limits what a handler asks of the services; Fiber's own context is never cancelled and is reused.
func Context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}
