// Package portal is the HTTP server: listener, TLS, middleware, routes with their policies, health and metrics.
//
// It owns the order in which things happen to a request, the bounds on it, and how the server stops. It does not own
// any page (portal/guest, portal/backoffice) or message (portal/callbacks).
//
// Invariants: a route without a policy stops the start; no request can hold a connection, or memory, without a bound; a
// handler's panic ends one request and is counted; metrics are shown to the machine itself.
package portal
