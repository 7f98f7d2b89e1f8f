// Package apikeys keeps the keys by which other programs use the API.
//
// It owns whose key it is (a name), what it may read, at which sites, until when, and when it was last used. It does not own what the API
// answers (portal/api), nor the page on which keys are made (portal/backoffice).
//
// Invariants: a key is shown when it is made, to whoever sends that form, and stored as a keyed hash; a form makes one key however often it is sent; a revoked or lapsed key opens nothing from that instant on; what
// is unknown, revoked or lapsed is refused with one sentence; each key that is made or revoked is in the audit trail.
package apikeys
