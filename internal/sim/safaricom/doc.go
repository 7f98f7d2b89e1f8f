// Package safaricom is a simulated Safaricom for demonstrations, sandboxes and tests.
//
// It owns the Daraja endpoints of the M-Pesa reference (token, STK push and query, C2B, Transaction Status), the money of
// made-up people, a phone screen on which they answer prompts, the statement of each
// short code, and switches for each fault the real service is known for.
// It does not own any reading of these protocols for the product: billing/mpesa is written apart and shares no code with it.
//
// Invariants: money moves only through one function and each move has one unique receipt (Moves is the oracle of tests);
// a callback is sent once and never tried again unless a fault says so; a subscriber has at most one open prompt; the
// faults of a payment are fixed when it begins. Stamps come from the given clock, delays run in real time.
package safaricom
