package access

import (
	"math/big"
	"time"
)

// longestReport bounds how far back a report of use reaches.
const longestReport = 31 * 24 * time.Hour

// free is how much of what was used between two instants is not counted: nobody knows when in that time it was, so it is
// shared out evenly, rounded up for the customer.
func (n Night) free(bytes int64, from, to time.Time, loc *time.Location) int64 {
	if !n.Free || len(n.Hours) == 0 || bytes <= 0 {
		return 0
	}
	if !from.Before(to) {
		if n.Hours.covers(to, loc) {
			return bytes
		}
		return 0
	}
	if to.Sub(from) > longestReport {
		from = to.Add(-longestReport)
	}
	return part(bytes, n.Hours.within(from, to, loc), to.Sub(from))
}

// within is how long the hours are open between two instants.
func (h Hours) within(from, to time.Time, loc *time.Location) (sum time.Duration) {
	for at := from; at.Before(to); {
		open, changes := h.Open(at, loc)
		if changes.IsZero() || changes.After(to) {
			changes = to
		}
		if open {
			sum += changes.Sub(at)
		}
		at = changes
	}
	return sum
}

// part is bytes·some/all, rounded up.
func part(bytes int64, some, all time.Duration) int64 {
	product := new(big.Int).Mul(big.NewInt(bytes), big.NewInt(int64(some)))
	whole, rest := product.QuoRem(product, big.NewInt(int64(all)), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole.Int64()
}
