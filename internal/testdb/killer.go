package testdb

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// ErrKilled ends a transaction as the loss of its database does.
var ErrKilled = fault.New(fault.Unavailable, "db.unavailable")

// Killer makes writes of a database fail, and their transactions with them, as if whoever writes had died there.
type Killer struct {
	left, every atomic.Int64 // writes until one dies, and from one death to the next; below zero for none
	deaths      atomic.Int64
	whose       []func() bool
}

// NewKiller stands behind each write of a database and lets all pass. Of whom it is said, it only knows the writes of which each says, while they are made, that
// they are meant.
func NewKiller(t testing.TB, d *db.DB, whose ...func() bool) *Killer {
	t.Helper()
	k := &Killer{whose: whose}
	k.Spare()
	err := d.InTx(context.Background(), func(tx *db.Tx) error {
		const name = "testdb:killer"
		on := tx.Gorm().Callback()
		return errors.Join(on.Create().Before("gorm:create").Register(name, k.strike), on.Update().Before("gorm:update").Register(name, k.strike),
			on.Raw().Before("gorm:raw").Register(name, k.strike), on.Delete().Before("gorm:delete").Register(name, k.strike))
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *Killer) strike(g *gorm.DB) {
	if k.left.Load() >= 0 && k.means() && k.left.Add(-1) < 0 {
		k.left.Store(k.every.Load())
		k.deaths.Add(1)
		_ = g.AddError(ErrKilled)
	}
}

func (k *Killer) means() bool {
	for _, mine := range k.whose {
		if !mine() {
			return false
		}
	}
	return true
}

// Once has the write die that comes after so many others, and no other.
func (k *Killer) Once(after int) {
	k.every.Store(-1)
	k.left.Store(int64(after))
}

// Always has a write die after so many others, again and again.
func (k *Killer) Always(after int) {
	k.every.Store(int64(after))
	k.left.Store(int64(after))
}

// Spare lets all pass again.
func (k *Killer) Spare() { k.Once(-1) }

// Deaths counts the writes that died so far.
func (k *Killer) Deaths() int { return int(k.deaths.Load()) }

// Within says of a write whether it is made within a function whose full name begins so, for a killer that means no other.
func Within(function string) func() bool {
	return func() bool {
		pcs := make([]uintptr, 200)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
		for more := true; more; {
			var frame runtime.Frame
			if frame, more = frames.Next(); strings.HasPrefix(frame.Function, function) {
				return true
			}
		}
		return false
	}
}
