// Package backup copies the provider's records, encrypted, to another place every five minutes, and brings them back.
//
// It owns: pieces (one encrypted object each) and their names, what a piece holds, which pieces are kept, the places they go
// to (a folder, SFTP, S3), the way back, and the pause in which a restored copy starts. It does not own what is asked to
// stand still during a pause (billing, notify and radius ask), nor the proof of the books that ends a restore (app).
//
// A snapshot is a set of blocks, each with a key and its SHA-256. A piece holds the blocks that its parent has not:
//
//	day   everything; no parent
//	hour  what differs from the day's piece
//	step  what differs from the hour's piece
//
// so that a copy is brought back from three pieces at most, a lost step harms no other, and old steps and hours can go.
// A piece's name holds chain, number, parent, level, time, the SHA-256 and the number of its bytes, the piece made before it, and a signature
// over all of that. So a listing tells a broken, a missing and a stranger's piece. Each piece ends with a hash over the whole
// snapshot, which what is brought back must have.
//
// The node has the public key, with which nobody opens anything, and a secret that signs; the place has neither. Both are made
// from the private key, so that one line in a safe opens the copies and proves them. What nobody can prove by the place alone
// is that its newest pieces are there: the running program remembers what it put, and the log, doctor and the audit's heads
// tell. A node whose key file is stolen can sign.
//
// SQLite: the blocks are the pages, read through sqlite_dbpage in one read transaction. That is the database at one
// instant, whatever is in the WAL and whoever checkpoints, and writers are not stopped. Shipping the WAL itself would need
// this program to own every checkpoint, which modernc.org/sqlite does not let it; VACUUM INTO moves rows to other pages, so
// that each snapshot would differ everywhere.
//
// MariaDB: a day's blocks are runs of rows in the order of the primary key, read in one REPEATABLE READ snapshot, and with it
// its exact position in the server's binary log. The log, read by the replication protocol, tells which rows changed since; an
// hour and a step hold these rows as they are in their own snapshot, and the keys of those that went. So a piece costs what
// changed, the history's size does not matter, and nothing depends on how the log spells a value. When the log cannot tell
// (tables changed, a statement in place of rows, files gone, the server started again, which may have cut the log), the next
// piece is a day. A server without log_bin, without binlog_format = ROW or whose user has no REPLICATION SLAVE and BINLOG MONITOR gets chains
// whose hours and steps hold the blocks that differ: as right, but each reads every row.
//
// Files (spools, the key file, the daily heads of the books) are read before the database, so that a record that leaves a
// spool meanwhile is in the database already. They are this node's: another node's spools are not in the copy.
//
// Invariants: only whoever holds the private key reads a piece, and this program never stores it; the copy is the state
// at one instant; nothing is removed that a kept piece needs, or that is newer than the newest whole copy; a paused
// program makes no pieces; a copy that is brought back is paused before its first row can be seen; the time of a piece is
// later than that of the one before it, whatever the clock does.
package backup
