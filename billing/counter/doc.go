// Package counter is the cashier's desk: money that customers bring, money that is given back to them, and what is in the drawer.
//
// It owns what money at the counter does (Take, and Look, which tells it beforehand), paybacks, and counts of the drawer. It does not own customers'
// credit and what they paid (billing/accounts), what they owe (billing/invoices), what a renewal buys (billing/subscriptions), or money that came by a
// rail, and its refunds (billing).
//
// Look does all that Take does, and what its money would do after, in a transaction that is rolled back: it cannot tell anything else than what comes.
//
// A certificate of withheld tax settles a debt: no more is taken with it than is owed and not covered by credit.
//
// A payback is asked for by one member and approved by another, who never asked, unless nobody else may (internal/approval); approved, it is out of the customer's credit and owed
// (CreditPayable), until it is paid: by the rail to the customer's phone as it was when it was asked for, which billing has done, or by hand, as a member says. While nobody has decided, who asked may take it back. A count says what was in a cashier's drawer on a day, beside what should have been; it moves
// no money. The last count of a day is the one that holds.
//
// Invariants: a customer has one payback at a time that is not decided; each that moved money has an entry with a digest of it for each step; what is owed
// in the books is the sum of what is approved and not paid.
package counter
