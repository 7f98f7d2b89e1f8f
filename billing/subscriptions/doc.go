// Package subscriptions is a customer's plan over time.
//
// It owns subscriptions, the history of each, what the history comes to (Replay), the grant that follows it, and the renewal of those that are
// paid beforehand. It does not own who the customer is (billing/customers), what is sold (billing/plans), customers' money (Credit), invoices
// (billing/invoices), or how a grant is enforced (radius/access, radius).
//
// A subscription changes by events alone. An event is effective at an instant and recorded at another: it may be dated back, or lie ahead. The
// state is what the events come to in the order of their effective instants, those of one instant as they were recorded; the row of a
// subscription is that state at the time it was last written. What lies ahead when an end is recorded is given up with the line. An event, the row and
// the grant are written in one transaction.
//
// PaidTo is to the instant what was paid for. The line lasts until End, the first noon at the site from then on: it is never cut at night, nobody
// gets less than they paid for, and what noon adds is added once, not with each renewal. A renewal before End begins where the last one ended, a
// later one when it is paid. Months end on the day of the month on which the first of an unbroken row began, or on the last of a shorter month.
// A pause, an outage or a change that moves PaidTo to another day has the row go on from that day. What is left of a period is what was really paid for it
// (Span), by its days, without those on which the clock stood still; the price of today has no say. A change of plan turns that money into time on the
// other plan, or keeps the time and has the difference paid; to what comes later by the history, renewals too, it is applied as they come. One that is dated back
// leaves the newer prices behind that were told before it: they were prices of the plan before. Changes of plan that were told before it stand. Of the set-up nothing
// is time: it goes back with the period that it was paid with while no day of that was had, be it at an end or with the money of the renewal, and stays sold
// from the first day on.
// Minutes of an outage are had where they fell. When the line has run out since, they count from when they are given, less what the last noon had added; when
// it was renewed after it had, they are added to what was paid then. An outage that is undone is as if it had never been given.
// A line that changes to a plan by invoice uses up what it paid beforehand, at the price of that plan, and is billed from PaidTo on.
// When the money of a renewal goes back, the time of it that is not used is taken back (TakenBack): what was paid after it comes earlier, and with nothing
// paid ahead the line ends where it would have without it. What was used stays sold.
// A certificate of exemption that is written down late has the taxes credited of what was paid beforehand on its days, whole, once for each renewal (TaxFreed): what is not used up is worth so
// much less from then on, and the state is owed so much less. Where some of the money went back or was added to since, nobody but a person can tell what is left of the taxes: it is only named.
// Who leaves a contract early owes its fee, however the line was paid: from the deposit at once, or on an invoice by whoever follows the line.
// A pause stops the clock. The extension that subscribers give themselves lengthens nothing that is paid for.
//
// Invariants: events are never changed; numbers of a subscription's events are without gaps; the same request of a subscription happens once; who
// changes something names the state that they saw, and of two who saw the same one wins; what is paid for and not used up is HeldCents, and stands in the books
// under the grant's party in PrepaidService.
//
// What a customer owes may keep their invoiced lines from service (Keep). That is told by whoever is wired by AskArrears, and is no event: plan, end and
// pauses of a line go on beneath it.
//
// A line that is due, and whose customer's credit is too little, may be renewed out of another's (Helper).
//
// Lock order: the customer, the credit of who helps them, the customer's credit, the subscription, the grant, the ledger.
package subscriptions
