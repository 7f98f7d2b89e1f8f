package mpesa

import (
	"bytes"
	"encoding/json"
)

// pair is one named value of a message; the value may be missing. Prompts name it Name, results Key.
type pair struct {
	Name  text
	Key   text
	Value text
}

// pairs come as a list or as a single object, in any order; names repeat.
type pairs []pair

// UnmarshalJSON takes anything that is neither a list nor an object for no pairs.
func (p *pairs) UnmarshalJSON(raw []byte) error {
	*p = nil
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) > 0 && raw[0] == '[':
		var list []pair
		err := json.Unmarshal(raw, &list)
		*p = list
		return err
	case len(raw) > 0 && raw[0] == '{':
		var one pair
		err := json.Unmarshal(raw, &one)
		*p = pairs{one}
		return err
	}
	return nil
}

// first is the first value under a name that says anything.
func (p pairs) first(name string) text {
	for _, one := range p {
		if (string(one.Name) == name || string(one.Key) == name) && one.Value != "" {
			return one.Value
		}
	}
	return ""
}

// only is the value under a name on which money depends: two that differ make the message unreadable.
func (p pairs) only(name string) (text, error) {
	found := p.first(name)
	for _, one := range p {
		if (string(one.Name) == name || string(one.Key) == name) && one.Value != "" && one.Value != found {
			return "", unreadable(name)
		}
	}
	return found, nil
}
