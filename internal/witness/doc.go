// Package witness keeps a keyed digest of rows beside them, so that whoever changes such a row in the database, makes one up or takes one out
// is found, without the key, which lies outside the database.
//
// It owns the digests. It does not own the rows: whoever writes one keeps its digest in the same transaction, of the row as it then is, and
// whoever reads them all compares. Numbers that entries in the books prove already (balances, counters) need not be witnessed.
//
// A row without a digest is reported, in words of its own: nobody can tell one that was made up from one of a database that is older than digests (migration
// 0205). No released version made such a database, and nothing writes digests afterwards: it would bless what was changed.
//
// Invariant: a row and its digest are written together. A row put back with the digest that it had once is not seen here: what is worth
// money is in the chained books too, by its sum.
package witness
