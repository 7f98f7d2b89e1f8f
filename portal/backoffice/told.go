package backoffice

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
)

const toldCookie = "mtandao_told"

// tell leaves a note for the next page: a words key with its arguments, and where it may be undone. It is shown once.
func (q *request) tell(tone, key, undo string, args ...string) {
	note := url.Values{"t": {tone}, "k": {key}, "u": {undo}, "a": args}.Encode()
	q.Cookie(&fiber.Cookie{Name: toldCookie, Value: q.office.stamps.Make("told", q.token, note) + "." + note, Path: "/office", HTTPOnly: true, Secure: q.office.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 60})
}

// told takes the note that a page of ours has left for this sign-in; whoever is on the same Wi-Fi may have left another. Only keys of
// ours are said, and only addresses of ours undone.
func (q *request) told(l words.Lang) []note {
	cookie := q.Cookies(toldCookie)
	if cookie == "" {
		return nil
	}
	q.Cookie(&fiber.Cookie{Name: toldCookie, Path: "/office", MaxAge: -1})
	stamp, text, _ := strings.Cut(cookie, ".")
	values, err := url.ParseQuery(text)
	if err != nil || !q.office.stamps.Valid(stamp, "told", q.token, text) || !words.Has(values.Get("k")) {
		return nil
	}
	var args []any
	for _, a := range values["a"] {
		args = append(args, a)
	}
	n := note{Tone: values.Get("t"), Text: words.Text(l, values.Get("k"), args...)}
	if undo := values.Get("u"); undo != "" && safeBack(undo) == undo {
		n.Undo = undo
	}
	return []note{n}
}
