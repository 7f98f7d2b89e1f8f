// Package callbacks is where machines call us: M-Pesa's results, confirmations and validations; and routers,
// which fetch their set-up script and the pages of their hotspot.
//
// It owns the addresses, the bound on a message, who may call, and the answers (reference/mpesa.md §4, §8). It does not
// own what a message means: it keeps it whole, and billing reads it later.
//
// Invariants: a message is durable before it is answered; a message that could not be kept is answered with 503 and
// never with a success; a validation is accepted when in doubt, for refusing it would turn money away.
package callbacks
