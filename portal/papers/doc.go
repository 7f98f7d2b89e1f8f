// Package papers are the pages that links to papers open: an invoice, a receipt or a statement, for who has the link and no account here.
//
// It owns how a paper is shown to a phone that cannot open a PDF, and how often an address may ask. It does not own what stands on a paper or which link
// opens it (billing/papers).
//
// An e-mail with a report has a link to a page by which it comes no more (internal/scheduled).
//
// What a paper asks for can be paid on its page by a prompt, on any phone (billing/prompts): the page says how far the last one is.
//
// Invariants: a page needs no script, no cookie and no other host, and is small; every link that opens nothing gets the same sentence, in the same way,
// and slows its caller down; a file is only ever sent as a PDF.
package papers
