package mailbox

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// header is the lines above a body, by names in small letters. Lines that are none are left out.
type header map[string][]string

func (h header) get(name string) string {
	if all := h[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// split takes the header off, which ends with the first empty line.
func split(raw []byte) (header, []byte) {
	h, last := header{}, ""
	var value strings.Builder // joined once: a header may have as many lines as it has letters
	done := func() {
		if last != "" {
			h[last] = append(h[last], value.String())
		}
	}
	defer done()
	for left := mostHeader; len(raw) > 0 && left > 0; {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		left -= len(line) + 1
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return h, rest
		}
		raw = rest
		if line[0] == ' ' || line[0] == '\t' {
			value.WriteString(" " + strings.TrimSpace(string(line)))
			continue
		}
		done()
		name, begin, ok := strings.Cut(string(line), ":")
		if last = strings.ToLower(strings.TrimSpace(name)); !ok || strings.ContainsFunc(last, unicode.IsSpace) {
			last = ""
		}
		value.Reset()
		value.WriteString(strings.TrimSpace(begin))
	}
	return h, raw
}

// encoded reads words of RFC 2047.
var encoded = mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
	raw, err := io.ReadAll(io.LimitReader(input, mostText))
	text, _ := decode(charset, raw)
	return strings.NewReader(text), err
}}

// decode turns bytes of a charset into text; false when they are of none that we know, and were read as what most such mails are.
func decode(charset string, raw []byte) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(charset)) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if valid := bytes.ToValidUTF8(raw, nil); len(valid) == len(raw) {
			return string(raw), true
		}
		text, _ := charmap.Windows1252.NewDecoder().Bytes(raw)
		return string(text), charset == ""
	}
	known, err := htmlindex.Get(charset)
	if err != nil {
		text, _ := charmap.Windows1252.NewDecoder().Bytes(raw)
		return string(text), false
	}
	text, err := known.NewDecoder().Bytes(raw)
	return strings.ToValidUTF8(string(text), "\ufffd"), err == nil
}

// phrase is a header's text as a person reads it, on one line.
func phrase(value string, most int) string {
	text, err := encoded.DecodeHeader(value)
	if err != nil {
		text = value
	}
	if strings.ToValidUTF8(text, "") != text {
		text, _ = decode("", []byte(text))
	}
	return shorten(strings.Join(strings.Fields(tidy(text)), " "), most)
}

func shorten(text string, most int) string {
	if all := []rune(text); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return text
}

// tidy leaves what can be shown: text without control characters and without marks that turn the direction of writing.
func tidy(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ", "\u00a0", " ").Replace(strings.ToValidUTF8(text, "\ufffd"))
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return c
		case unicode.IsControl(c), c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069', c == '\ufeff', c == '\u200b':
			return -1
		}
		return c
	}, text)
}

// heading reads what stands above the whole e-mail.
func (r *reader) heading(h header) {
	r.m.ID = append(ids(h.get("message-id")), "")[0]
	r.m.Subject = phrase(h.get("subject"), mostSubject)
	r.m.FromName, r.m.From = sender(h.get("from"))
	r.m.At, _ = mail.ParseDate(h.get("date"))
	r.m.At = r.m.At.UTC()
	for _, id := range ids(h.get("in-reply-to")) {
		r.answers(id)
	}
	earlier := ids(h.get("references"))
	for n := len(earlier) - 1; n >= 0; n-- {
		r.answers(earlier[n])
	}
	r.m.Auto = automatic(h, r.m.From)
}

func (r *reader) answers(id string) {
	for _, known := range r.m.Answers {
		if known == id {
			return
		}
	}
	if len(r.m.Answers) < mostAnswers {
		r.m.Answers = append(r.m.Answers, id)
	}
}

// ids are the Message-IDs in a header.
func ids(value string) (all []string) {
	for len(all) < 4*mostAnswers {
		_, rest, ok := strings.Cut(value, "<")
		if !ok {
			break
		}
		one, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		value = after
		if one = strings.Join(strings.Fields(one), ""); one != "" && len(one) <= mostID && strings.IndexFunc(one, func(c rune) bool { return c < '!' || c > '~' }) < 0 {
			all = append(all, one)
		}
	}
	return all
}

// sender reads a From, and what of it can be read when it breaks the rules.
func sender(value string) (name, address string) {
	if all, err := (&mail.AddressParser{WordDecoder: &encoded}).ParseList(value); err == nil && len(all) > 0 {
		return phrase(all[0].Name, mostName), readable(all[0].Address)
	}
	before, rest, ok := strings.Cut(value, "<")
	if !ok {
		before, rest = "", value
	}
	rest, _, _ = strings.Cut(rest, ">")
	if one, err := mail.ParseAddress(strings.TrimSpace(rest)); err == nil {
		return phrase(strings.Trim(strings.TrimSpace(before), `"`), mostName), readable(one.Address)
	}
	return phrase(value, mostName), ""
}

// readable is an address in small letters; empty when it is longer than any, or cannot be shown on a line.
func readable(address string) string {
	if len(address) > mostAddress || tidy(address) != address || strings.Contains(address, "\n") {
		return ""
	}
	return strings.ToLower(address)
}

// automatic says why an e-mail is no person's: RFC 3834, RFC 3464, and what programs write that know neither.
func automatic(h header, from string) Automatic {
	local, _, _ := strings.Cut(from, "@")
	kind, about, _ := mime.ParseMediaType(h.get("content-type"))
	path, has := h["return-path"]
	switch {
	case kind == "multipart/report" && about["report-type"] != "disposition-notification", local == "mailer-daemon", local == "postmaster",
		has && strings.TrimSpace(path[0]) == "<>", len(h["x-failed-recipients"]) > 0:
		return Bounce
	case said(h.get("auto-submitted"), "no"), said(h.get("x-auto-response-suppress"), "none"), len(h["x-autoreply"]) > 0, len(h["x-autorespond"]) > 0,
		kind == "multipart/report", strings.EqualFold(h.get("precedence"), "auto_reply"):
		return AutoReply
	case len(h["list-id"]) > 0, len(h["list-unsubscribe"]) > 0:
		return Bulk
	}
	switch strings.ToLower(h.get("precedence")) {
	case "bulk", "junk", "list":
		return Bulk
	}
	return ""
}

// said says that a header is there and says something else than what a person's would.
func said(value, person string) bool {
	word, _, _ := strings.Cut(value, ";")
	word = strings.TrimSpace(word)
	return word != "" && !strings.EqualFold(word, person)
}
