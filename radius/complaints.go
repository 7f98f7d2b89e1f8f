package radius

import (
	"sync"
	"time"
)

// complaints lets one line a minute into the log for each thing to complain about, however hard it is repeated.
type complaints struct {
	mu   sync.Mutex
	now  func() time.Duration // monotonic
	last map[string]time.Duration
}

const (
	complainEvery  = time.Minute
	complaintsKept = 4096
)

func newComplaints(now func() time.Duration) *complaints {
	return &complaints{now: now, last: map[string]time.Duration{}}
}

func (c *complaints) may(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if last, ok := c.last[what]; ok && now-last < complainEvery {
		return false
	}
	if len(c.last) >= complaintsKept { // a flood from forged addresses: begin again rather than grow
		clear(c.last)
	}
	c.last[what] = now
	return true
}
