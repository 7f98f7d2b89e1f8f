// Package vouchers makes codes that are sold on paper, and keeps their stock and their money until they are used.
//
// It owns batches (one plan, one price, one style of code), vouchers (a code with a serial), deeds (what was done with a range of them:
// printed, signed out, sold, returned, voided) and the count of wrong tries. It does not own what a used voucher gives (a grant of
// radius/access), the books (billing/ledger), or paper (vouchers/sheets).
//
// A voucher has no grant before its first use: 100,000 in a drawer are 100,000 rows and not 500,000, and signing them out, killing
// them or letting them expire writes one column of each. All doors (portal, link, a router's own page through access.Admit) end in take:
// one conditional UPDATE of the voucher's row, which names the states it may be used in; whoever wins it gives the grant, with the voucher's code
// as its log-in, in the same transaction. From then on the code is a log-in like any other, and access.Claim lets as many devices in as the plan allows.
//
// Dates: UnsoldUntil, after which what is not sold is dead; expires_at of a voucher, that date until it is sold, then so
// long after its sale as the batch says; UsedAt, its first use. They are on the plan clock; deeds and entries are on the machine's.
//
// Vouchers are made of plans that are sold where they are for, and that the routers there can enforce. How easy codes are to guess is counted over all
// sites, one style at a time, and what a guesser is let through is in guard.go, with the arithmetic of both. Where a voucher for every site is first used is
// kept, for the share of the landlord there.
//
// Batches are made and deeds done in pieces that are as large as the machine is quick (piece.go), for a payment waits while one is written.
//
// What resellers hold is theirs to settle (vouchers/resellers): Hand moves it in their transaction, and a deed of the house leaves all of it but a
// void alone. A shelf is a batch whose vouchers are made one by one, as they are sold.
//
// Invariants:
//   - made → printed → signed out → sold → used; what is not used may also be returned, void or expired, and comes back
//     from void only. That a used one is over is read from its grant
//   - it is dead on the network until signed out, unless its batch is live at once
//   - a batch is made in order: made says up to which serial, in the transaction of those vouchers
//   - a deed is done in order of serials, the same way
//   - paid × price of what is signed out or sold and not used is ledger.Vouchers of the batch; used and not paid × price is ledger.VouchersOwed
//   - each batch, voucher and deed is what its keyed digest says (internal/witness), written with it; none is missing
//   - codes are sealed, found by keyed hash, and shown in the clear by Export alone, which is on the trail, and by SoldOne to who made the sale
package vouchers
