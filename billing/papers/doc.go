// Package papers brings documents to customers: what an invoice, a credit note, a pro forma, a receipt or a statement looked like when it was made, the
// file that is made of it on demand, the link that opens it without a sign-in, and the e-mails and SMS that tell of it.
//
// It owns the paper: the facts about seller, buyer, balance and how to pay, as they were when it was made, kept sealed, and the brand that it wears. It does
// not own documents and their lines (billing/invoices), payments (billing/accounts, billing), how a page is drawn (billing/pdf), or how a message leaves
// and what came of it (internal/notify).
//
// Sending: "invoice issued" and "customer credited" are told in the transaction of their cause. Their jobs make the paper and write its messages in one
// transaction, each message under a key of paper and address, so that a job that is run again sends nothing twice. Jobs of a bill run are spread by the
// setting paper.per_minute; a receipt is not. To whom: the contacts that are for bills, in the customer's language, by the ways of the kind's setting.
//
// Invariants: a paper has the same octets whenever it is made, but for the control number that the tax authority gives later; a document has one paper;
// a link is 128 random bits, found by their digest, and opens one paper until its day; what a customer is asked for, in a message or on a
// link's page, is what the paper says, and never more than is owed then.
package papers
