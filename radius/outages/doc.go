// Package outages finds out when people at a router had no internet, and proves it or says why it cannot.
//
// It owns: the silences of routers, what their sessions had counted before and after, the verdict on each with its facts, and the record of when
// this program itself was watching. It does not own how a router is (radius/routers), sessions and boots (radius), or what people are given for an
// outage (billing/subscriptions, wired as the Giver).
//
// A silence begins with the last word of a router, a packet or an answered look, and ends with its next. Silence proves nothing: our own line may have
// been cut. It is an outage when it lasts 30 minutes or more and the router came up anew at its end, or when sessions of it that had been busy went on afterwards and had
// carried next to nothing from their last report before to their first one after: less than devices do that nobody uses. From and Until are whole minutes, and never more than was.
//
// A boot proves how a silence ended; that it began with the last word is believed, for the router does not tell when it went off. Where only the way to it had
// broken before, staff know better than we do.
//
// What is only ours is no outage: minutes in which a node of ours that was there did not watch, because it or its database stood still, are taken off
// together with all that was before them; a reboot proves nothing when more of the routers that fell silent at the same time came back without one than with
// one.
//
// A proven outage is a draft for half an hour, in which staff may drop it; then it is given, in the transaction of its change of state. A word that comes
// late and shows that traffic flowed withdraws a draft. What is given stays given: it becomes doubted, which staff are told.
//
// Invariants: a router has one outage for one beginning; a change of state is one UPDATE that names the state before;
// witnesses are written once before and once after. All dates are on the plan clock.
package outages
