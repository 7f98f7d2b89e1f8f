package router

import (
	"fmt"
	"strconv"
	"strings"
)

// datum is what an expression of a script gives. RouterOS tells types apart when it compares; so does this.
type datum struct {
	kind string // nil, str, num, bool, time, id, array, code
	text string
	list []datum
	code block
}

var nothing = datum{kind: "nil"}

func str(s string) datum { return datum{kind: "str", text: s} }
func number10(n int64) datum {
	return datum{kind: "num", text: strconv.FormatInt(n, 10)}
}
func truth(b bool) datum { return datum{kind: "bool", text: strconv.FormatBool(b)} }

// String is the value as text: what . joins, :put shows and a property takes.
func (v datum) String() string {
	if v.kind != "array" {
		return v.text
	}
	parts := make([]string, len(v.list))
	for i, one := range v.list {
		parts[i] = one.String()
	}
	return strings.Join(parts, ";")
}

func (v datum) isTrue() (bool, error) {
	if v.kind != "bool" {
		return false, fmt.Errorf("conditional not boolean")
	}
	return v.text == "true", nil
}

// number reads an operand of arithmetic; text that looks like a number is none.
func (v datum) number() (int64, error) {
	if v.kind != "num" {
		return 0, fmt.Errorf("cannot do arithmetic on %s", v.kind)
	}
	return strconv.ParseInt(v.text, 10, 64)
}

// measure is a number, or a time in milliseconds, for what is more and what is less.
func (v datum) measure() (int64, error) {
	if v.kind == "time" {
		return parseSpan(v.text)
	}
	return v.number()
}

// bare is a word without quotes, with the type that it looks like.
func bare(word string) datum {
	switch word {
	case "yes", "true":
		return truth(true)
	case "no", "false":
		return truth(false)
	}
	if _, err := strconv.ParseInt(word, 10, 64); err == nil {
		return datum{kind: "num", text: word}
	}
	if strings.HasPrefix(word, "*") {
		return datum{kind: "id", text: word}
	}
	if millis, err := parseSpan(word); err == nil {
		return datum{kind: "time", text: spanWithMillis(millis)}
	}
	return str(word)
}

// typed is a property's value with the property's type.
func (p property) typed(s string) datum {
	switch {
	case s == "":
		return nothing
	case s == "true" || s == "false": // facts print as booleans too
		return truth(s == "true")
	case p.kind == kindList:
		var all datum
		for one := range strings.SplitSeq(s, ",") {
			all.list = append(all.list, str(one))
		}
		all.kind = "array"
		return all
	case p.kind == kindNumber:
		return datum{kind: "num", text: s}
	case p.kind == kindTime || p.kind == kindAge:
		return datum{kind: "time", text: s}
	}
	return str(s)
}

// length is what :len gives.
func (v datum) length() int64 {
	switch v.kind {
	case "array":
		return int64(len(v.list))
	case "nil":
		return 0
	}
	return int64(len(v.text))
}
