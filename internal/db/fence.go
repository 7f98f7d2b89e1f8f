package db

import "context"

// Noted is a deed that a transaction holds: what was done something to.
type Noted struct{ Object, ID string }

// Note notes a deed of a transaction, for the fence of whoever began it.
func (t *Tx) Note(object, id string) { t.noted = append(t.noted, Noted{object, id}) }

// Noted is what the transaction has noted.
func (t *Tx) Noted() []Noted { return t.noted }

type fenceKey struct{}

// Fenced is a context each of whose transactions runs fence after everything else and before its commit: what it writes is committed with
// the transaction or not at all, and its error undoes both. So somebody who asks for a deed of another package keeps, with the deed, that it was done.
func Fenced(ctx context.Context, fence func(tx *Tx) error) context.Context {
	return context.WithValue(ctx, fenceKey{}, fence)
}

func (t *Tx) fence() error {
	if f, ok := t.ctx.Value(fenceKey{}).(func(tx *Tx) error); ok {
		return f(t)
	}
	return nil
}
