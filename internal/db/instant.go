package db

import "time"

// Instant reads a column that may be NULL: the zero time.
func Instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Nullable is what such a column is given: NULL for the zero time.
func Nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
