// Package themes holds the embedded templates and styles that a brand is poured into.
//
// It owns the markup of the captive pages, the stylesheet that they carry, what each theme adds to it, and the arithmetic that keeps a
// brand's colours readable. It does not own words (internal/words), what a page shows (portal/guest) or brands
// (internal/site). Invariants: no page needs a script, a cookie or another host; each text stands at a contrast of
// 4.5 : 1 or more, whatever colours a brand asks for.
package themes
