// Package press prints many vouchers in the background, into files that are kept for a day for those who may have them.
//
// It owns prints: what was asked for, how far it is, its file. It does not own what paper looks like (vouchers/sheets), the vouchers and
// their deeds (vouchers), or who may ask (portal/backoffice).
//
// A print is made in parts of some ten thousand cards, whole sheets each: a part is a document of its own, which stands whole in the
// folder or not at all. Whoever goes on after a crash makes what is missing. The parts lie on the disk of the node that makes them,
// outside what is served and outside the copies, sealed piece by piece: without the key file they are noise.
//
// Dates: ReadyAt is when the last part was made; a day after it the parts are removed. All are the machine's.
//
// Invariants:
//   - making → ready → gone, making → cancelled, making → failed, and no way back; the file is given away while ready only
//   - a print has one deed, which counts as paper unless it was cancelled or failed
//   - asking, cancelling and each giving away are on the trail
package press
