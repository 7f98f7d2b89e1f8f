// Package db opens the database (SQLite or MariaDB/MySQL) and runs transactions on it.
//
// It owns: how GORM is opened for each dialect, the one transaction helper InTx and what it retries, the mapping of
// driver errors to faults, ids, and the lease of this node's number. It does not own any table of a domain.
//
// Invariants: a transaction is cut at 10 s; a function given a *Tx never commits it; InTx is never called inside InTx
// (SQLite has one writer, the inner one would wait for the outer); a transaction itself is never inside a context, but who asks for a deed
// may put a fence into it, which runs before the commit of each transaction that is begun with it (Fenced); nothing outside the database happens inside a
// transaction, use Tx.AfterCommit or a job. GORM is seen only by files named *store.go, through Tx.Gorm, DB.Read and DB.Sums.
package db
