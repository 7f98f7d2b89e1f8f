// Package witness keeps a keyed digest of rows beside them, so that whoever changes such a row in the database, makes one up or takes one out
// is found, without the key, which lies outside the database.
//
// It owns the digests. It does not own the rows: whoever writes one keeps its digest in the same transaction, of the row as it then is, and
// whoever reads them all compares. Numbers that entries in the books prove already (balances, counters) need not be witnessed.
//
// Invariant: a row and its digest are written together. A row put back with the digest that it had once is not seen here: what is worth
// money is in the chained books too, by its sum.
package witness
