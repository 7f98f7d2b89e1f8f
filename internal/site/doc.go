// Package site keeps the places with their own routers, and the brands that skin their portals and paper.
//
// It owns sites, brands, what is allowed in them (a logo is cleaned before it is stored), and a copy of both in memory that
// every page is served from. It does not own routers, plans or tills of a site, nor how a theme uses a brand.
//
// Invariants: a slug or brand key never changes its site or brand; a stored SVG holds nothing that runs or loads; each
// save raises the row's version, by which other nodes notice (Refresh, every second or two, on each node).
package site
