// Package incoming reads the subscribers of another system: PHPNuxBill's database or a dump of it, the local users of RouterOS, the SQL of
// FreeRADIUS, and tables of comma-separated values.
//
// It owns the forms in which others keep names, passwords, plans, times and money, and turns them into neutral rows. It does not own what
// becomes of them here, and changes nothing: neither here nor there.
//
// What a date means: a time without a zone is one of the zone that the source was run in.
//
// Invariants:
//   - every row of a source that is read becomes part of a customer, or is refused with its place and its reason: Read = Taken + Refused
//   - what is left behind is told: tables, columns and attributes that have no counterpart here
//   - the sum of the balances that the source holds is that of the credits and debts that come out and of what is refused, by group
//   - a password that is a hash is refused, never brought in as if it were the password
package incoming
