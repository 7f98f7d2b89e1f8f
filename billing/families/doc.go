// Package families has an account renew the lines of its parts out of its own credit, where that was agreed.
//
// It owns what was agreed (a part, who pays, how much in a month at the most), how much of it is used in a month, and when lines of parts are looked at. It does not
// own whose part somebody is (billing/customers), whether an account gets one bill for its parts or many (billing/invoices), credit (billing/accounts), or what a renewal costs and buys (billing/subscriptions).
//
// A line of a part that is due is renewed out of its own credit; what that lacks comes from the account that it is a part of, all of it or nothing, in the transaction of
// the renewal. It is looked at an hour before the line ends, and once more whenever the credit of either grows or something is agreed: after what that account owes and
// has to renew itself. Money that goes back from the account takes back what it had renewed, as far as that was not had. Who
// answers for an account that was merged pays for its parts as it had agreed. What was paid for a part is the part's: what comes back of it because the part's line ends, changes its plan or
// is renewed with money that bounces is credit of the part, and renews its lines.
//
// Invariants: in a month of Nairobi no more is paid for a part than agreed; what leaves one account is in the other, or neither happened; nothing is paid for a part
// whose account is not that account's part any more, or closed. The account that pays is held before the part's.
package families
