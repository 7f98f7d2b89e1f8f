// Package routers knows the network access servers: who they are, how they are reached, and what they can be told.
//
// It owns the router, its addresses, secrets and tokens, when it was last heard, the Dialect that each make of router
// speaks, the links by which a router fetches its set-up script, and its health: what the lookout's last look at it found, and
// since when it does not answer. Who looks (Prober) is wired by internal/app. It does not own packets in flight (radius), sessions
// (radius) or the words of one make (radius/mikrotik, radius/chilli).
//
// Invariants: an address prefix belongs to one router; so do an address and a public key of the tunnel, and outside the
// tunnel its addresses mean nothing; a secret, an API password and a UAM secret are sealed in the
// database; look-ups by address, token and id are answered from memory and never wait for the database; a retired
// router answers to no address and no token; a set-up link is spent once, within 30 minutes, and is stored as a keyed hash;
// of several nodes one looks at a router at a time, and a look lasts seconds, whatever the router does.
package routers
