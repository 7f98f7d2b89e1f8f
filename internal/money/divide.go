package money

import (
	"math"
	"math/bits"
	"slices"

	"mtandao/internal/fault"
)

// Rounding says what becomes of a part of a cent. Each treats -a as the opposite of a.
type Rounding int

// The ways to round.
const (
	Down   Rounding = iota // towards nothing
	HalfUp                 // to the nearest cent, a half away from nothing
	Up                     // away from nothing
)

// MulDiv is a·b/c, rounded once, with nothing lost between: a·b may be larger than an int64. fault.Invalid "money.overflow" when the result does
// not fit, or c is not above zero.
func MulDiv(a, b, c int64, r Rounding) (int64, error) {
	overflow := fault.New(fault.Invalid, "money.overflow")
	if c <= 0 {
		return 0, overflow
	}
	high, low := bits.Mul64(size(a), size(b))
	if high >= uint64(c) {
		return 0, overflow
	}
	quotient, rest := bits.Div64(high, low, uint64(c))
	if r == Up && rest > 0 || r == HalfUp && rest >= uint64(c)-rest {
		quotient++ // cannot wrap: c is at most the largest int64, and a quotient that large is refused below
	}
	if quotient > math.MaxInt64 {
		return 0, overflow
	}
	if (a < 0) != (b < 0) {
		return -int64(quotient), nil
	}
	return int64(quotient), nil
}

func size(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Allocate shares an amount by weights so that the shares always sum to it: each is rounded down, and the cents that are left go one each to
// those who lost the largest part of a cent, the first of equals first. fault.Invalid "money.weights" when no weight is above zero, or one is below.
func Allocate(a Amount, weights []int64) ([]Amount, error) {
	var total int64
	for _, w := range weights {
		if w < 0 || w > math.MaxInt64-total {
			return nil, fault.New(fault.Invalid, "money.weights")
		}
		total += w
	}
	if total == 0 || a.Cents == math.MinInt64 {
		return nil, fault.New(fault.Invalid, "money.weights")
	}
	type rest struct {
		index int
		lost  uint64
	}
	shares, rests, left := make([]Amount, len(weights)), make([]rest, len(weights)), size(a.Cents)
	sign := int64(1)
	if a.Cents < 0 {
		sign = -1
	}
	for i, w := range weights {
		high, low := bits.Mul64(size(a.Cents), uint64(w))
		share, lost := bits.Div64(high, low, uint64(total)) // high < total, for w ≤ total and the amount is below 2^63
		shares[i], rests[i] = Amount{Cents: sign * int64(share), Currency: a.Currency}, rest{i, lost}
		left -= share
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.lost > b.lost:
			return -1
		case a.lost < b.lost:
			return 1
		}
		return 0
	})
	for _, r := range rests[:left] {
		shares[r.index].Cents += sign
	}
	return shares, nil
}
