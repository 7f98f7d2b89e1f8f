package mikrotik

import (
	"context"
	"errors"
	"os"
	"strings"

	"mtandao/internal/fault"
)

func unreachable(cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, os.ErrDeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, "router.timed_out", cause)
	}
	return fault.Wrap(fault.Unavailable, "router.unreachable", cause)
}

// loginFault maps what went wrong on the way to a usable connection.
func loginFault(err error) error {
	var refusal *DeviceError
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &refusal) && !errors.Is(err, ErrClosed):
		return fault.Wrap(fault.Denied, "router.api_login", err)
	}
	return unreachable(err)
}

// commandFault maps a failed command. A refusal that time may cure is Unavailable, as a silent router is.
func commandFault(err error) error {
	var refusal *DeviceError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrClosed) || !errors.As(err, &refusal):
		return unreachable(err)
	case passing(refusal.Message):
		return fault.Wrap(fault.Unavailable, "router.busy", err)
	case refusal.Category == "0" || strings.Contains(refusal.Message, "no such item") || strings.Contains(refusal.Message, "unknown host"):
		return fault.Wrap(fault.NotFound, "router.no_host", err)
	}
	return fault.Wrap(fault.Denied, deniedKey(err, refusal.Message), err)
}

// deniedKey says what a router will not do, and why: what our account may not is mended there, what it does not know by another version of it.
func deniedKey(err error, message string) string {
	switch {
	case lacksMenu(err):
		return "router.no_command"
	case strings.Contains(message, "not enough permissions"):
		return "router.no_permission"
	}
	return "router.refused"
}

// passing knows the hotspot's own words for "not now".
func passing(message string) bool {
	for _, words := range []string{"not responding", "retry later", "try again", "timeout", "already authorizing"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}
