// Package offline tells why a line, a guest's device or a voucher was not online at an instant.
//
// It joins what other packages wrote down about payment, access, routers and what is kept from whom, around that instant, and judges it by Explain, which
// is a function of these facts alone: of one instant it says one cause, what happened in order of time, and what to do next. It reads a few rows of an
// index of each table, whatever their length, and writes nothing. It does not own any table, nor words in a language, nor who may see what.
//
// What a cause was is told by what was known at the instant: a payment that was written down later had not come yet.
package offline
