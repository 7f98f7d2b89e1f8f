// Package report reads across the tables of the domains, and never writes.
//
// It owns the proof that payments, receipts, grants and the books agree, and the list of what waits ("ledger verify"); and what the back office looks at
// over several domains: today, the queues and the story of an order; and the pulse of the rail that the owner's alerts are
// fed with. It does not own any table, nor who may see what: callers give the Scope.
package report
