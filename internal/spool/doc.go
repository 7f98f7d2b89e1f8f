// Package spool keeps records on the local disk until they are applied.
//
// It owns a folder of segments (files of framed records, named after their first sequence number), a cursor (the last
// sequence number applied) and a lock (one process at a time). Append returns after fsync; many appenders share one.
// Consume hands records over in order, at least once: whoever applies them must be idempotent on their content.
//
// It does not own what a payload means, nor does it seal it: files are readable by the owner only, but in the clear.
//
// Invariants:
//   - A record is acknowledged only after its bytes, and the name of its segment, are on the disk.
//   - A record that was refused may still be handed over after a restart; one that was acknowledged always is.
//   - The cursor moves only after apply succeeded; a segment goes only after the cursor passed it.
//   - A segment is written by one process only, up to its first failed write; numbers in it have no gaps.
//   - A sequence number is never used twice while the process lives, even for a record that was refused.
package spool
