// Package webhooks tells other programs what has happened, by signed calls to addresses that the provider chose.
//
// It owns: endpoints with their secrets, which kinds of events there are, the deliveries that each event becomes, their attempts, and the log of both. It
// does not own the events: facts of the domains are subscribed to by internal/app; nor what an event holds: the API renders it, as it tells the same
// thing to who reads it.
//
// Invariants:
//   - the row that an event comes from is a job, written in the transaction of the deed and only when an endpoint wants it: nothing is told of what was not
//     committed, and nothing that was is lost
//   - a delivery is made at least once and its id is the event's, the same in each attempt: who has seen it drops it. Order is not promised
//   - attempts grow further apart for about three days; then the delivery has failed, and a person may send it again
//   - a call goes only to where https and the public internet lead, judged by the address that is dialled; no redirection is followed, and little of the answer is read
//   - addresses, secrets, bodies and answers are sealed; a secret is shown once
//   - a slow receiver holds up its own deliveries only: no worker of the jobs waits for one
package webhooks
