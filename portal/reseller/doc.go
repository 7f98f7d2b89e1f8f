// Package reseller is the pages of people who sell for the provider or share a site's revenue: a phone in one hand, a customer in front.
//
// It owns these pages, their cookies and their words on the way in. It does not own resellers and their money (vouchers/resellers), partners
// (billing/partners), PINs (internal/pin), or the staff's pages (portal/backoffice), whose sign-in opens nothing here, nor this one there.
//
// Invariants: no page needs a script; each page is one request of a few kilobytes; a form that changes something carries the key of its request, so
// that a double tap, or a form sent again after the network dropped, is one sale; a form that is refused is shown again with all that was typed but a PIN;
// an address fills nothing in and changes nothing; nobody sees another's pages.
package reseller
