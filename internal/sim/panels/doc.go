// Package panels simulates what providers ran before: databases and exports as other programs write them, with rows that cannot be brought in.
//
// It owns no reading: it shares no code with internal/incoming.
package panels
