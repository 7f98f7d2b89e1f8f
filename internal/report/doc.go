// Package report reads across the tables of the domains, and never writes.
//
// It owns the proof that payments, receipts, grants and the books agree ("ledger verify"), and the pulse of
// the rail that the owner's alerts are fed with. It does not own any table.
package report
