// Package billing decides about money: orders, payments, receipts, credit, tills.
//
// It owns what a person bought (order), what is expected or has come from a rail (payment), the money that arrived
// (receipt), money held for a phone number (credit), the raw inbox of the rails, and the tills. It does not own the
// books (billing/ledger), what is sold (billing/plans), customers' credit (billing/accounts: account.go gives it money that comes with their number),
// what they owe (billing/invoices) and subscribe to (billing/subscriptions), or who may be online (radius/access).
//
// Settle is the one door through which money enters: callback, status query, paybill confirmation, transaction status and
// typed receipt all bring Evidence to it. In one transaction it changes the payment by a conditional UPDATE, records the
// receipt, posts the ledger entry and gives the grant. Before the door stand place (an order), push and ask (a prompt and its
// verdict), takein (the rails' messages) and claim (a typed receipt); behind it spend and credit (money that waits), and proof
// (the books' word about each row).
//
// Invariants:
//   - a payment moves created → sending → sent → unknown, any of which may end paid, failed or expired; failed and expired
//     may still become paid, paid never becomes anything else
//   - "sending" is committed before the call leaves; whoever finds it never pushes again
//   - a number that was prompted in vain again and again rests; its orders are placed as ever, to be paid by hand (rest.go)
//   - a till whose prompts fail for several people is left alone, but for one in half a minute (railrest.go); where the provider allows
//     it, its guests are online for a few minutes before they pay, which is charged to what they buy (grace.go)
//   - a rail's receipt is unique per till; each receipt has exactly one ledger entry that brought it in
//   - a prompt moves money once: at most one receipt is its own, by its callback's word or taken for what a query told of; a
//     payment is paid by its prompt's own money or by what serves its order (own.go)
//   - a masked payer is a phone when the mask shows four digits and three of it, and could not as well be whoever ordered what the
//     money has bought; what a callback says is believed more
//   - every receipt is placed: on an order, as credit, in suspense (a named queue with an age), or paid back; placing is separate from
//     arriving, so that money is never rolled back with service
//   - a receipt's code alone, which anybody may have read over a shoulder, spends nothing: who types it is its payer by the order's own
//     phone, by the order that the money came for, or by the end of the number that paid (claimwhose.go)
//   - an order for money (moneyorder.go), which buys no plan but raises an account, a reseller's float or a customer's credit, goes the same way; all money
//     that comes for it is that account's, and right before its prompt leaves whoever ordered it says whether it is wanted still
//   - each order buys at most one grant, through the source ("order", id)
//   - what staff match by hand (Match) can be taken back (Unmatch) while what it bought is unused; the prompt's payment stays as it
//     is. By what its payer is told they are known again: their next money finds their phone, which is no proof for spending credit
//   - money is paid back by two members: who approves did not ask, or nobody else may (internal/approval). Approved it is owed (RefundsPayable) and what it bought
//     ends or is made smaller; paid it leaves the till or the cash box
//   - what is owed goes back by its rail when a member presses (sendback.go): by reversal, else paid out to the phone that paid, else it stays owed, for cash.
//     One try at a time: while a rail may be bringing the money back nobody can pay it otherwise, a reversal is asked for once, a payout again only by the
//     same number, and where the rail never tells, a member looks and says
//   - what another domain owes (owes.go: customers' paybacks) is paid out to a phone on the same engine: it says what is owed and to which phone two persons
//     decided that it goes, and books it when the rail says that it went
//   - what a rail took back (reversal.go) is kept once for its code at the till, and taken back once, of a receipt never more than came: what its
//     order bought is suspended; credit, float, suspense or a customer's account give it back. Known before its receipt it waits for it; how a refund
//     of ours was paid, it moves nothing. Left is what of a receipt can still be moved
//   - whatever changes a receipt posts an entry with a digest of the receipt, its order and its payment, so that the chain of
//     the books holds these rows too
package billing
