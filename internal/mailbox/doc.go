// Package mailbox reads a mailbox by IMAP, and the e-mails in it.
//
// It owns the account (where the mailbox is and who signs in), the conversation with the server, and what an e-mail says to a person: who
// wrote it, what it answers, its words without markup, the history quoted under them, and what came with it. It does not own
// what becomes of an e-mail (internal/postroom), and keeps nothing: no database, no files.
//
// Reading never fails: strangers write e-mails, and programs write them wrong. Of what breaks the rules is taken what can be read, and Garbled
// says so. Everything is bounded: bytes, parts, depth, names. The words of a stranger are valid UTF-8 without control characters and without
// marks that turn the direction of writing, and never markup.
package mailbox
