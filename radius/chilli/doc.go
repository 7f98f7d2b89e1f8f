// Package chilli speaks to CoovaChilli and what is built on it: the UAM redirect with its checksum, its RADIUS
// attributes, and the CoA that puts a waiting client online (reference/other-nas.md §1).
//
// It owns the words of one make of router. It does not own sending packets (radius gives it a CoA) nor the direction of
// counters, which is a property of each router.
//
// Invariants: when the router has a UAM secret, nothing of a redirect is believed without its checksum; a CoA carries the
// complete set of limits, because CoovaChilli clears those that are not repeated; no CoA goes out without an exact
// User-Name, because an empty one would match every waiting client.
package chilli
