// Package postroom makes tickets of the e-mails in the provider's mailbox.
//
// It owns the mailbox's account (sealed), which e-mails were taken and what became of each, and how it goes with the mailbox. It does not own
// how a mailbox is read (internal/mailbox), nor tickets and what is in them (internal/support): of an e-mail that became part of a ticket
// nothing is kept here but hashes, and what came with it is a file of the ticket (internal/fieldwork), or refused: then the ticket says why.
//
// Invariants: an e-mail is taken in one transaction with all that it brings about: its row, the ticket or what is added to one, and the
// acknowledgement. Its row is unique by mailbox, UIDVALIDITY and UID, and by what it says and its Message-ID, so that it is taken once, also
// when the server numbers anew or gives it twice. Only what was taken is marked as seen or moved, afterwards, as often as it takes: nothing is
// lost wherever the program dies. Which e-mails are new is told by their numbers, not by a mark that whoever reads along can take away.
//
// From is what anybody can write. It makes a ticket a customer's, and says that it is not proven; it adds to a ticket only when it is an address
// of who asked, or when the e-mail names one of ours about it, whose Message-ID nobody can guess. Anything else is a ticket of its own, which
// names the other for staff. Nothing is answered by the program but once, to the address that wrote, with the reference. E-mails of programs make no ticket and get no answer;
// they, our own, and those of a flood stay unread in the mailbox and are listed. Somebody may make a ticket of one of these, once: it is read from the
// mailbox again then. What answers our e-mails by their names is no flood but of its own sender's.
package postroom
