// Package partners keeps those who share the revenue of sites: landlords.
//
// It owns partners, their shares by the day and payouts to them. It does not own what was sold (billing, vouchers), the books
// (billing/ledger), how they sign in (internal/pin), or any page (portal/reseller).
//
// A share is a part of a day's sales at the partner's sites, net of what was given back that day: orders when they were paid, vouchers of these
// sites when they were first used, and those for every site that were first used there. It is counted once, after the day in Nairobi is over, and becomes due; a day with more given back than sold
// takes from it.
//
// A share that is chosen at the console counts from when a second person approved it (internal/approval, Propose).
//
// A payout is asked for by one member and approved by another, who never asked, or alone where nobody else may, as a payback to a customer is (billing/counter). Who asked may take
// it back while nobody has decided. It stays due until a member says how it was paid, or a rail has paid it out to the phone that the partner had when it was asked for
// (billing.Owes): while a try of the rail is under way nobody pays it by hand, refuses it or sends it again.
//
// Invariants: events are never changed; each has the next number of its partner, the balance after it, and one entry in the books with its digest;
// what staff chose of a partner is what its keyed digest says (internal/witness); every day since the partner was made has one; balance = sum of
// events = what is due in the books; no more is paid out than is due; a partner has one payout at a time that is neither refused, taken back nor paid; each payout is
// what its keyed digest says, and an event when it was paid.
package partners
