// Package money is whole cents with their currency.
//
// It owns exact arithmetic, and reading and writing of amounts. It does not own prices, rounding or exchange: each division
// elsewhere states its own. No float comes near it. Invariant: a sum that would overflow or mix currencies is an error.
package money
