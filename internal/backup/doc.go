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
// A piece's name holds chain, number, parent, level, time and the SHA-256 of its bytes: a broken or a missing piece is known
// by its name without any key. Each piece ends with a hash over the whole snapshot, which what is brought back must have.
//
// SQLite: the blocks are the pages, read through sqlite_dbpage in one read transaction. That is the database at one
// instant, whatever is in the WAL and whoever checkpoints, and writers are not stopped. Shipping the WAL itself would need
// this program to own every checkpoint, which modernc.org/sqlite does not let it; VACUUM INTO moves rows to other pages, so
// that each snapshot would differ everywhere.
//
// MariaDB: the blocks are runs of rows in the order of the primary key, read in one REPEATABLE READ snapshot. The binary
// log is not used: to read it takes the replication protocol and rights that hosted databases refuse, and
// neither id nor updated_at finds a row that was deleted or one changed in place. The price of being exact: each piece
// reads every row, so a history beyond some ten million rows wants a replica of MariaDB's own beside this.
//
// Files (spools, the key file, the daily heads of the books) are read before the database, so that a record that leaves a
// spool meanwhile is in the database already. They are this node's: another node's spools are not in the copy.
//
// Invariants: only whoever holds the private key reads a piece, and this program never stores it; the copy is the state
// at one instant; nothing is removed that a kept piece needs, or that is newer than the newest whole copy; a paused
// program makes no pieces; a copy that is brought back is paused before its first row can be seen. A piece is sealed, not
// signed: who can write to the place and knows the public key can put a false one there, so keep the heads of the books.
package backup
