// Package resellers keeps those who sell vouchers for the provider: what they may sell, what they earn, and their money.
//
// It owns resellers, their events (what they bought, sold, gave back, lost, paid in and were paid) and their balance. It does not own
// vouchers and their states (vouchers), the books (billing/ledger), how they sign in (internal/pin), or any page (portal/reseller).
//
// A balance above zero is float, a liability of the provider; below zero it is what the reseller owes, down to a limit. Who has prepaid
// terms pays for paper when it is signed out to them; who has it on consignment pays when it is sold or used, and what they have and have
// not paid for counts against the limit at its full price. Vouchers made for one sale are always paid for at once. Commission stays with
// whoever sells; a sub-reseller's is carved out of the parent's, who gets the difference.
//
// At the console two persons give money away (internal/approval): commission, a limit that rises, and cash above what one may take in a day (Propose,
// Take). Save, PayIn and Settle are for who has decided already: seeds and tests.
//
// Dates: At is the machine's clock; Day is that day in Nairobi.
//
// Invariants:
//   - events are never changed; each has the next number of its reseller, the balance after it, and one entry in the books with its digest
//   - what staff chose of a reseller is what its keyed digest says (internal/witness)
//   - a request is done once: the same key with the same wish gets the first answer
//   - parent before sub-reseller, reseller before batch and voucher: rows are locked in this order, and the balance is changed under the lock
//   - balance = sum of events = float or debt in the books; commission of what is paid for = commission in the events
package resellers
