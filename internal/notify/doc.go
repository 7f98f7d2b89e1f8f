// Package notify sends messages to people and alerts to the owner.
//
// It owns: the message (a row written in the transaction of its cause, sent by a job), what a person agreed to receive,
// quiet hours, the number of codes an address may be sent, the carriers that take a message out of the house (Africa's
// Talking, any HTTP gateway, SMTP, Telegram, webhook) and their secrets, delivery reports, the balance, and alerts: rules
// with limits from settings, raised, acknowledged and cleared. It does not own why somebody is told something, nor how a
// reading is taken: domains call Send, internal/app gives a Source for each rule.
//
// Messages: queued → sending → sent → delivered, failed or unknown. "sending" is committed before the call leaves. Only
// what certainly did not leave goes back to queued by itself; a call without an answer makes the message unknown, and only
// a person sends it again, for no gateway has an idempotency key. A report never takes a final state back. One key is one
// message, however often it is sent. Text and address are sealed, the address is found by keyed hash.
//
// E-mail is delivered at least once: SMTP has no way to ask whether the server took what it did not answer. Such a call, and
// one whose program died, is made again under the same Message-ID, by which who reads it sees it once; three times at most,
// then it is unknown. A server that asks to come again is asked for up to days, while the message has a point. Its look is
// that of its site's brand, its HTML part loads nothing, and a paper that goes with it is made when it leaves. Bills and
// receipts carry no List-Unsubscribe, for they are no marketing, and marketing does not go by e-mail; a report that comes again and again carries one.
//
// Alerts: raised → acknowledged → cleared. One message tells all that one rule has raised at about the same time; each
// alert is told at most once, once more when nobody acknowledges it, and once when it is over. Raising and clearing have
// different limits, and a good reading must last before it clears.
package notify
