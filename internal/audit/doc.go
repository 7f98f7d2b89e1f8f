// Package audit keeps the trail of what people and commands changed: who, what, before, after, from where.
//
// It owns table audit_events, which is only ever inserted into, in the transaction of the change. It does not own what a
// change means. Invariant: no secret is written here; callers hide them before they record.
package audit
