// Package pools leases the addresses that the provider gives out itself.
//
// It owns pools of IPv4 addresses and of IPv6 prefixes, a row for each that can be leased, and who has it. It does not own
// which pool a plan names (access.Limits), nor how a router is told (radius). A name that is no pool of ours is a pool of the
// router's own.
//
// Invariants: an address has one holder, for a lease is one UPDATE of its row that names the state in which it was read; a
// device gets the address again that it had last, while nobody else has been given it; an address whose lease is over is not
// given to another while a session still stands on it; an address that is a grant's own (access) is kept out of its pool, and leased to
// nobody, for as long as it is. Leases are on the plan clock.
package pools
