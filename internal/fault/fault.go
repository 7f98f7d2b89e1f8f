package fault

import (
	"errors"
	"fmt"
)

// Kind is what an edge needs to know to answer.
type Kind uint8

// The kinds. An error that is no fault counts as Internal.
const (
	Internal Kind = iota
	Invalid
	NotFound
	Denied
	Conflict
	TooMany
	Unavailable
)

var names = map[Kind]string{
	Internal: "internal", Invalid: "invalid", NotFound: "not found", Denied: "denied",
	Conflict: "conflict", TooMany: "too many", Unavailable: "unavailable",
}

func (k Kind) String() string { return names[k] }

// Error is a fault: Key and Args make the outsider's sentence, Cause stays inside.
type Error struct {
	Kind  Kind
	Key   string
	Args  map[string]any
	Cause error
}

func (e *Error) Error() string {
	text := e.Kind.String() + ": " + e.Key
	for name, value := range e.Args {
		text += fmt.Sprintf(" %s=%v", name, value)
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault; args are name, value pairs for its sentence.
func New(kind Kind, key string, args ...any) *Error { return Wrap(kind, key, nil, args...) }

// Wrap makes a fault around the error that caused it.
func Wrap(kind Kind, key string, cause error, args ...any) *Error {
	e := &Error{Kind: kind, Key: key, Cause: cause}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	return e
}

// KindOf is the kind of the outermost fault in err; Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// KeyOf is the key of the outermost fault in err; "internal" when there is none.
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return "internal"
}

// Is says whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
