// Package status is the public page of how the network is: of all sites at /status, of one at /status/SITE, in its brand.
//
// It owns how the page looks and how often an address may ask. It does not own what it says (internal/status).
//
// Invariants: a page is made of what is in memory, needs no script, no cookie and no other host, and is small; it tells nothing of any person.
package status
