// Package cutover brings the subscribers of another system in, and takes routers over one at a time; both can be taken back.
//
// It owns imports: what each one made, row by row, and what a router's local secrets were before they were switched off. It does not own how
// other systems keep things (internal/incoming), customers (billing/customers), plans (billing/plans), subscriptions (Lines), or the books: credit is
// opened by billing/accounts, and what is owed is a document of billing/invoices, so that it ages and is dunned.
//
// A row is known by its source and its key there. A customer is one transaction with numbers, balance and lines, many customers one commit; a
// row that cannot come in leaves the others alone. A line that cannot come in yet is tried again by the next import of the same source.
//
// What a date means: an import's opening balances are of the instant when it ran, not of the old system's days.
//
// Invariants:
//   - the same source twice changes nothing: a row (source, key) is made once, by whoever writes it first
//   - an import is of one run: another of the same source, at the same time too, is an import of its own, and is taken back alone
//   - a plan is made before the customers who have it, and taken back after them, unless somebody has it still
//   - what has no place here is sealed: nobody knows what people wrote into comments
//   - balances come in against OpeningBalances alone; the sum of an import's entries is that of the balances it took
//   - an import is taken back row by row; who has moved since stays, and is named
//   - a local secret is on record before it is switched off, and only the recorded ones are switched on again
package cutover
