// Package stores simulates the places that keep copies: a machine that speaks SFTP, and an S3-compatible store.
//
// It owns their sockets on this machine, their log-ins and the fingerprint of the host's key. It does not own what is kept:
// SFTP serves a folder of this machine through the library that the client uses too (there is one protocol, and SSH's own
// server side is another program than its client); S3 is github.com/johannesboyne/gofakes3, in memory.
package stores
