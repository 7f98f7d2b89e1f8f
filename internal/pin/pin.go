package pin

import (
	"strings"

	"mtandao/internal/fault"
)

const digits = 6

// Check refuses what is no PIN, or one that is guessed first: fault.Invalid "pin.form", "pin.weak".
func Check(pin, phone string) error {
	if len(pin) != digits || strings.Trim(pin, "0123456789") != "" {
		return fault.New(fault.Invalid, "pin.form", "Digits", digits)
	}
	if weak(pin) || strings.HasSuffix(phone, pin) {
		return fault.New(fault.Invalid, "pin.weak")
	}
	return nil
}

// weak are runs, pairs and halves that repeat: 111111, 123456, 121212, 123123.
func weak(pin string) bool {
	return strings.Contains("0123456789012345", pin) || strings.Contains("9876543210987654", pin) ||
		pin == strings.Repeat(pin[:1], 6) || pin == strings.Repeat(pin[:2], 3) || pin == strings.Repeat(pin[:3], 2)
}
