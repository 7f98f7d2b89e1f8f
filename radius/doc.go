// Package radius answers routers, measures sessions and stops them.
//
// It owns: the packets in and out (server, front, authentic, signing, replycache), the answer to a log-in (authenticator) and
// how it proves itself (pap, chap, mschap), the sessions as accounting tells them (accounting, applyaccounting, fold, work,
// sessionstore), how fast one is (speed), what a grant used by the hour and the day, and all of a plan by the day (usage), how long both are kept (prune), and the carrying out of decisions on routers (enforce, disconnect, change, login, coa, turnstile, sweep), what running sessions
// are told and how a cap is shared among them (share, tell), where they stand (stand), who is let in no further than the walled garden (garden), how exactly they were stopped (overrun), and
// how a reboot is seen (reboot), what sessions and boots tell of an outage (testify); who is slowed down (guard), what is wrong with a router's secret (misfit), and the memory of who was kept
// off and why (refusal). It does not own who may be online (radius/access), the routers
// (radius/routers) or the words of one make of router (radius/mikrotik, radius/chilli); it knows nothing of money.
//
// Dates of a session: StartedAt is the earliest beginning any of its packets implies (arrival, less delay, less session time);
// UpdatedAt its latest event; EndedAt its Stop, or what we infer; StopAt the instant of the next look at it. All are on the
// plan clock. Time-outs of the protocol (retransmission, reply cache, delay of a refusal, pauses between attempts) are real.
//
// Invariants: nothing in a packet is believed before it is authentic; the same packet gets the same octets; accounting is
// stored before it is answered; the counters of a session only grow, and each growth is counted on its grant once, in the
// transaction that stores it, together with its hour and its day; a session is closed once, and reopened or corrected only by the router's own later word; an
// what a session in the walled garden carries counts on no cap; no order takes a session into the garden or out of it but the one that ends it; an
// enforcement is outstanding until the session is over, and each attempt is a row. Whoever is kept off is a row with its cause, however many
// they are within bounds; nobody waits for another's delay, storm or guess. Locks are taken in the order session,
// grant.
package radius
