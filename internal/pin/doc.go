// Package pin lets people who are no staff sign in: resellers and partners with a phone number and a PIN, customers with a code that comes by SMS.
//
// It owns whose PIN it is (a kind and an owner's id), its hash, the one-time code by which a PIN is set, and sign-ins. It does not own the
// owner, nor what they may do (vouchers/resellers, billing/partners, billing/entrance), nor any page (portal/reseller, portal/selfcare).
//
// A PIN has six digits. Tries are slowed down, never locked: on a device that signed in before by the device alone; on any other by the phone
// and the network that it comes from, and all others together by the phone. Whoever guesses from elsewhere so cannot lock the holder out of
// their own device. Staff set a forgotten PIN by a code that holds for a day and works once.
//
// Customers enter by a code that comes to their phone, or by a password that they chose after one (entry.go, password.go). What only they may see asks for a proof
// that is a few minutes old: the code or the password again. Who guesses passwords slows no codes down.
//
// Invariants: unknown phones and wrong PINs take the same time and get the same sentence; PINs are argon2id, codes for a PIN and tokens keyed hashes; of a
// code by which one enters a random seed is kept, which says nothing without our keys; a new
// PIN, a code for one and another phone end every sign-in, and nobody signs in by the PIN that was before.
package pin
