package jobs

import (
	"sync"
	"time"

	"mtandao/internal/clock"
)

// complaints lets the same line into the log once a minute: a full disk fails each look of every half second, and the log
// may lie on that disk.
type complaints struct {
	mu   sync.Mutex
	said map[string]func() time.Duration // how long ago
}

const (
	complainEvery  = time.Minute
	complaintsKept = 100
)

func (c *complaints) may(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age, said := c.said[what]; said && age() < complainEvery {
		return false
	}
	if c.said == nil || len(c.said) >= complaintsKept {
		c.said = map[string]func() time.Duration{}
	}
	c.said[what] = clock.Stopwatch()
	return true
}
