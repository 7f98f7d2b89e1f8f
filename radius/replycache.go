package radius

import (
	"net/netip"
	"sync"
	"time"
)

const (
	cacheShards     = 16
	cacheLife       = 30 * time.Second
	cachePerShard   = 8192 // in all 131,072 conversations in 30 s; the oldest half of a shard goes when it is full
	cacheGeneration = cacheLife / 2
)

// exchange names a conversation: identifiers are only unique per source and socket (RFC 5080 §2.2.2).
type exchange struct {
	from       netip.AddrPort
	socket     port
	identifier byte
}

type remembered struct {
	authenticator [16]byte
	reply         []byte // nil while in work
}

type verdict uint8

const (
	fresh  verdict = iota // handle it
	inWork                // drop it: the first copy is being answered
	known                 // send the same octets again
)

// replyCache gives the same packet the same answer. Entries live between half and the whole of cacheLife after their last
// change: each shard keeps two generations and forgets the older.
type replyCache struct {
	shards [cacheShards]cacheShard
	now    func() time.Duration // monotonic
}

type cacheShard struct {
	mu         sync.Mutex
	young, old map[exchange]remembered
	turned     time.Duration
}

func newReplyCache(now func() time.Duration) *replyCache {
	c := &replyCache{now: now}
	for i := range c.shards {
		c.shards[i].young = map[exchange]remembered{}
	}
	return c
}

// begin says what to do with a packet. Only authentic packets may come here.
func (c *replyCache) begin(e exchange, authenticator [16]byte) (verdict, []byte) {
	s := c.shard(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn(c.now())
	if r, kept := s.find(e); kept && r.authenticator == authenticator {
		if r.reply == nil {
			return inWork, nil
		}
		return known, r.reply
	}
	s.young[e] = remembered{authenticator: authenticator}
	return fresh, nil
}

// finish keeps the reply for copies still to come. A conversation that has meanwhile been replaced is left alone.
func (c *replyCache) finish(e exchange, authenticator [16]byte, reply []byte) {
	s := c.shard(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn(c.now())
	if r, kept := s.find(e); !kept || r.authenticator == authenticator {
		s.young[e] = remembered{authenticator: authenticator, reply: reply}
	}
}

// forget drops a conversation that got no answer, so that its next copy is tried again.
func (c *replyCache) forget(e exchange, authenticator [16]byte) {
	s := c.shard(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, kept := s.find(e); kept && r.authenticator == authenticator {
		delete(s.young, e)
		delete(s.old, e)
	}
}

func (c *replyCache) shard(e exchange) *cacheShard {
	return &c.shards[(uint(e.identifier)^uint(e.from.Port()))%cacheShards]
}

func (s *cacheShard) find(e exchange) (r remembered, kept bool) {
	if r, kept = s.young[e]; !kept {
		r, kept = s.old[e]
	}
	return r, kept
}

func (s *cacheShard) turn(now time.Duration) {
	if now-s.turned >= cacheLife {
		s.old = nil
	} else if now-s.turned < cacheGeneration && len(s.young) < cachePerShard/2 {
		return
	} else {
		s.old = s.young
	}
	s.young, s.turned = map[exchange]remembered{}, now
}
