package router

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// Limits of what the API server reads; a real router takes more, an honest client never sends it.
const (
	maxWord     = 64 << 10
	maxSentence = 256
)

var errProtocol = errors.New("RouterOS API protocol error")

// readLength reads the length in front of a word (reference/mikrotik.md section 5).
func readLength(r *bufio.Reader) (int, error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	more, head := 0, uint32(first)
	switch {
	case first >= 0xF8:
		return 0, errProtocol
	case first >= 0xF0:
		more, head = 4, 0
	case first >= 0xE0:
		more, head = 3, uint32(first&0x0F)
	case first >= 0xC0:
		more, head = 2, uint32(first&0x1F)
	case first >= 0x80:
		more, head = 1, uint32(first&0x3F)
	}
	for range more {
		next, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		head = head<<8 | uint32(next)
	}
	if head > maxWord {
		return 0, errProtocol
	}
	return int(head), nil
}

// readSentence reads words up to the empty one.
func readSentence(r *bufio.Reader) (words []string, err error) {
	for len(words) < maxSentence {
		length, err := readLength(r)
		if err != nil {
			return nil, err
		}
		if length == 0 {
			return words, nil
		}
		word := make([]byte, length)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, err
		}
		words = append(words, string(word))
	}
	return nil, errProtocol
}

func appendWord(b []byte, word string) []byte {
	n := uint32(len(word))
	switch {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x4000:
		b = binary.BigEndian.AppendUint16(b, uint16(n|0x8000))
	case n < 0x200000:
		b = append(b, byte(n>>16|0xC0), byte(n>>8), byte(n))
	case n < 0x10000000:
		b = binary.BigEndian.AppendUint32(b, n|0xE0000000)
	default:
		b = binary.BigEndian.AppendUint32(append(b, 0xF0), n)
	}
	return append(b, word...)
}

func appendSentence(b []byte, words ...string) []byte {
	for _, word := range words {
		b = appendWord(b, word)
	}
	return append(b, 0)
}

// command is one sentence of a client.
type command struct {
	path       string
	attributes map[string]string
	queries    []string
	tag        string
}

func parseCommand(words []string) (command, error) {
	c := command{path: words[0], attributes: map[string]string{}}
	for _, word := range words[1:] {
		switch {
		case strings.HasPrefix(word, "="):
			name, value, _ := strings.Cut(word[1:], "=")
			c.attributes[name] = value
		case strings.HasPrefix(word, ".tag="):
			c.tag = word[len(".tag="):]
		case strings.HasPrefix(word, "?"):
			c.queries = append(c.queries, word[1:])
		default:
			return c, errProtocol
		}
	}
	return c, nil
}
