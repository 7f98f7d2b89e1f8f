package backoffice

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
)

const toldCookie = "mtandao_told"

// tell leaves a note for the next page: a words key with its arguments, and where it may be undone. It is shown once.
func (q *request) tell(tone, key, undo string, args ...string) {
	values := url.Values{"t": {tone}, "k": {key}, "u": {undo}, "a": args}
	q.Cookie(&fiber.Cookie{Name: toldCookie, Value: values.Encode(), Path: "/office", HTTPOnly: true, Secure: q.office.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 60})
}

// told takes the note that the page before has left. Only keys of ours are said, and only addresses of ours undone.
func (q *request) told(l words.Lang) []note {
	cookie := q.Cookies(toldCookie)
	if cookie == "" {
		return nil
	}
	q.Cookie(&fiber.Cookie{Name: toldCookie, Path: "/office", MaxAge: -1})
	values, err := url.ParseQuery(cookie)
	if err != nil || !words.Has(values.Get("k")) {
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
