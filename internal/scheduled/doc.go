// Package scheduled sends reports by e-mail at the hours that members choose.
//
// It owns who wants which report, how often, of which time and as what file, to whom it goes, and what was sent. It does not own what a report says (whoever
// makes the file is asked), who works here (internal/staff), nor how a message leaves (internal/notify).
//
// A schedule is of the member who made it and of the sites that they had then. Its hours and days are of Nairobi; Due is the instant at which it was to be sent,
// and the days that a sending is about are counted from it, however late it leaves.
//
// Invariants:
//   - the next instant is moved on in the transaction that writes the messages, and only from where the sender found it: one due instant is one message to
//     each, with two nodes, and with one that dies and starts again
//   - it goes to members who may see the report at those sites, and to addresses that an owner confirmed for this schedule; whoever does not, any more, gets
//     nothing: it is asked when a message is written and again when it leaves
//   - who may see a report at all the sites of a schedule may read and change it; it stays its member's
//   - when its member may not see the report any more the schedule stops, and says why
//   - who has asked not to get it is not asked again by anybody else
//   - every change is in the audit trail, without addresses from outside
package scheduled
