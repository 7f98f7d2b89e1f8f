package mikrotik

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestLengthPrefixes(t *testing.T) {
	for length, prefix := range map[int]string{
		0: "\x00", 1: "\x01", 0x7F: "\x7F",
		0x80: "\x80\x80", 0x3FFF: "\xBF\xFF",
		0x4000: "\xC0\x40\x00", 0x1FFFFF: "\xDF\xFF\xFF",
		0x200000: "\xE0\x20\x00\x00", longestWord: "\xE1\x00\x00\x00",
	} {
		wire := appendWord(nil, strings.Repeat("x", length))
		if !bytes.HasPrefix(wire, []byte(prefix)) || len(wire) != len(prefix)+length {
			t.Errorf("a word of %#x bytes begins % x, want % x", length, wire[:min(5, len(wire))], prefix)
		}
		word, err := readWord(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil || len(word) != length {
			t.Errorf("a word of %#x bytes came back with %d bytes, %v", length, len(word), err)
		}
	}
}

// TestLoginOnTheWire fixes the bytes of a whole exchange, written by hand from reference/mikrotik.md §5.
func TestLoginOnTheWire(t *testing.T) {
	got := appendSentence(nil, []string{"/login", "=name=admin", "=password=", ".tag=1"})
	want := "\x06/login\x0b=name=admin\x0a=password=\x06.tag=1\x00"
	if string(got) != want {
		t.Fatalf("sent %q, want %q", got, want)
	}
	words, err := readSentence(bufio.NewReader(strings.NewReader("\x05!done\x06.tag=1\x00")))
	if err != nil || !slices.Equal(words, []string{"!done", ".tag=1"}) {
		t.Fatalf("read %q, %v", words, err)
	}
}

func TestBadFraming(t *testing.T) {
	for name, c := range map[string]struct {
		wire string
		want error
	}{
		"control byte":                      {"\xF8", errProtocol},
		"undefined prefix":                  {"\xF1\x00\x00\x00\x01", errProtocol},
		"word too long":                     {"\xE1\x00\x00\x01", errProtocol},
		"five-byte length":                  {"\xF0\xFF\xFF\xFF\xFF", errProtocol},
		"length cut short":                  {"\xC0\x40", io.ErrUnexpectedEOF},
		"word cut short":                    {"\x05!do", io.ErrUnexpectedEOF},
		"hung up inside a sentence":         {"\x05!done", io.ErrUnexpectedEOF},
		"hung up between sentences":         {"", io.EOF},
		"a sentence of too many words":      {strings.Repeat("\x01x", mostWords+1) + "\x00", errProtocol},
		"a claim of memory that never came": {"\xE0\xFF\xFF\xFFx", io.ErrUnexpectedEOF},
	} {
		if _, err := readSentence(bufio.NewReader(strings.NewReader(c.wire))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestParseSentence(t *testing.T) {
	s, err := parseSentence([]string{"!re", "=.id=*1A", "=comment=a=b", ".tag=7", "=flag"})
	if err != nil || s.Tag != "7" || s.Map[".id"] != "*1A" || s.Map["comment"] != "a=b" || s.Map["flag"] != "" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := parseSentence([]string{"!fatal", "not logged in"}); err != nil || s.Map["message"] != "not logged in" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, words := range [][]string{nil, {"re"}, {"/login"}} {
		if _, err := parseSentence(words); !errors.Is(err, errProtocol) {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func FuzzReadSentence(f *testing.F) {
	for _, seed := range []string{"\x05!done\x00", "\x03!re\x09=name=abc\x06.tag=1\x00", "\x80\x80x", "\xF0\x00\x00\x00\x01a\x00", "\xFF", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		words, err := readSentence(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			return
		}
		again, err := readSentence(bufio.NewReader(bytes.NewReader(appendSentence(nil, words))))
		if err != nil || !slices.Equal(words, again) {
			t.Fatalf("%q was read, written and read as %q (%v)", words, again, err)
		}
		if s, err := parseSentence(words); err == nil && !strings.HasPrefix(s.Word, "!") {
			t.Fatalf("took %q for a reply", words)
		}
	})
}
