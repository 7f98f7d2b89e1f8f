// Package daybook is the ledger by day: what each account was given and what was taken from it on each day, by the kind of the entry and, for what is earned and
// spent, by plan, site, way of sale, reseller and partner. Every report about money reads it, so that none sums millions of entries and no two differ.
//
// It owns the daybook, how an entry is told to be of a plan and a site, and the proof that the daybook is what the entries say. It does not own the entries, which
// are the ledger's, nor what a report asks.
//
// Invariants: entries are folded in the order of the chain, each once: the number of the last link is moved on in the transaction that adds their sums, and only
// from where the folder found it, so that two at once or one that starts again count nothing twice. No payment waits on a row of the daybook. A day is the
// ledger's, of Nairobi. Plan and site are those of the sale when the entry is folded, seconds after it is posted; what nobody can tell them of has none, and
// is in each report as such. The sum of all plans is that of all sites, of all ways, and of the account.
package daybook
