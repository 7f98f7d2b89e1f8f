package incoming

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"io"
	"strings"
)

func fromHex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		return "0x" + s
	}
	return string(b)
}

func (d *dump) byte() (byte, bool) {
	c, err := d.in.ReadByte()
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
			d.torn()
		} else if err != io.EOF && d.err == nil {
			d.err = err
		}
		return 0, false
	}
	if c == '\n' {
		d.line++
	}
	return c, true
}

func (d *dump) look() byte {
	c, _ := d.in.Peek(1)
	if len(c) == 0 {
		return 0
	}
	return c[0]
}

func (d *dump) peek() token {
	if !d.ahead {
		d.at, d.ahead = d.read(), true
	}
	return d.at
}

func (d *dump) next() token {
	t := d.peek()
	d.ahead = false
	return t
}

// read is the next token; comments are none, but what stands in /*! … */ and is for MySQL counts as a statement that is skipped.
func (d *dump) read() token {
	for {
		c, ok := d.byte()
		line := d.line
		switch {
		case !ok:
			return token{kind: ended, line: line}
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == '#':
			d.until("\n")
		case c == '-' && d.look() == '-':
			d.comment()
		case c == '/' && d.look() == '*':
			d.until("*/")
		case c == '`':
			return token{quoted, d.quoted('`', false), line}
		case c == '\'' || c == '"':
			return token{text, d.quoted(c, true), line}
		case strings.IndexByte("(),;=.", c) >= 0 && !(c == '.' && isDigit(d.look())):
			return token{sign, string(c), line}
		default:
			return token{word, d.bare(c), line}
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// comment drops a line, and hears what mysqldump says of itself in it.
func (d *dump) comment() {
	var said []byte
	for c, ok := d.byte(); ok && c != '\n'; c, ok = d.byte() {
		if len(said) < 80 {
			said = append(said, c)
		}
	}
	d.begun = d.begun || bytes.Contains(said, []byte("MySQL dump ")) || bytes.Contains(said, []byte("MariaDB dump "))
	d.completed = d.completed || bytes.Contains(said, []byte("Dump completed"))
}

// until drops everything up to an ending of one or two bytes.
func (d *dump) until(end string) {
	var last byte
	for {
		c, ok := d.byte()
		if !ok || len(end) == 1 && c == end[0] || len(end) == 2 && last == end[0] && c == end[1] {
			return
		}
		last = c
	}
}

// quoted reads up to the quote that ends it; twice the quote is one, and a backslash escapes in values.
func (d *dump) quoted(quote byte, escapes bool) string {
	var s strings.Builder
	for s.Len() < mostToken {
		c, ok := d.byte()
		switch {
		case !ok:
			d.torn()
			return s.String()
		case c == quote && d.look() == quote:
			c, _ = d.byte()
		case c == quote:
			return s.String()
		case c == '\\' && escapes:
			c, _ = d.byte()
			c = escaped(c)
		}
		s.WriteByte(c)
	}
	d.torn()
	return ""
}

// escaped is what a letter after a backslash stands for.
func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case '0':
		return 0
	case 'b':
		return '\b'
	case 'Z':
		return 26
	}
	return c
}

func (d *dump) bare(first byte) string {
	s := []byte{first}
	number := isDigit(first) || first == '-' || first == '+' || first == '.'
	for len(s) < mostToken {
		c := d.look()
		if c == 0 || strings.IndexByte(" \t\r\n(),;='\"`", c) >= 0 || c == '.' && !number {
			break
		}
		_, _ = d.byte()
		s = append(s, c)
	}
	if len(s) == mostToken { // no word or number is so long
		d.torn()
		return ""
	}
	return string(s)
}
