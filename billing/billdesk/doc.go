// Package billdesk is where staff look what a bill run would do, start one, and see how far it is and what it did.
//
// It owns runs that a member asked for: previews and bill runs, how far each is, and the documents that a preview names. It does not own what is due (billing/billrun),
// the documents of a run and their numbers (billing/invoices), or the run of each night, which nobody asks for.
//
// A preview is the dry run of the command: page by page it keeps what would be made, and changes nothing. Parts of one bill of several lines are on many pages: the first makes the document, and each is kept as a part of it. A run is started from a preview, for its day, once that has come. Both are done by a job in
// short stretches; a run that is cut, for the program died, is taken up by whoever runs the job next: what a page wrote and how far the run is are kept in one transaction.
//
// Dates: the day of a run is the last on which what is due is billed; what it issues has the day on which it is issued.
//
// Invariants: one preview and one run move at a time; who sends a form twice gets the first; what is told of a run is what it wrote, for it is counted with it. What cannot be
// billed is counted when the run is at its end: it was tried by every stretch.
package billdesk
