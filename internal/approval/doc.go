// Package approval keeps deeds that one member asks for and another decides: what gives money away, or promises it.
//
// It owns what is asked for and how it was decided. It does not own the deeds: each domain names its kinds, and does in the deciding transaction
// what was asked for. Refunds, paybacks and payouts go the same way with a step more, for they are paid after they were approved: they keep it in
// their own tables (billing, billing/counter, billing/partners), and who may decide them is asked here (MayDecide).
//
// Who may decide holds payments.approve at every site that it is about; of no site means of all. Where exactly one active member may, that
// member may also decide what they asked for themself, after a fresh proof that it is they, and the trail says that nobody else was there.
//
// Dates: LapsesAt is when nobody can decide it any more, though it is told a little later.
//
// Invariants:
//   - asked → approved, refused, cancelled or lapsed, once; of many who decide at once one wins, and the others are told what was decided
//   - what was asked for is done in the transaction that approves it, or it is not approved
//   - of one kind and one thing no more than one waits; the same request is asked for once
//   - the decider is not the asker, or the row says that they were alone
//   - each row is what its keyed digest says (internal/witness)
package approval
