package router

import (
	"fmt"
	"strings"
)

// ScriptError is where and why a script stopped.
type ScriptError struct {
	Line    int
	Message string
}

func (e *ScriptError) Error() string { return fmt.Sprintf("%s (line %d)", e.Message, e.Line) }

// parser reads the RouterOS script language, as far as set-up scripts need it.
type parser struct {
	source *Configuration
	text   string
	at     int
	menu   *menu // that commands without a path stand in
	depth  int
}

const deepest = 50 // nested blocks and expressions

func (p *parser) fail(format string, args ...any) error {
	return &ScriptError{1 + strings.Count(p.text[:min(p.at, len(p.text))], "\n"), fmt.Sprintf(format, args...)}
}

func (p *parser) line() int { return 1 + strings.Count(p.text[:p.at], "\n") }

func (p *parser) peek() byte {
	if p.at >= len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) take(prefix string) bool {
	if strings.HasPrefix(p.text[p.at:], prefix) {
		p.at += len(prefix)
		return true
	}
	return false
}

// blanks skips spaces, and line ends after a backslash.
func (p *parser) blanks() {
	for p.at < len(p.text) {
		switch {
		case p.peek() == ' ' || p.peek() == '\t' || p.peek() == '\r':
			p.at++
		case p.take("\\\n") || p.take("\\\r\n"):
		default:
			return
		}
	}
}

// gaps skips what may stand between statements: also line ends, semicolons and comments.
func (p *parser) gaps() {
	for {
		p.blanks()
		switch p.peek() {
		case '\n', ';':
			p.at++
		case '#':
			for p.peek() != 0 && p.peek() != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) ends() bool { return strings.IndexByte("\x00\n;}])", p.peek()) >= 0 }

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
}

func (p *parser) word() string {
	from := p.at
	for isWordByte(p.peek()) {
		p.at++
	}
	return p.text[from:p.at]
}

// variable is a name after $; a hyphen ends it.
func (p *parser) variable() (string, error) {
	from := p.at
	for c := p.peek(); isWordByte(c) && c != '-' && c != '.'; c = p.peek() {
		p.at++
	}
	if from == p.at {
		return "", p.fail("expected variable name")
	}
	return p.text[from:p.at], nil
}

// escapes are the letters that may follow a backslash in a string, besides two upper-case hexadecimal digits.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '$': '$', '?': '?', '_': ' ', 'n': '\n', 'r': '\r', 't': '\t',
	'a': 7, 'b': 8, 'f': 12, 'v': 11}

// quoted reads a string after its opening quote; its parts are joined when it is evaluated.
func (p *parser) quoted() (expression, error) {
	var parts joined
	var plain strings.Builder
	for {
		c := p.peek()
		if c == 0 && p.at >= len(p.text) {
			return nil, p.fail("unterminated string")
		}
		p.at++
		switch c {
		case '"':
			return append(parts, literal{str(plain.String())}), nil
		case '\\':
			b, one, err := p.escape()
			if err != nil {
				return nil, err
			}
			if one {
				plain.WriteByte(b)
			}
		case '$':
			parts = append(parts, literal{str(plain.String())})
			plain.Reset()
			inner, err := p.substitution()
			if err != nil {
				return nil, err
			}
			parts = append(parts, inner)
		default:
			plain.WriteByte(c)
		}
	}
}

// escape reads what follows a backslash; false when it joins two lines and stands for nothing.
func (p *parser) escape() (byte, bool, error) {
	if p.take("\n") || p.take("\r\n") {
		p.blanks()
		return 0, false, nil
	}
	const digits = "0123456789ABCDEF"
	if p.at+1 < len(p.text) {
		high, low := strings.IndexByte(digits, p.text[p.at]), strings.IndexByte(digits, p.text[p.at+1])
		if high >= 0 && low >= 0 {
			p.at += 2
			return byte(high<<4 | low), true, nil
		}
	}
	b, ok := escapes[p.peek()]
	if !ok {
		return 0, false, p.fail("bad escape in string")
	}
	p.at++
	return b, true, nil
}

// substitution is what follows a $: a name, [command] or (expression).
func (p *parser) substitution() (expression, error) {
	switch p.peek() {
	case '[', '(':
		return p.operand()
	}
	name, err := p.variable()
	return reference(name), err
}
