// Package mikrotik speaks to RouterOS: the hotspot redirect of our login.html, the attributes of its RADIUS client, and
// its binary API.
//
// It owns the words of one make of router (reference/mikrotik.md) and one API connection per router. It does not own the
// router's record (radius/routers), sessions, or the decision who may be online.
//
// Invariants: a log-in link only ever points at one of the router's own hosts; a data cap of zero is never sent, because
// RouterOS reads it as "no limit"; an API call that ends early retires its connection, so that no late reply is ever
// taken for the answer to another call; passwords appear in no error.
package mikrotik
