// Package access is the hinge between money and packets: who may be online, until when, how fast, how much.
//
// It owns grants, the slots of their devices, the logins that reach them, and the sources that fed them. It does not own
// money (billing gives grants and never asks why), sessions and packets (radius), or what a router can enforce (routers).
//
// Log-ins are answered from memory (snapshot) as far as nothing has to be written: known devices on active grants, and every
// refusal of what is known. The program's own writes are read back as they commit; those of other programs come by the feed, which
// reads the last minute of changes again at each poll and takes in higher versions; every ten minutes all live grants are compared.
// What memory does not know, or what writes, goes to the database through a gate that refuses at once while the database fails.
// Memory is stale by the feed's lag, and by the length of an outage: then it knows no more use than was applied before.
//
// A standing grant is a subscription's for its whole life. It is not ended by time, by a cap or by being unused: past its end, with
// its cap used, or barred for arrears it is kept in the walled garden or refused, and comes back when SetUntil, Unbar or more of
// what was used up says so. Slowed for arrears it is no faster than that, whatever its plan gives and becomes. FirstUsedAt is the day on which it was
// given.
//
// Dates of a grant: CreatedAt, when it was given; UnusedUntil, when an unused one lapses; FirstUsedAt, the first
// accepted log-in; Until, where calendar time, validity and fixed end are over, whichever comes first, or where a standing grant
// lapses; EndedAt.
// All are on the plan clock. One-time logins expire on the real clock: they are part of a protocol, not of a plan.
//
// Invariants: a grant goes dormant → active ⇄ suspended, any → ended, and no other way; one source feeds one grant
// once; a grant has exactly Limits.Devices slots, made with it, and only a device in a slot is accepted; what is given to different
// owners is never put together, for a device's address proves nothing; each change
// of a grant, its slots and its names raises its Version, sets the second of the database's clock, and touches it (db.Tx.Touch): a
// change without these is not seen by log-ins; whoever must see two things of a grant together first writes the grant's row (lock).
// All that was carried is UsedBytes; what of it was free is FreeBytes, and only the rest counts. A device comes off its slot by
// Move, FreeSlot or another log-in of its name, each a row; whoever proved a grant may move it so many times a day. An address of a
// grant's own has one owner.
// A suspended grant may say why: one whose money a rail took back is suspended for that, and whoever comes with it is told. A source that was taken back unused is kept as "withdrawn" and feeds nothing; a refund takes away in a source of its own.
// What is over is refused by Decide at once; Sweep and Use only write it down.
package access
