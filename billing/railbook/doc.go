// Package railbook reads what a rail says in its own statement of a till, and keeps it.
//
// It owns the lines of statements, the files that they were read from while somebody looks at them, and what each reading found. It does not own how a
// statement is written (internal/incoming), receipts, or what becomes of money that the rail took back (billing), which it only tells of.
//
// A file is read twice: first to tell row by row what it holds and would do, by doing it and rolling it back; then, when a member confirms, to keep
// its lines. The command reads once, either way. A line is kept once for its till, receipt and kind: the same file again, or another that overlaps it, changes
// nothing. The file itself goes when its lines are kept.
//
// Invariants: a line is never changed; a reversal is found in the transaction that keeps its line, so that a reading that is cut half-way loses none and may
// be made again.
package railbook
