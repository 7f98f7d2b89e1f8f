// Package selfcare is the subscriber's own pages: what I owe and why, until when I am paid, my bills.
//
// It owns these pages and their cookies. It does not own who is let in (billing/entrance), bills (billing/invoices), what a bill looks like, its file and
// paying it by a prompt (billing/papers, portal/papers), lines (billing/subscriptions), or staff's pages (portal/backoffice).
//
// Invariants: no page needs a script; each is one request of a few kilobytes; an address fills nothing in and changes nothing, and opens nothing of
// another customer's, whose things are answered like things that do not exist; the page after a code was asked for is the same whether or not
// there is such a customer.
package selfcare
