// Package books is the ledger for those who read it: accountants, owners, and their programs.
//
// It owns what an account is told by, the statement of one, the trial balance, what caused an entry, the entries that are taken along, and the proof of the books that
// is kept. It does not own the entries, which are the ledger's, nor the sums of their days, which are the daybook's, and it posts nothing.
//
// Invariants: a trial balance is of one moment and sums to zero; a statement's balances are those of all entries up to the line, whether the daybook has them already
// or not; entries are read in pieces, so that no export holds more than one; a proof that was cut short goes on where it stood.
package books
