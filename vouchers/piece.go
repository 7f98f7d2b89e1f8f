package vouchers

import (
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// A long work is done in transactions of so many vouchers, a power of two so that few statements are ever prepared. A payment waits until one
// ends: on a machine that is slow at the moment they are smaller.
const (
	largestPiece  = 128
	smallestPiece = 8
	longPiece     = 12 * time.Millisecond // from then on the next is half as large
	shortPiece    = 4 * time.Millisecond  // under which it is twice as large
)

// pieces is how large the next transaction of a kind of long work is.
type pieces struct {
	long    time.Duration
	smaller atomic.Int32 // how often it was halved
}

func newPieces() *pieces { return &pieces{long: longPiece} }

func (p *pieces) size() int { return largestPiece >> p.smaller.Load() }

// watch times tx until it is committed.
func (p *pieces) watch(tx *db.Tx) {
	watch := clock.Stopwatch()
	tx.AfterCommit(func() { p.took(watch()) })
}

func (p *pieces) took(long time.Duration) {
	switch n := p.smaller.Load(); {
	case long > p.long && largestPiece>>n > smallestPiece:
		p.smaller.CompareAndSwap(n, n+1)
	case long < shortPiece && n > 0:
		p.smaller.CompareAndSwap(n, n-1)
	}
}
