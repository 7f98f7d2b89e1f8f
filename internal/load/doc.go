// Package load asks a RADIUS server as many routers do, and says how fast it answers.
//
// It owns the requests (PAP, CHAP, MS-CHAPv2, accounting), a fixed number of them in flight, the check of each reply, and a
// ceiling: a server that does nothing but the sums that every answer needs, to compare with on the same machine. It shares no
// protocol code with the server that it measures.
package load
