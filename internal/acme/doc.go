// Package acme gets the portal's certificate from Let's Encrypt, or another that speaks ACME, and renews it.
//
// It owns the account, the challenges (HTTP-01 on the portal's plain listener, TLS-ALPN-01 on its HTTPS listener; either is
// enough) and where certificates are kept: in the database, sealed, so that each node and each backup has them. It does not
// own the listeners, nor a certificate that somebody brings themselves. certmagic does the protocol; the logger that it takes,
// go.uber.org/zap, is given to it silent.
//
// Invariants: no key lies anywhere in the clear; one node at a time asks for a certificate; a node without one still serves
// plain HTTP, by which it gets one.
package acme
