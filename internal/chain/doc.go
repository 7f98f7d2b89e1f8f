// Package chain links rows that are only ever inserted, so that a later change of one shows.
//
// It owns how links are made and proved: link(seq primary key, item unique, previous, hash), where a hash covers the one
// before it, its own number and the item's content. It does not own the items, what their content is, nor the tables,
// which belong to the package that chains.
//
// Invariants: items are inserted unchained, so that no transaction waits on a hot row; one leased job links them in the
// order of their ids; should two run at once, the primary key lets one of them win.
package chain
