// Package audit keeps the trail of what people and commands changed: who, what, before, after, from where.
//
// It owns tables audit_events, which is only ever inserted into, in the transaction of the change, and audit_links, by
// which package chain makes a later change of an event show, and audit_proofs, what each daily proof found and how far one has come. It does not own what a change means. Invariants: no secret is
// written here, callers hide them before they record; an event is chained within seconds of its commit, by one leased job.
package audit
