package backoffice

import (
	"strings"
	"time"

	"mtandao/internal/words"
)

// span is a duration as people say it, in its two largest parts: "1 h 24 min".
func span(l words.Lang, d time.Duration) string {
	minutes := int64(d / time.Minute)
	days, hours, rest := minutes/1440, minutes/60%24, minutes%60
	switch {
	case days > 0 && hours > 0:
		return words.Text(l, "guest.span.days", "D", days, "H", hours)
	case days > 0:
		return words.Text(l, "guest.span.day", "D", days)
	case hours > 0 && rest > 0:
		return words.Text(l, "guest.span.hours", "H", hours, "M", rest)
	case hours > 0:
		return words.Text(l, "guest.span.hour", "H", hours)
	case rest > 0:
		return words.Text(l, "guest.span.minutes", "M", rest)
	}
	return words.Text(l, "guest.span.moment")
}

// errorWords is a stored error in a sentence where it is a fault of ours with a text, else as it was written. Stored faults
// begin "kind: key Name=value".
func errorWords(f *frame, stored string) string {
	_, rest, found := strings.Cut(stored, ": ")
	key, said, _ := strings.Cut(rest, " ")
	if cut, _, more := strings.Cut(key, ":"); more {
		key, said = cut, ""
	}
	if !found || !words.Has(key) {
		return stored
	}
	var args []any
	for _, pair := range strings.Fields(said) {
		if name, value, ok := strings.Cut(pair, "="); ok {
			args = append(args, name, strings.TrimSuffix(value, ":"))
		}
	}
	if text := words.Text(f.Lang, key, args...); !strings.Contains(text, "<no value>") {
		return text
	}
	return stored
}
