// Package billrun makes of subscriptions what invoices bills: it is the bill run's source.
//
// It owns up to where each subscription is billed (positions) and how a subscription's events read as days (History). It does not own what happened
// (billing/subscriptions), what it costs (billing/plans), the bill (invoices.Compute), or documents (billing/invoices).
//
// Dates: a day is one of Nairobi. It counts as what the subscription is at its end: the day of the start is billed, that of the end is not, that of a
// change of plan costs what the new plan does. An older price of a plan that a line leaves for a newer one goes on to the end of the period. A discount
// for some periods lasts as many intervals of the plan, to the day. A period that was never billed, for the line was paused through all of it, uses up nothing of
// it, whenever that is told; nor does one of which corrections and what was credited or written off by hand left nothing: the discount goes on for one more. A
// period of which a day was billed is used up. What was paid beforehand, here or elsewhere, is used up before anything is billed.
//
// A track is periods of one length. A subscription has one for each length of interval that it was ever on, each on the billing day that its customer
// had when the line came onto it. It is due on the first day of a period, or when the subscription begins within it, and until nothing is left to bill. What is paid
// beforehand is not billed; of a hybrid plan its use alone is, and of any the fee for leaving its contract early.
//
// A month has a billing day up to 31: one that is too short begins its period on its last day, and keeps the day for the months after it. Weeks begin on the day
// of the week that the customer has, else on that of the line's first day.
//
// When staff move a customer's billing day, what is billed stays: the next period of each track by the month ends on the new day, of each by the week on the new
// day of the week, and costs its part of the whole that it would have been. A track on which nothing is left keeps its days until the line is back on it: discounts
// are counted by them. What a line that is paid by invoice may use in a month before it is slower is counted by the same months; of a part of one
// it may use all, while what is included in the price is a part too.
//
// What is included by use is the plan's and, by the days that they are had, its add-ons'. A pack that is bought, or given by staff, comes off what is over in the
// period of its day, whenever in it that was used; what is left of it is gone with the period.
//
// Use is looked at again for 31 days after its period. What is told of later, by up to 92 days, is something new about its day: the next bill has it, marked as
// late, even when the line has ended. What comes later still is counted and never billed; staff are shown it until one of them has seen it.
//
// Invariants: whatever is recorded of a subscription moves its positions' version, in the same transaction, and the day since which something new is
// known; only who read the position at that version, and the history after it, takes that day back. So what is recorded while a bill is made is on
// the next one, and nothing is twice: a period is billed from where the position stood.
package billrun
