// Package messages simulates those who carry messages: Africa's Talking, an HTTP gateway, a mail server, Telegram and the
// receiver of a webhook, for demonstrations and tests.
//
// It owns the made-up phones and mailboxes, a page that shows what they got, and switches for the faults the real ones are
// known for. It does not own any reading of these protocols for the product: internal/notify is written apart and shares no
// code with it. Invariants: what was accepted lies in an inbox, once for each time it was accepted, also when the answer
// was lost: Inbox is the oracle of tests. Stamps come from the given clock, delays end when the caller goes away.
package messages
