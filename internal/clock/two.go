package clock

import "time"

// Sooner is the first of two instants.
func Sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Later is the last of two instants; a zero one is before any other.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
