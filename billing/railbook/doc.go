// Package railbook reads what a rail says in its own statement of a till, and keeps it.
//
// It owns the lines of statements, the files that they were read from while somebody looks at them, and what each reading found. It does not own how a
// statement is written (internal/incoming), receipts, or what becomes of money that the rail took back (billing), which it only tells of.
//
// A file is read twice: first to tell row by row what it holds and would do, by doing it and rolling it back; then, when a member confirms, to keep
// its lines. The command reads once, either way. A line is kept once for its till, receipt and kind: the same file again, or another that overlaps it, changes
// nothing. The file itself goes when its lines are kept.
//
// A code that pays out has a statement of its own, which is kept apart, once for the code, for it may pay out for several tills.
//
// What the rail charges stands on lines of its own, with the receipt of the payment, the payout or the reversal that it is for, and is booked as an expense
// (RailFees), out of the till or of the code that pays out; what it gives back of that the other way round.
//
// Invariants: a line is never changed; a reversal is found, and a charge booked, in the transaction that keeps its line, so that a reading that is cut half-way
// loses none and may be made again; each charge has one entry, with a digest of its line.
package railbook
