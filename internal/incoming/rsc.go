package incoming

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// item is an item of one of RouterOS's menus.
type item struct {
	at    string
	verb  string // "add", or "set" with what it is set on
	which string
	props map[string]string
}

// export is what was found of some menus of a router, by the API's path: "/ppp/secret".
type export struct {
	items  map[string][]item
	broken []Told
	hidden bool // the export says that it leaves passwords out
}

// readExport reads the text that /export writes.
func readExport(in io.Reader, menus ...string) (*export, error) {
	in, err := unpacked(in)
	if err != nil {
		return nil, err
	}
	e := &export{items: map[string][]item{}}
	r := bufio.NewReaderSize(in, 1<<16)
	line, path := 0, ""
	for {
		text, lines, closed, err := logicalLine(r)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = invalid("incoming.torn", "Line", line+1)
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		first := line + 1
		line += lines
		at := fmt.Sprintf("line %d", first)
		switch trimmed := strings.TrimSpace(text); {
		case trimmed == "", strings.HasPrefix(trimmed, "#"):
			e.hidden = e.hidden || strings.Contains(trimmed, "hide-sensitive")
		default:
			path = e.take(at, path, trimmed, closed, menus)
		}
		if err == io.EOF {
			return e, nil
		}
	}
}

// take reads a command, and gives the menu in which the next one stands.
func (e *export) take(at, path, text string, closed bool, menus []string) string {
	if strings.HasPrefix(text, "/") {
		words := strings.Fields(text)
		var menu []string
		n := 0
		for ; n < len(words) && words[n] != "add" && words[n] != "set" && words[n] != "remove" && words[n] != "print"; n++ {
			menu = append(menu, strings.Trim(words[n], "/"))
		}
		path = "/" + strings.Join(menu, "/")
		if n == len(words) {
			return path
		}
		text = strings.TrimSpace(text[strings.Index(text, " "+words[n])+1:])
	}
	for _, m := range menus {
		if m != path {
			continue
		}
		i, err := readItem(at, text)
		if !closed {
			err = invalid("incoming.open_quote")
		}
		if err != nil {
			e.broken = append(e.broken, Told{At: at, Name: path, Why: err})
		} else {
			e.items[path] = append(e.items[path], i)
		}
	}
	return path
}

// logicalLine joins the lines of one command: a backslash at the end goes on with the next, without what that is indented by.
func logicalLine(r *bufio.Reader) (text string, lines int, closed bool, err error) {
	var s strings.Builder
	inside := false
	for {
		c, err := r.ReadByte()
		if err != nil {
			return s.String(), lines + 1, !inside, err
		}
		switch {
		case c == '\\':
			next, err := r.ReadByte()
			if err == nil && next == '\r' {
				if next, err = r.ReadByte(); err == nil && next != '\n' {
					_ = r.UnreadByte()
					next = '\r'
				}
			}
			if err != nil {
				return s.String(), lines + 1, !inside, err
			}
			if next != '\n' {
				s.WriteByte('\\')
				s.WriteByte(next)
				continue
			}
			lines++
			for {
				if c, err := r.ReadByte(); err != nil {
					break
				} else if c != ' ' && c != '\t' {
					_ = r.UnreadByte()
					break
				}
			}
		case c == '\n':
			return s.String(), lines + 1, !inside, nil
		case c == '\r' && !inside:
		default:
			if c == '"' {
				inside = !inside
			}
			s.WriteByte(c)
		}
	}
}

// readItem reads "add name=value other="a value"", or "set [ find default=yes ] name=value".
func readItem(at, text string) (item, error) {
	i := item{at: at, props: map[string]string{}}
	i.verb, text, _ = strings.Cut(text, " ")
	if i.verb != "add" && i.verb != "set" {
		return i, invalid("incoming.command", "Command", i.verb)
	}
	var which []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] == '[' {
			end := strings.IndexByte(text, ']')
			if end < 0 {
				return i, invalid("incoming.open_quote")
			}
			which, text = []string{strings.TrimSpace(text[1:end])}, text[end+1:]
			continue
		}
		end := strings.IndexAny(text, " =")
		if end < 0 || text[end] == ' ' { // "set default rate-limit=…"
			word := text
			if text = ""; end >= 0 {
				word, text = word[:end], word[end:]
			}
			which = append(which, strings.Trim(word, `"`))
			continue
		}
		name, rest := text[:end], text[end+1:]
		value, after, err := readWord(rest)
		if err != nil {
			return i, err
		}
		i.props[strings.TrimPrefix(name, "!")], text = readable(value), after
	}
	i.which = strings.TrimSpace(strings.Join(which, " "))
	return i, nil
}

// readWord reads a value: quoted, or up to the next space.
func readWord(s string) (value, rest string, err error) {
	var b strings.Builder
	n := 0
	quoted := strings.HasPrefix(s, `"`)
	if quoted {
		n = 1
	}
	for ; n < len(s); n++ {
		switch c := s[n]; {
		case c == '\\':
			put, used, ok := unescape(s[n+1:])
			if !ok {
				return "", "", invalid("incoming.escape", "Text", s[n:min(n+4, len(s))])
			}
			b.WriteByte(put)
			n += used
		case c == '"' && quoted:
			return b.String(), s[n+1:], nil
		case c == ' ' && !quoted:
			return b.String(), s[n:], nil
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return "", "", invalid("incoming.open_quote")
	}
	return b.String(), "", nil
}

// unescape reads what follows a backslash in RouterOS's language.
func unescape(s string) (put byte, used int, ok bool) {
	if s == "" {
		return 0, 0, false
	}
	if at := strings.IndexByte(`"\$?_nrtabfv`, s[0]); at >= 0 {
		return "\"\\$? \n\r\t\a\b\f\v"[at], 1, true
	}
	if len(s) >= 2 {
		if b := fromHex(s[:2]); len(b) == 1 {
			return b[0], 2, true
		}
	}
	return 0, 0, false
}
