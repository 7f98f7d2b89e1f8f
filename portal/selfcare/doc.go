// Package selfcare is the subscriber's own pages: what I owe and why, paying it, my papers, what I use, changing my line, its
// devices and password, and what is stored of me.
//
// It owns these pages and their cookies, and which changes of a line customers make by themselves. It does not own who is let in (billing/entrance), bills
// (billing/invoices), what a paper looks like and its file (billing/papers), prompts (billing/prompts), lines and what a change comes to
// (billing/subscriptions), use (radius), or staff's pages (portal/backoffice).
//
// Invariants: no page needs a script; each is one request of a few kilobytes; an address fills nothing in and changes nothing, and opens nothing of
// another customer's, whose things are answered like things that do not exist; what costs is shown first, and the same form does it once; the page after a code was asked for is the same whether or not
// there is such a customer.
package selfcare
