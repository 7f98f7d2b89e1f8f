// Package ledger is the books: double entry, append-only, chained by hashes. No other package touches its tables.
//
// It owns the chart of accounts, entries, postings, the chain and its proof. It does not own why an entry is made: callers
// name the cause by (kind, source), and the same cause never makes two entries.
//
// Invariants: the postings of an entry sum to zero in one currency; nothing is edited, only reversed; entries are inserted
// unchained and one leased job chains them in order within seconds, so that no payment waits on a hot row. "Chained" is the
// word for it; "sealed" means encrypted. At is when it happened by our clock; day is that day in Nairobi.
package ledger
