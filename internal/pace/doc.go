// Package pace slows callers down.
//
// It owns buckets in the memory of one node, bounded in number, and the key by which an address is slowed. It does not own
// what is refused or what the caller is told. Invariant: whoever waits as long as told is let through.
package pace
