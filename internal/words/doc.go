// Package words holds every text that a person reads, in English and Swahili: en.toml and sw.toml.
//
// It owns the catalogues, plurals and the sentence for a fault (its key is the key of its text). It does not own when a
// text is shown. Invariant: both catalogues have the same keys with the same placeholders; a test fails otherwise. Both
// languages are written, not translated word by word.
package words
