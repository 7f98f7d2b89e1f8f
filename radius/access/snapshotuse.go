package access

// before is a grant as a row says that it is now, when memory has the version before: then nothing but use has changed.
func (p *snapshot) before(r usedRow) (Grant, bool) {
	c := p.get(r.ID)
	if c.version() != r.Version-1 || c.id == 0 {
		return Grant{}, false
	}
	g, _, ok := c.after(r)
	return g, ok
}

// get copies a card; the zero card when it is not there.
func (p *snapshot) get(id int64) (c card) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if known := p.cards[id]; known != nil {
		c = *known
	}
	return c
}

// after is the grant of a card after the use that a row tells of, and the part of the card that stays as it is.
func (c *card) after(r usedRow) (g Grant, rest string, ok bool) {
	read := cardReader{rest: c.packed}
	c.grant(&read, &g)
	g.Version, g.UsedTime, g.UsedBytes = r.Version, duration(r.UsedSeconds), r.UsedBytes
	return g, read.rest, !read.bad
}

// used takes in that a grant was used; false when memory does not have the version before, and must read it.
func (p *snapshot) used(r usedRow) bool {
	c := p.get(r.ID)
	if c.id == 0 || c.version() < r.Version-1 {
		return false
	}
	if c.version() >= r.Version {
		return true
	}
	g, rest, ok := c.after(r)
	if !ok {
		return false
	}
	packed := string(append(packGrant(make([]byte, 0, len(c.packed)+16), g), rest...))
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.cards[r.ID]
	if known == nil || known.packed != c.packed { // somebody was faster
		return false
	}
	p.bytes += int64(len(packed) - len(c.packed))
	p.edits++
	known.packed = packed
	delete(p.doubt, r.ID)
	return true
}
