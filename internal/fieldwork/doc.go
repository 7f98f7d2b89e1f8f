// Package fieldwork keeps what happens outside the office, before a line and around it: leads, visits, equipment and files.
//
// A lead is a person or business who asks for service and is no customer yet. A visit is work at somebody's place: an installation, a
// repair, a survey. Equipment is each piece that goes out, by its serial. A file is a photograph or a PDF of a customer, a lead, a visit or a ticket, whose come by e-mail: what an
// installation looks like, a contract that was signed, a paper that says who somebody is. It owns all four and what becomes of them. It does not own customers
// (billing/customers), whom a lead becomes in one step, nor lines (billing/subscriptions), on
// which it notes what was handed over.
//
// Dates: the day of a lead is when its next step is due, and, once it is done, the day on which it was.
// The day and the window of a visit are when somebody comes, in the provider's zone.
//
// Invariants: every change is one UPDATE that names the version that was seen, with a deed in the trail, in one transaction; a form's request is
// one lead, however often it is sent; a lead becomes a customer once. Phones are sealed and found by a keyed hash. Who somebody is and where they
// live is never in the trail, so that it can be erased: of what is done, after the months that settings say. What was erased is not taken up
// again. A file is what its content is, whatever it is called; photographs are drawn anew, and all is sealed. Who opened one is in the trail, what it is
// called is not. Those of a ticket go with its texts (internal/support says when).
package fieldwork
