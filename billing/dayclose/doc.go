// Package dayclose compares a day's money by the rails' statements, by what arrived in our books, and by the service that was given for it.
//
// It owns what agrees and what does not (Look). It owns no table: lines of statements are billing/railbook's, receipts, orders and reversals are billing's,
// what was posted for a receipt is the ledger's.
//
// A till's day is judged as far as its statement reaches: what arrived after its last line, or at a till without a line, is one item for all of it, which goes when
// more of the statement is read. A payment that two clocks put on two sides of midnight is no item; it is in the figures of both days.
//
// Invariants: a look changes nothing; it reads pages of a bounded size; each disagreement is one item, named by its cause and its receipt or order.
package dayclose
