// Package staff keeps who works in the back office and what they may do.
//
// It owns members, roles, passwords, second factors (an app's codes and passkeys), recovery codes, sign-ins, the links of invitations and password resets,
// and the set-up secret by which the first owner is made. It does not own pages, cookies or the sending of links, nor what a
// permission guards: whoever guards something asks May. Use cases open their own transactions.
//
// Invariants: a password, code, token or link secret is stored as a hash only, a second factor's seed sealed; each is used
// once by a conditional UPDATE. While a provider has members it has an active owner, and only an owner makes owners; nobody
// gives or touches what they do not hold themselves. Who may move money or manage staff has a second factor, or is asked for
// it first. Every request is judged anew by one read, so that what a member loses is lost at once. Every change, and every
// failed sign-in, is in the audit trail in its transaction, without what was typed. One sentence answers every failed
// sign-in, and an unknown e-mail costs the same time as a known one.
package staff
