// Package apikeys keeps the keys by which other programs use the API.
//
// It owns whose key it is (a name), what it may read and do, at which sites, until when, when it was last used, and which deeds it has asked for by
// names of its own (idempotency keys). It does not own what the API answers (portal/api), nor the page on which keys are made (portal/backoffice).
//
// Invariants: a key is shown when it is made, to whoever sends that form, and stored as a keyed hash; a form makes one key however often it is sent; a revoked or lapsed key opens nothing from that instant on; what
// is unknown, revoked or lapsed is refused with one sentence; each key that is made or revoked is in the audit trail; that a deed is done is
// committed with the deed, so that no death of the program and no second run does it twice; its answer is kept sealed, for a day.
package apikeys
