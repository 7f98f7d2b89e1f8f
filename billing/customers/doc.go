// Package customers is about people and businesses: for now, their phone numbers.
//
// It owns how a number is read from what people type and how it is shown. Invariant: a Phone is always 254 and nine more
// digits that begin with 7 or 1 (reference/mpesa.md §12).
package customers
