// Package report reads across the tables of the domains, and never writes.
//
// It owns the proof that payments, receipts, grants and the books agree, and the list of what waits ("ledger verify"). It does
// not own any table.
package report
