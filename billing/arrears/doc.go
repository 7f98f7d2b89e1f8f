// Package arrears does to service what the table of late payers says, and brings it back with the money.
//
// It owns nothing that is stored. It is where dunning (billing/invoices) meets service (billing/subscriptions), who is told (billing/customers) and
// how (internal/notify): which lines a debt concerns, how each step keeps them, the words of what a customer is told, of late payment and of money that a
// rail took back, and when in the day steps are taken. It does not own which step is due or done, what is owed, or how a grant is enforced.
//
// A debt concerns the lines that are paid by invoice, wholly or in part: those of the customer who owes, and of those for whom they pay. Lines that
// are paid beforehand are as they were. A line is kept by the hardest step over any debt that concerns it: slow, in the walled garden, closed, ended.
// Nothing of its plan is touched, so that it is what its plan says when it is let go, whatever was changed meanwhile.
//
// Whose line is paid beforehand and runs out in three days is told, once for each period that they paid, unless credit renews it or more is paid.
//
// Steps are taken by day, so that nobody is cut off at night; money brings service back at any hour. What an invoice is owed less by, and what of it is
// open again, come as facts in the transaction of their cause: a job follows them, and one that dies is run again. Whoever changes how a customer is kept
// holds the account of who owes, from the first statement of the transaction on.
package arrears
