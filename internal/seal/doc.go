// Package seal encrypts fields, hashes look-ups and signs, all by one key ring outside the database.
//
// It owns the key file, rotation (old keys still open, verify and find; new ones are used from then on) and the purposes
// that bind a sealed value to its column. It does not own what is secret. Errors never hold plain text.
package seal
