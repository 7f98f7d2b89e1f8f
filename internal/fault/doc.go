// Package fault is the one vocabulary of errors.
//
// A fault says what kind of thing went wrong, and names (by Key) the sentence for the person outside; the cause is for
// the log. It is mapped to a status, an exit code or a page once per edge. The texts are in internal/words.
package fault
