// Package status knows what the public may know of how the provider's network is.
//
// It owns the notices that staff write of planned work and of trouble, and the board: for each open site whether all is well, since when not, and on which of the last ninety days
// there was trouble; and whether payments come in. It does not own when routers were silent (radius/outages), how the rail is (internal/report), or how the page looks
// (portal/status).
//
// Invariants: nothing on a board is about a person, a router's name or an address; however often the board is asked for, the database is read once in half a minute, by one caller,
// and while it cannot be read the last board stands, with its own time; with none yet, nobody tries again for some seconds. Trouble is a router that is silent now, a notice of trouble that has not ended, and, of days that are past,
// an outage that was proven. A notice is never changed, only ended. All dates are on the plan clock.
package status
