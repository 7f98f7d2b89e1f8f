// Package api is the face that other programs talk to: JSON under /api/v1, told by an OpenAPI document that is made from the same table as the routes.
//
// It owns the addresses, the shape of answers, paging, rate limits, and what a key opens. It does not own keys (internal/apikeys), nor any rule of
// a domain: it asks the services that the back office asks.
//
// Invariants:
//   - a route is in the document, and what the document tells is a route
//   - a key opens only its scopes, and only what is of its sites; what it may not see does not exist for it
//   - a deed needs the program's own name for it, and is done once by that name (internal/apikeys); it is the key's in the audit trail
//   - a call carries its key in a header; a cookie means nothing here, so no other site's page can call in somebody's name
//   - no answer holds a secret: no password, code of a voucher, key or whole phone number of a payment
package api
