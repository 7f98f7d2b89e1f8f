// Package jobs keeps rows to do later, written in the transaction of their cause.
//
// It owns: facts and who subscribes to them, one row per subscriber, running, retrying with growing pauses, rescuing jobs
// whose runner died (within half a minute: who runs one tells each ten seconds that it lives), parking what no retry cures, and leases for work that one node does at a time. It does not own what
// a job does.
//
// Invariants: a job is named after its emitter's fact ("grant ended"), never after a command. A job runs at least once:
// handlers are safe to run again. What became of it is stored by trying for a second: one write that fails leaves no job to be rescued.
// A finished job's row is deleted; a parked one stays until a person retries or drops it.
package jobs
