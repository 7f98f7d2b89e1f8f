// Package dayclose compares a day's money by the rails' statements, by what arrived in our books, and by the service that was given for it, and closes days.
//
// It owns what agrees and what does not (Look), which days are closed and with what figures, and what became of each difference. It does not own lines of
// statements (billing/railbook), receipts, orders and reversals (billing), nor what was posted (billing/ledger); it reads them.
//
// A till's day is judged as far as its statement reaches: what arrived after its last line, or at a till without a line, is one item for all of it, which goes when
// more of the statement is read. A payment that two clocks put on two sides of midnight is no item; it is in the figures of both days.
//
// A day is closed once, by a member, with the figures that they saw; what is unexplained is theirs then. The day goes on being looked at: what comes later is a late
// difference of it, and what agrees by then is gone. A difference stays until somebody says why, which may be taken back.
//
// Invariants: a look changes nothing; it reads pages of a bounded size; each disagreement is one difference, named by its day, its cause and its receipt or
// order; what is written of a day is written while it is held, so that what is counted as unexplained is what is left.
package dayclose
