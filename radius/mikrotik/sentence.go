package mikrotik

import (
	"fmt"
	"strings"
)

// Sentence is one reply: its word (!re, !done, !trap, ...), its tag, and its attributes.
type Sentence struct {
	Word, Tag string
	Map       map[string]string
}

// Reply is everything a command answered: rows and the closing sentence.
type Reply struct {
	Re   []*Sentence
	Done *Sentence
}

// DeviceError is the router's refusal of a command (!trap): it was understood, and not done.
type DeviceError struct {
	Message  string
	Category string // 0 missing item .. 7 value of :return; may be empty
}

func (e *DeviceError) Error() string { return "RouterOS: " + e.Message }

// parseSentence reads the words of a reply. "!fatal" carries its reason as a bare word, kept under "message".
func parseSentence(words []string) (*Sentence, error) {
	if len(words) == 0 || !strings.HasPrefix(words[0], "!") {
		return nil, fmt.Errorf("%w: a sentence that is no reply", errProtocol)
	}
	s := &Sentence{Word: words[0], Map: map[string]string{}}
	for _, word := range words[1:] {
		switch {
		case strings.HasPrefix(word, "="):
			name, value, _ := strings.Cut(word[1:], "=")
			s.Map[name] = value
		case strings.HasPrefix(word, ".tag="):
			s.Tag = word[len(".tag="):]
		case s.Word == "!fatal":
			s.Map["message"] = word
		}
	}
	return s, nil
}
