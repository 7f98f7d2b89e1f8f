// Package mpesa speaks Safaricom's Daraja: it is one rail, a billing.Gateway.
//
// It owns what goes over the wire to Daraja and the reading of what Daraja sends: tokens, prompts, queries, registered
// addresses, Transaction Status, and every quirk in reference/mpesa.md. It owns no database, no HTTP server and no
// decision about money: what it reads becomes billing's types, and billing.Settle decides.
//
// Invariants:
//   - a push is *billing.Refused only when it is certain that nobody was prompted; every other error means that nobody knows
//   - a push leaves at most once, but for a second try after the rail refused the token of the first
//   - only an explicit result code gives a verdict; an unknown one is VerdictUnknown, never failed
//   - secrets, tokens and phone numbers are in no error and no log line; the rail's own words are scrubbed and cut
//   - every call ends by a time-out, and no body longer than 64 KB is read
package mpesa
