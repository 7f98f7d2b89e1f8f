// Package accounts is the money of customers: what is held for each of them as credit, and how it came and went.
//
// It owns the account of a customer and its events: money in by a rail, at the counter or by bank; what was taken from it for invoices and renewals;
// what went back. It does not own who the customer is (billing/customers), what is owed on invoices (billing/invoices), what a renewal buys
// (billing/subscriptions), how money is told of by rails (billing), or the books (billing/ledger).
//
// Money comes first and is spent after: whoever brings it in only raises the credit, and the fact "customer credited" has it spent in a transaction of
// its own, on what was wired by OnCredit, in that order. So money is never rolled back with service.
//
// Invariants: events are never changed; each has the next number of its customer, the balance after it, and one entry in the books with its digest; the
// same request of a customer happens once; balance = sum of events = what the books hold of the customer in CustomerCredit, less CustomerDebts. Nothing is
// spent that is not there. Only money that goes back after it was spent (a cheque that bounces, a payment that the rail reverses) takes a
// balance below zero: first what that very money had been spent on is undone (OnReturnOf), credit being spent in the order in which it came, then whatever else
// may be open again (OnReturn). Of who was merged since, it is out of the credit of who answers for them, and owed by these. The number of a cheque, a slip or a certificate is taken while its money is here.
//
// Whoever touches several things in a transaction takes the account before invoices and grants.
package accounts
