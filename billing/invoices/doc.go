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
// Who pays: whoever pays for the customer when the document is made, and who answers for one that was merged. What was billed to another and turns out otherwise
// is credited to them, in a document of their own. Taxes are those of the days that a line is for: a rate, and whether the payer is exempt.
//
// What somebody credited or gave up stays given, and nothing is given twice, whichever came first: a correction takes no more from a period than a credit left of
// it, and of an invoice no more may be credited than corrections on later bills left of its periods (Creditable). A credit is borne by the periods that an
// invoice charges for, by what it charges for each, and not by those of which it takes something off. Where both were made at once, or more was written off than
// was left, the next bill charges again what is beyond: whoever gives something of a bill tells so (FactGiven), and its periods are looked at again. A certificate that is written down late has the taxes of its days credited by notes of taxes
// alone (CreditTaxes), which are a part of the lines that they are of.
//
// The reminder on the day on which a bill is due waits for who is asked by a prompt first (AskPrompts).
//
// Who touches several things in one transaction takes a customer's account before invoices, and invoices before the ledger.
package invoices
