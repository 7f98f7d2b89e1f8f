package access

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// snapshot is the copy in memory that log-ins of known devices are answered from: the grants that are dormant, active or
// suspended, and those that ended lately, each with the devices in its slots and its names and codes. It holds no
// one-time login: those are for the database. Its lock is never held over anything slow.
type snapshot struct {
	mu    sync.RWMutex
	on    bool // it is being kept up; before, nothing is put in
	cards map[int64]*card
	names map[nameKey]*card
	macs  map[uint64]*card   // a device's grant that has not ended
	more  map[uint64][]*card // the others of a device that has several
	terms map[string]*terms  // by the text of the limits
	doubt map[int64]bool     // written by us, and not read again since: not to be answered from
	bytes int64              // of the cards
	edits int64              // grows with each change

	strangers *strangers
}

func newSnapshot(now func() time.Duration) *snapshot {
	return &snapshot{cards: map[int64]*card{}, names: map[nameKey]*card{}, macs: map[uint64]*card{}, more: map[uint64][]*card{},
		terms: map[string]*terms{}, doubt: map[int64]bool{}, strangers: newStrangers(now)}
}

func (p *snapshot) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.on = true
}

func (p *snapshot) isOn() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.on
}

// version is that of a grant in memory; 0 when it is not there.
func (p *snapshot) version(id int64) int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.cards[id].version()
}

func (c *card) version() int64 {
	if c == nil {
		return 0
	}
	r := cardReader{rest: c.packed}
	return r.number()
}

// put takes a grant in, unless memory has a newer state of it.
func (p *snapshot) put(f fetched) error {
	if !slices.Contains(cardStates, f.row.State) {
		p.drop(f.row.ID)
		return nil
	}
	packed, err := f.pack()
	if err != nil {
		p.drop(f.row.ID)
		return err
	}
	return p.putCard(f.row.ID, packed, f.row.Limits)
}

func (p *snapshot) putCard(id int64, packed, limits string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &card{id: id, packed: packed}
	if p.cards[id].version() > c.version() {
		return nil
	}
	var err error
	if c.limits, err = p.use(limits); err != nil {
		p.forget(id)
		return err
	}
	u, err := c.unpack()
	if err != nil {
		p.release(c.limits)
		return err
	}
	p.forget(id)
	p.cards[id] = c
	p.bytes += int64(len(packed))
	p.link(c, u)
	return nil
}

// link makes a grant findable, and its people strangers no more.
func (p *snapshot) link(c *card, u unpacked) {
	for _, l := range u.logins {
		p.names[l.key] = c
		p.strangers.drop(l.key)
	}
	if u.grant.State == Ended {
		return
	}
	for _, mac := range u.macs {
		if mac == 0 {
			continue
		}
		p.strangers.drop(macKey(mac))
		if _, taken := p.macs[mac]; taken {
			p.more[mac] = append(p.more[mac], c)
		} else {
			p.macs[mac] = c
		}
	}
}

func (p *snapshot) drop(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(id)
}

// forget takes a grant out; the lock is held.
func (p *snapshot) forget(id int64) {
	delete(p.doubt, id)
	p.edits++
	c := p.cards[id]
	if c == nil {
		return
	}
	delete(p.cards, id)
	p.bytes -= int64(len(c.packed))
	u, _ := c.unpack() // it was read when it was put in
	p.release(c.limits)
	for _, l := range u.logins {
		if p.names[l.key] == c {
			delete(p.names, l.key)
		}
	}
	for _, mac := range u.macs {
		p.unlink(mac, c)
	}
}

func (p *snapshot) unlink(mac uint64, c *card) {
	others := slices.DeleteFunc(p.more[mac], func(other *card) bool { return other == c })
	if p.macs[mac] == c {
		delete(p.macs, mac)
		if len(others) > 0 {
			p.macs[mac], others = others[0], others[1:]
		}
	}
	if len(others) == 0 {
		delete(p.more, mac)
	} else {
		p.more[mac] = others
	}
}

// use finds the limits of a text, or reads them.
func (p *snapshot) use(text string) (*terms, error) {
	t := p.terms[text]
	if t == nil {
		limits, err := DecodeLimits([]byte(text))
		if err != nil {
			return nil, err
		}
		t = &terms{text: text, limits: limits}
		p.terms[text] = t
	}
	t.uses++
	return t, nil
}

func (p *snapshot) release(t *terms) {
	if t.uses--; t.uses == 0 {
		delete(p.terms, t.text)
	}
}

// doubtful keeps grants from being answered until they are put in again: we wrote them, and could not read what they are.
func (p *snapshot) doubtful(ids []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		p.doubt[id] = true
	}
}

func (p *snapshot) inDoubt() []int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var ids []int64
	for id := range p.doubt {
		ids = append(ids, id)
	}
	return ids
}

// byMAC lists what a device has, as Service.byMAC does, appended to a list that the caller may use again. It is not sure when one
// of them is in doubt, or memory is not kept up.
func (p *snapshot) byMAC(found []candidate, mac MAC) (_ []candidate, sure bool) {
	var room [4]card
	cards, sure := p.cardsOf(room[:0], mac.number())
	for i := range cards {
		c := &cards[i]
		one := candidate{bound: true}
		r := cardReader{rest: c.packed}
		if c.grant(&r, &one.grant); r.bad {
			return nil, false
		}
		found = append(found, one)
	}
	if len(found) > 1 {
		slices.SortFunc(found, func(a, b candidate) int { return byTurn(a.grant, b.grant) })
	}
	return found, sure
}

func (p *snapshot) cardsOf(cards []card, mac uint64) (_ []card, sure bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	c := p.macs[mac]
	if c == nil || mac == 0 {
		return nil, p.on
	}
	cards = append(cards, *c)
	for _, c := range p.more[mac] {
		cards = append(cards, *c)
	}
	if len(cards) > 1 {
		slices.SortFunc(cards, func(a, b card) int { return cmp.Compare(b.id, a.id) })
		cards = cards[:min(len(cards), mostLive)]
	}
	sure = p.on
	for _, c := range cards {
		sure = sure && !p.doubt[c.id]
	}
	return cards, sure
}

// byName finds the grant that a login reaches, for a device, as byMAC does.
func (p *snapshot) byName(found []candidate, keys []nameKey, mac MAC) (_ []candidate, sure bool) {
	c, key, sure := p.cardOf(keys)
	if c.id == 0 || !sure {
		return found, sure
	}
	one, err := c.candidate(key, mac.number())
	return append(found, one), err == nil
}

// cardOf is that of the first name that is known.
func (p *snapshot) cardOf(keys []nameKey) (_ card, _ nameKey, sure bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, key := range keys {
		if c := p.names[key]; c != nil {
			return *c, key, p.on && !p.doubt[c.id]
		}
	}
	return card{}, nameKey{}, p.on
}
