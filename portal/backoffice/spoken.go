package backoffice

import (
	"strings"

	"mtandao/internal/words"
)

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
