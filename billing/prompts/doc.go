// Package prompts asks customers for money on their phones.
//
// It owns who agreed that their phone is asked by itself (consents), why each prompt for a customer's money was made (asks), for which bills and renewals a
// prompt was made by itself (dues), and how much is asked then. It does not own what is owed (billing/invoices), what a renewal costs
// (billing/subscriptions), customers' credit (billing/accounts), or the prompt itself, its verdict and where its money goes (billing: moneyorder.go).
//
// A phone is asked by itself on the day on which a bill is due or a line that is paid beforehand ends, from nine until five, a line before its end at noon. Asked
// is for what must come so that all that is due by then is paid, as accounts spend it: what is open and due, less credit; and when a line ends, what is open
// altogether, and each renewal that money pays before that line's and with it. Cents are rounded up; what is more than M-Pesa moves at once is asked for in parts,
// each when the one before is paid. A prompt that came to nothing is made once more, two hours later at the earliest. Then the reminders of dunning go on, which
// waited (Waits). What was not asked for on its day, for nobody looked or the rail rested, is asked for in the same hours of the three days after it, if its
// payer had agreed by then.
//
// What comes of a prompt that was made on a bill's own page pays that bill before others (Meant).
//
// Invariants: a bill, or a period of a line, has at most two rows of dues beside its paid parts, each written with its ask and order in one transaction, in which the
// customer's account is held from the first statement on; a customer is asked by nobody while a prompt of theirs, or of one who was merged into them,
// has no verdict; nobody is asked while the rail or the number rests, and few leave at a time, so that a rail that fails is asked by few; right before
// a prompt leaves, what was due is compared with what is owed then, and consent is looked for again (wanted).
package prompts
