// Package handbook is the operator's handbook: chapters in English and Swahili that come with the program, and of each page of the back office what it is for.
//
// It owns the text and its headings. It does not own how a page shows it (portal/backoffice).
//
// Invariants: both languages have the same chapters, sections and commands; each command in a chapter is run by a test of internal/app, in the order in which it
// stands, and each page of the back office has a section.
package handbook
