// Package customers keeps the people and businesses that we serve: who they are, how they are reached, and under which number.
//
// It owns customers, their account numbers, contacts and the reading of what people type for them. It does not own money (billing/accounts),
// what they buy (billing/subscriptions) or what they are sent (internal/notify).
//
// An account number is seven digits of which the last checks the others (Damm): one wrong digit, or two neighbours swapped, is no
// number. A customer also answers to old numbers, as imports bring them, and to their phones. Whoever was merged into another answers as that
// other. Names find nobody when money is placed: they only suggest.
//
// Invariants: a number, own or old, is one customer's for ever; a number as drawn begins with no zero, reads as no order code, and is no
// slip away from an old number; a Phone is always 254 and nine more digits that begin with 7 or 1 (reference/mpesa.md §12).
package customers
