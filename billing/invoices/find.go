package invoices

import (
	"regexp"
	"strconv"
	"strings"
)

var numberShape = regexp.MustCompile(`^(?:([A-Z]{1,10}(?:-[0-9]{4})?)[- ]?|([A-Z][A-Z0-9]{0,9}(?:-[0-9]{4})?)[- ])?([0-9]{1,9})$`) // a series with digits in its name is set apart

// readNumber reads a document's number as people type it: "INV-2026-000123", "inv 123", or 123 alone, of any series.
func readNumber(typed string) (series string, number int64, ok bool) {
	typed = strings.ToUpper(strings.Join(strings.Fields(typed), " "))
	parts := numberShape.FindStringSubmatch(typed)
	if parts == nil {
		return "", 0, false
	}
	number, err := strconv.ParseInt(parts[3], 10, 64)
	return parts[1] + parts[2], number, err == nil && number > 0
}
