// Package mikrotik speaks to RouterOS: the hotspot redirect of our login.html, the attributes of its RADIUS client, its
// binary API, the script that sets a router up, how the router is, and what is wrong with one that was set up.
//
// It owns the words of one make of router (reference/mikrotik.md) and one API connection per router. It does not own the
// router's record, the link by which a script is fetched (radius/routers), tunnels, sessions, or the decision who may be
// online.
//
// Setup lists what is wanted on a router as parts; Script, Undo and Drift are three readings of that list, and Lint looks at
// the whole configuration for ways round the till. Repair runs what Drift says with the rights of our own account.
//
// Homes in arrears are kept on a list of the firewall; the set-up makes the rules that hold it, Drift and Lint look after them (setuparrears).
//
// Invariants: a log-in link only ever points at one of the router's own hosts; a data cap of zero is never sent, because
// RouterOS reads it as "no limit"; an API call that ends early retires its connection, so that no late reply is ever
// taken for the answer to another call; passwords appear in no error. A script changes nothing before its checks have
// passed, finds its own items by comment or name, remembers under /system script what it changes of others, and holds no
// value that is not quoted; run twice it is as once, and Undo leaves the router as it was.
package mikrotik
