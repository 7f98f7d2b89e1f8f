// Package bulk does one thing to many objects that a member of staff picked: it looks first what would happen, asks, does it in pieces, tells what became of each, and takes it back.
//
// It owns runs and their objects: which were found, what would become of each and why not, how far a run is, what was done. It does not own what is done: a deed on one object, who may do it
// there and why it cannot be done belong to the package of the object, which internal/app brings here as Things.
//
// A run is looking → looked → doing → done; until it is done somebody may stop it. Each object is changed in a transaction of its own, together with its fate and the counts of the run, so a
// run may be cut between any two writes and goes on where it was: nothing is done twice, nothing is forgotten. On a server several are changed at once, for most of a change is waiting. Whether the member may do it is asked in that transaction.
//
// A change of plan is tried on each line to see what it would do: it is done as it will be, in a transaction that is given up. What it would cost is kept (bulk_prices); a line whose money or state is
// another when its turn comes is left. It is undone while it lies ahead, by withdrawing it; one that counts already is not, for going back is another sale at the prices of that day.
//
// billing/billdesk is a run machine of the same shape, and stands beside this one on purpose. Its objects are not known before they are made: pages of what is due make documents, with parts of one
// bill on several pages; a preview and the run that follows are two runs; one moves at a time; and numbering is a phase of its own. What both have in common is how a run is taken up, rests and ends,
// some sixty lines, and an engine over both tables and both sets of phases would be longer than that.
//
// Taking a run back is a run too: of the opposite kind, over the objects that were changed, each only if nothing has changed it since, by the mark that its change left.
//
// A run that is at its end is forgotten, with its objects, after months that are a setting, and cannot be taken back from then on; one that nobody started, after two days. The trail and the
// history of each object tell what was done.
//
// Invariants: an object is in a run once; its fate leaves Would once; who sends a form twice gets the first run. Dates are of the machine's clock.
package bulk
