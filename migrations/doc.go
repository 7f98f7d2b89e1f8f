// Package migrations holds the numbered SQL of both dialects and runs it.
//
// It owns the shape of the database and the question whether this binary may run on it. Each file is one table with its
// indexes; each statement can be run again (MariaDB commits DDL by itself, so a crash may stop between two). The two
// folders hold the same numbers and names, and a test compares the schemas they make. There are no down steps: expand,
// release, contract. Row least_binary names the least schema a binary must know to run on this database.
package migrations
