package mikrotik

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Caps on what a router may send: one word, the words of one sentence, and their bytes together.
const (
	longestWord     = 16 << 20
	mostWords       = 4096
	longestSentence = 16 << 20
	firstRead       = 64 << 10 // a length is a claim: memory is taken as bytes arrive
)

var errProtocol = errors.New("RouterOS API protocol error")

// appendWord adds a word with its length prefix of 1 to 5 bytes (reference/mikrotik.md §5).
func appendWord(to []byte, word string) []byte {
	n := len(word)
	switch {
	case n < 0x80:
		to = append(to, byte(n))
	case n < 0x4000:
		to = binary.BigEndian.AppendUint16(to, uint16(n)|0x8000)
	case n < 0x200000:
		to = append(to, byte(n>>16)|0xC0, byte(n>>8), byte(n))
	case n < 0x10000000:
		to = binary.BigEndian.AppendUint32(to, uint32(n)|0xE0000000)
	default:
		to = binary.BigEndian.AppendUint32(append(to, 0xF0), uint32(n))
	}
	return append(to, word...)
}

func appendSentence(to []byte, words []string) []byte {
	for _, word := range words {
		to = appendWord(to, word)
	}
	return append(to, 0)
}

// readLength reads a length prefix. A first byte of 0xF8 and above is a control byte that no one has defined.
func readLength(r io.ByteReader) (int, error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	var more int
	value := int(first)
	switch {
	case first < 0x80:
	case first < 0xC0:
		more, value = 1, value&0x3F
	case first < 0xE0:
		more, value = 2, value&0x1F
	case first < 0xF0:
		more, value = 3, value&0x0F
	case first == 0xF0:
		more, value = 4, 0
	default:
		return 0, fmt.Errorf("%w: control byte %#x", errProtocol, first)
	}
	for range more {
		b, err := r.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		value = value<<8 | int(b)
	}
	if value > longestWord {
		return 0, fmt.Errorf("%w: a word of %d bytes", errProtocol, value)
	}
	return value, nil
}

func readWord(r *bufio.Reader) (string, error) {
	n, err := readLength(r)
	if err != nil {
		return "", err
	}
	var word strings.Builder
	word.Grow(min(n, firstRead))
	if _, err := io.CopyN(&word, r, int64(n)); err != nil {
		return "", unexpected(err)
	}
	return word.String(), nil
}

// readSentence reads words up to the empty one. io.EOF means that the router hung up between sentences.
func readSentence(r *bufio.Reader) ([]string, error) {
	var words []string
	total := 0
	for {
		word, err := readWord(r)
		if err != nil {
			if len(words) > 0 {
				err = unexpected(err)
			}
			return nil, err
		}
		if word == "" {
			return words, nil
		}
		words = append(words, word)
		if total += len(word); total > longestSentence || len(words) > mostWords {
			return nil, fmt.Errorf("%w: sentence too long", errProtocol)
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
