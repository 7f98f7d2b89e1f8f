// Package support keeps tickets: what people told us is wrong or asked for, who of us answers, and by when.
//
// It owns tickets, their append-only history, the texts in it, and canned answers. It does not own customers (billing/customers), how a
// message leaves (internal/notify), the files that came with e-mails (internal/fieldwork), nor what a ticket is linked to: it keeps the kind and number of a session, router or outage.
//
// A reference is T and seven digits of which the last checks the others (Damm), so that one wrong digit on the phone is no ticket. Dates:
// Due is when we should have answered by the clock of the priority, which stops while the customer is awaited and goes on with what was left;
// ComplaintDue is the regulator's, counted from when the ticket was opened, and never stops.
//
// Invariants: every change is one UPDATE that names the version that was seen, an event in the history, and a deed in the trail, in one
// transaction; of two who act on what both saw one wins; a form's request is one event, however often it is sent. Texts of people are in
// a table of their own and never in the trail, so that they can be erased while the history stays. A complaint's dates stay, too: the regulator asks for them.
package support
