package fault

import (
	"errors"
	"fmt"
)

// Kept is a fault as it is stored and told again later, in any language; its cause is not kept.
type Kept struct {
	Key  string
	Args map[string]string
}

// Keep makes one of any error: of what is no fault it keeps the key "internal".
func Keep(err error) Kept {
	k := Kept{Key: KeyOf(err), Args: map[string]string{}}
	if e, ok := errors.AsType[*Error](err); ok {
		for name, value := range e.Args {
			k.Args[name] = fmt.Sprint(value)
		}
	}
	return k
}

// Fault is what was kept, as an Invalid one: somebody is told of it, and can do something about it.
func (k Kept) Fault() *Error {
	e := New(Invalid, k.Key)
	for name, value := range k.Args {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[name] = value
	}
	return e
}
