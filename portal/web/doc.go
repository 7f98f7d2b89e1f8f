// Package web is what every face of the portal needs between Fiber and its own pages.
//
// It owns routes and their policies, rendering, files under their hash, the style sheet allowed by its hash, security headers, the mapping of
// faults to statuses, whom a request comes from, stamps on forms, and how an answer leads elsewhere. It does not own
// any page, word or rule, nor the server (portal).
//
// Invariants: a template is parsed at start or the program does not start; a response allows no other host, no script
// but a file of ours, and that to the back office only; nothing a client sent is used after its handler has returned; the internal cause of a fault is never shown.
package web
