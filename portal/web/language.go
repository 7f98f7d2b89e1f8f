package web

import (
	"strconv"
	"strings"

	"mtandao/internal/words"
)

// Language is the person's: what the address says, else what the browser prefers, else the fallback.
func Language(asked, accept string, fallback words.Lang) words.Lang {
	if l, ok := words.Parse(asked); ok {
		return l
	}
	if l, ok := accepted(accept); ok {
		return l
	}
	if l, ok := words.Parse(string(fallback)); ok {
		return l
	}
	return words.English
}

// accepted picks ours with the highest weight from an Accept-Language header (RFC 9110 §12.5.4).
func accepted(header string) (best words.Lang, found bool) {
	weight := 0.0
	for i, item := range strings.Split(header, ",") {
		tag, parameter, _ := strings.Cut(item, ";")
		tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		l, ours := words.Parse(tag)
		if w := quality(parameter); ours && w > weight && i < 10 {
			best, found, weight = l, true, w
		}
	}
	return best, found
}

func quality(parameter string) float64 {
	value, weighted := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
	if !weighted {
		return 1
	}
	w, err := strconv.ParseFloat(value, 64)
	if err != nil || w < 0 || w > 1 {
		return 0
	}
	return w
}
