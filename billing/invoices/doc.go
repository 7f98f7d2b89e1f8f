// Package invoices is what customers owe: what is to be billed, the documents that say so, and what happens when they are not paid.
//
// It owns Compute, which tells from a subscription's history what a period costs; invoices, pro formas and credit notes; their numbers; what paid
// which of them (allocations); statements and ageing; the run that bills everybody who is due; and the dunning table. It does not own what happened to a
// subscription (whoever runs it makes a History of it), prices (billing/plans), tax rates (billing/taxes), customers' credit (billing/accounts), or paper
// (billing/pdf).
//
// Dates: a period is [From, Until) in days of Nairobi. PeriodDay of a line is the first day of the period that it charges; From and Until are the days it
// is for; the day of an invoice is when it was issued, its due day the last on which it is not late.
//
// How much is a part of a period: the price p of a period of D days costs, from its day a up to its day b, round(p·b/D) − round(p·a/D), a half cent
// upwards. So the parts of a period in which the same price runs through always sum to p, however often it is cut, and each day has one cost. A period that
// is cut short, because the days were moved on which periods begin, costs its part of the whole that it was. What is already invoiced and turns out otherwise is
// credited line by line and charged anew.
//
// Invariants: what was invoiced for a period, corrections with it, is what the period costs by the history as it was then known; a document that has
// a number is never changed but for its state, what is paid and what the tax authority says of it; numbers of a series have no gap; each number has one
// entry in the books, written with it; what is open on a customer's invoices is what the books hold of them in Receivables.
//
// Who pays: whoever pays for the customer when the document is made, and who answers for one that was merged. It stays theirs, on their own terms and with their own taxes, whoever pays
// by when it is issued, or late. What was billed to another, or to the customer before another paid, and turns out otherwise is credited to them, in a document of their own: to who
// answers for them, as their own, when they were merged. Taxes are those of the days that a line is for: a rate, and whether the payer is exempt.
//
// What somebody credited or gave up stays given, and nothing is given twice, whichever came first: a correction takes no more from a period than a credit left of
// it, and of an invoice no more may be credited than corrections on later bills left of its periods (Creditable). A credit is borne by the periods that an
// invoice charges for, by what it charges for each, and not by those of which it takes something off. Where both were made at once, or more was written off than
// was left, the next bill charges again what is beyond: whoever gives something of a bill tells so (FactGiven), and its periods are looked at again. A certificate that is written down late has the taxes of its days credited by notes of taxes
// alone (CreditTaxes), which are a part of the lines that they are of.
//
// One bill or many: who pays for several lines, of their own and of accounts that are parts of theirs, gets a bill for each line, or has chosen one for all whose
// periods begin on the same day (ChooseBills: for periods that begin on the day after the choice, or later). Each line's period is computed, rounded and corrected as it
// would be on its own bill, and stays a document of its own, a part, which waits (Gathering) until a run has drafted all that is due; then all parts of a payer's day become
// one document of the payer (gather), whose lines name their parts, and only that one has a number, is in the books, is due, dunned and paid. What is credited or given up of it is
// each part's by what that was charged. So the choice changes no cent of what a line costs. Parts move onto a bill once, by their state, under the payer's account: runs that die or
// run at once make one bill. What cannot be billed, or begins within a period, comes on a bill of its own day later. Who
// answers for a payer that was merged gets bills as that had chosen, but for who has chosen, or pays for others, already.
//
// The reminder on the day on which a bill is due, and any later one on a day on which it is asked for late, waits for who is asked by a prompt first (AskPrompts).
//
// Who owes, most overdue first, is a list (owing): a row a customer, which each transaction that changes what is open on an invoice writes anew from all of theirs. It
// orders the pages, no more: what each page says is read from the invoices. A day makes more late without anybody changing a bill; until such rows are written
// anew (TurnOwing) the order is read from the invoices too. The proof compares the list with the invoices.
//
// Who touches several things in one transaction takes a customer's account before invoices, and invoices before the ledger.
package invoices
