package mailbox

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// part reads a part, with the parts in it.
func (r *reader) part(h header, body []byte, depth int) {
	if r.parts++; depth > mostDepth || r.parts > mostParts {
		r.m.Garbled = true
		return
	}
	kind, about, err := mime.ParseMediaType(cmp.Or(h.get("content-type"), "text/plain"))
	if err != nil && kind == "" {
		r.m.Garbled, kind = true, "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		r.several(about["boundary"], body, depth)
		return
	}
	how, named, _ := mime.ParseMediaType(h.get("content-disposition"))
	name := phrase(cmp.Or(named["filename"], about["name"]), mostName)
	content, right := undo(h.get("content-transfer-encoding"), body)
	right = right || r.m.Cut
	switch {
	case kind == "message/rfc822" || kind == "message/global" || kind == "text/rfc822-headers":
		inner, _ := split(content)
		if r.m.Auto == Bounce { // of ours, which comes back
			for _, id := range ids(inner.get("message-id")) {
				r.answers(id)
			}
		}
		r.file(cmp.Or(name, phrase(inner.get("subject"), mostName)), kind, content)
	case how == "attachment" || name != "" || !strings.HasPrefix(kind, "text/") && kind != "message/delivery-status":
		r.file(name, kind, content)
	case kind == "text/html":
		right = r.text(&r.html, about["charset"], content) && right
	default:
		right = r.text(&r.plain, about["charset"], content) && right
	}
	r.m.Garbled = r.m.Garbled || !right
}

func (r *reader) file(name, kind string, body []byte) {
	if r.within = len(r.m.Files) < mostFiles; r.within {
		r.m.Files = append(r.m.Files, File{Name: name, Type: shorten(kind, mostName), Size: int64(len(body)), Body: body})
	}
}

func (r *reader) text(into *strings.Builder, charset string, content []byte) bool {
	r.within = false
	text, right := decode(charset, content)
	if room := mostText - into.Len(); len(text) > room {
		text, r.m.Cut = strings.ToValidUTF8(text[:max(0, room)], ""), true
	}
	if into.Len() > 0 && text != "" {
		into.WriteByte('\n')
	}
	into.WriteString(text)
	return right
}

// several takes the parts apart. A part that is not closed ends with the e-mail; where there is no boundary at all the text is read as it stands.
func (r *reader) several(boundary string, body []byte, depth int) {
	mark := []byte("--" + boundary)
	if boundary == "" || !bytes.Contains(body, mark) {
		r.m.Garbled = true
		r.part(header{}, body, depth+1)
		return
	}
	start, closed := -1, false
	for at := 0; at < len(body); {
		end := at + bytes.IndexByte(body[at:], '\n') + 1
		if end == at {
			end = len(body)
		}
		line := bytes.TrimRight(body[at:end], " \t\r\n")
		if tail, is := bytes.CutPrefix(line, mark); is && (len(tail) == 0 || string(tail) == "--") {
			if start >= 0 {
				r.inner(body[start:at], depth)
			}
			if start = end; len(tail) > 0 {
				start, closed = -1, true
				break
			}
		}
		at = end
	}
	if start >= 0 {
		r.inner(body[start:], depth)
	}
	r.m.Garbled = r.m.Garbled || !closed && !r.m.Cut
}

func (r *reader) inner(raw []byte, depth int) {
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r")) // of the boundary
	h, body := split(raw)
	r.part(h, body, depth+1)
}

// undo takes a transfer encoding off; false when it was broken, with what could be read.
func undo(encoding string, body []byte) ([]byte, bool) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err != nil {
			return byHand(body), false
		}
		return out, true
	case "base64":
		return unbase(body)
	}
	return body, true
}

// byHand reads quoted-printable of which something is none: what is no code stands for itself.
func byHand(body []byte) (out []byte) {
	for n := 0; n < len(body); n++ {
		rest := body[n+1:]
		switch {
		case body[n] != '=':
			out = append(out, body[n])
		case bytes.HasPrefix(rest, []byte("\r\n")):
			n += 2
		case bytes.HasPrefix(rest, []byte("\n")):
			n++
		default:
			var code [1]byte
			if len(rest) < 2 {
				out = append(out, '=')
			} else if _, err := hex.Decode(code[:], rest[:2]); err != nil {
				out = append(out, '=')
			} else {
				out, n = append(out, code[0]), n+2
			}
		}
	}
	return out
}

// unbase reads base64 up to where it ends or breaks, and overlooks what does not belong.
func unbase(body []byte) ([]byte, bool) {
	clean := make([]byte, 0, len(body))
	strange := false
	for _, c := range body {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		case c == '=', c == '\r', c == '\n', c == ' ', c == '\t':
		default:
			strange = true
		}
	}
	whole := len(clean)
	if whole%4 == 1 {
		whole, strange = whole-1, true
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(whole))
	n, err := base64.RawStdEncoding.Decode(out, clean[:whole])
	return out[:n], err == nil && !strange
}
