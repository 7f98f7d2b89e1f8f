package router

import (
	"bufio"
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestWordLengths(t *testing.T) {
	for length, head := range map[int][]byte{0: {0}, 0x7F: {0x7F}, 0x80: {0x80, 0x80}, 0x3FFF: {0xBF, 0xFF}, 0x4000: {0xC0, 0x40, 0x00},
		0x1FFFFF: {0xDF, 0xFF, 0xFF}, 0x200000: {0xE0, 0x20, 0x00, 0x00}} {
		got := appendWord(nil, strings.Repeat("x", length))
		if !bytes.HasPrefix(got, head) || len(got) != len(head)+length {
			t.Errorf("length %#x begins %x", length, got[:min(5, len(got))])
		}
		read, err := readLength(bufio.NewReader(bytes.NewReader(got)))
		if length <= maxWord && (err != nil || read != length) || length > maxWord && err == nil {
			t.Errorf("length %#x reads %d, %v", length, read, err)
		}
	}
	for _, head := range [][]byte{{0xF8}, {0xFF, 0, 0, 0, 0}, {0xF0, 0xFF, 0xFF, 0xFF, 0xFF}} {
		if _, err := readLength(bufio.NewReader(bytes.NewReader(head))); err == nil {
			t.Errorf("%x is read", head)
		}
	}
}

func TestParseCommand(t *testing.T) {
	got, err := parseCommand([]string{"/login", "=name=a", "=password=b=c", "=empty=", ".tag=7", "?x=y", "?#!"})
	want := command{path: "/login", attributes: map[string]string{"name": "a", "password": "b=c", "empty": ""}, queries: []string{"x=y", "#!"}, tag: "7"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := parseCommand([]string{"/login", "name=a"}); err == nil {
		t.Error("a word without a kind")
	}
}

func TestQueries(t *testing.T) {
	r := row{{"user", "a=b"}, {"address", "10.0.0.1"}}
	for query, want := range map[string]bool{"": true, "user": true, "-user": false, "comment": false, "-comment": true, "user=a=b": true,
		"=user=a=b": true, "user=a": false, "user=x,address=10.0.0.1,#|": true, "user=x,#!": true, "user,comment,#&": false,
		"user=x,address=10.0.0.1": false, "comment,#!,user,#&": true} {
		got, err := r.matches(strings.FieldsFunc(query, func(c rune) bool { return c == ',' }))
		if err != nil || got != want {
			t.Errorf("%q: %v %v", query, got, err)
		}
	}
	for _, broken := range []string{"#&", "#?"} {
		if _, err := r.matches([]string{"user", broken}); err == nil {
			t.Errorf("%q runs", broken)
		}
	}
	if got := r.only("address,.id,user"); !reflect.DeepEqual(got, row{{"address", "10.0.0.1"}, {"user", "a=b"}}) {
		t.Errorf("proplist gives %v", got)
	}
}

func FuzzReadSentence(f *testing.F) {
	f.Add(appendSentence(nil, "/login", "=name=a", "=password=b"))
	f.Add(appendSentence(nil, strings.Repeat("x", 300)))
	f.Add([]byte{0xF0, 0xFF, 0xFF, 0xFF, 0xFF, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		words, err := readSentence(bufio.NewReader(bytes.NewReader(b)))
		if err != nil || len(words) == 0 {
			return
		}
		again, err := readSentence(bufio.NewReader(bytes.NewReader(appendSentence(nil, words...))))
		if err != nil || !reflect.DeepEqual(words, again) {
			t.Fatalf("%q becomes %q, %v", words, again, err)
		}
		if c, err := parseCommand(words); err == nil {
			_, _ = row{{"a", "b"}}.matches(c.queries)
		}
	})
}
