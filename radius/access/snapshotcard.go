package access

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"
)

// card is a grant with its devices and logins as the snapshot keeps it: a few hundred octets that a log-in unpacks, from a copy
// of the card. Its limits are shared by all that have the same.
type card struct {
	id     int64
	packed string
	limits *terms
}

// terms are limits in use.
type terms struct {
	text   string
	limits Limits
	uses   int
}

// nameKey is the first half of a login's keyed hash.
type nameKey [16]byte

// cardLogin is a login on a card: a code (its own secret), or a name with its sealed secret.
type cardLogin struct {
	key    nameKey
	id     int64
	code   bool
	sealed string
}

// unpacked is what a card says.
type unpacked struct {
	grant  Grant
	macs   []uint64 // by slot; 0 while it is free
	logins []cardLogin
}

func keyOf(hash string) (key nameKey, ok bool) {
	if len(hash) < 2*len(key) {
		return key, false
	}
	_, err := hex.Decode(key[:], []byte(hash[:2*len(key)]))
	return key, err == nil
}

// number is a MAC as a number; 0 for none.
func (m MAC) number() uint64 {
	n, _ := strconv.ParseUint(string(m), 16, 4*macLength)
	return n
}

func macOf(n uint64) MAC {
	if n == 0 {
		return ""
	}
	var digits [macLength]byte
	for i := range digits {
		digits[i] = "0123456789abcdef"[n>>(4*(macLength-1-i))&0xf]
	}
	return MAC(digits[:])
}

var cardStates = []State{Dormant, Active, Suspended, Ended}

// pack makes the packed part of a card.
func (f fetched) pack() (string, error) {
	g, err := f.row.grant()
	if err != nil {
		return "", err
	}
	b := packGrant(nil, g)
	b = binary.AppendUvarint(b, uint64(len(f.slots)))
	for _, slot := range f.slots {
		mac := MAC("")
		if slot.MAC != nil {
			mac = *slot.MAC
		}
		b = binary.AppendUvarint(b, mac.number())
	}
	b = binary.AppendUvarint(b, uint64(len(f.logins)))
	for _, login := range f.logins {
		key, ok := keyOf(login.NameHash)
		if !ok {
			return "", errors.New("a login without a look-up hash")
		}
		b = binary.AppendVarint(append(b, key[:]...), login.ID)
		secret := login.Secret
		if login.Kind == codeLogin {
			secret = nil
		}
		b = append(binary.AppendUvarint(b, uint64(len(secret))), secret...)
	}
	return string(b), nil
}

// packGrant is the first part of a card; its devices and logins follow.
func packGrant(b []byte, g Grant) []byte {
	for _, n := range [...]int64{g.Version, g.SiteID, int64(slices.Index(cardStates, g.State)), g.Place.RouterID, int64(g.Place.MAC.number()),
		micros(g.FirstUsedAt), micros(g.Until), micros(g.UnusedUntil), micros(g.CreatedAt), micros(g.EndedAt), seconds(g.UsedTime), g.UsedBytes, g.AfterGrantID,
		g.FreeBytes, micros(g.Fair.Start), g.Fair.Used, g.Fair.More, g.standing(), g.SlowedKbps} {
		b = binary.AppendVarint(b, n)
	}
	for _, text := range []string{g.Plan, g.Segment, g.Owner, g.Place.IP, g.EndCause} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// standing is what a card says of a standing grant in one number; 0 of any other.
func (g Grant) standing() int64 {
	if !g.Standing {
		return 0
	}
	return 1 + int64(slices.Index(waysBarred, g.Lapsed)) + int64(len(waysBarred)*slices.Index(waysBarred, g.Barred))
}

func (g *Grant) readStanding(r *cardReader) {
	n, ways := r.number(), int64(len(waysBarred))
	if n < 0 || n > ways*ways {
		r.bad = true
	}
	if g.Standing = n > 0 && !r.bad; g.Standing {
		g.Lapsed, g.Barred = waysBarred[(n-1)%ways], waysBarred[(n-1)/ways]
	}
}

var waysBarred = []Barred{"", Garden, Closed}

// micros is an instant as the snapshot keeps it; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

var errCard = errors.New("a grant in the snapshot cannot be read")

// unpack reads a card; an error only when the file it came from was not written by pack.
func (c *card) unpack() (u unpacked, err error) {
	r := cardReader{rest: c.packed}
	c.grant(&r, &u.grant)
	for range r.count() {
		u.macs = append(u.macs, r.size())
	}
	for range r.count() {
		u.logins = append(u.logins, r.login())
	}
	if r.bad || r.rest != "" {
		return u, errCard
	}
	return u, nil
}

// candidate reads what a log-in of that name by a device needs of a card, and makes no lists.
func (c *card) candidate(key nameKey, mac uint64) (found candidate, err error) {
	r := cardReader{rest: c.packed}
	c.grant(&r, &found.grant)
	for range r.count() {
		slot := r.size()
		found.bound = found.bound || slot == mac && mac != 0
		found.free = found.free || slot == 0
	}
	for range r.count() {
		l := r.login()
		if l.key != key {
			continue
		}
		if found.loginID, found.kind, found.sealed = l.id, nameLogin, l.sealed; l.code {
			found.kind = codeLogin
		}
	}
	if r.bad || r.rest != "" {
		return found, errCard
	}
	return found, nil
}

func (c *card) grant(r *cardReader, g *Grant) {
	g.ID, g.Limits = c.id, c.limits.limits
	g.Version, g.SiteID = r.number(), r.number()
	if state := r.number(); state >= 0 && state < int64(len(cardStates)) {
		g.State = cardStates[state]
	} else {
		r.bad = true
	}
	g.Place.RouterID, g.Place.MAC = r.number(), macOf(uint64(r.number()))
	g.FirstUsedAt, g.Until, g.UnusedUntil = fromMicros(r.number()), fromMicros(r.number()), fromMicros(r.number())
	g.CreatedAt, g.EndedAt = fromMicros(r.number()), fromMicros(r.number())
	g.UsedTime, g.UsedBytes, g.AfterGrantID = duration(r.number()), r.number(), r.number()
	g.FreeBytes, g.Fair = r.number(), Fair{Start: fromMicros(r.number()), Used: r.number(), More: r.number()}
	g.readStanding(r)
	g.SlowedKbps = r.number()
	g.Plan, g.Segment, g.Owner, g.Place.IP, g.EndCause = r.text(), r.text(), r.text(), r.text(), r.text()
}

func (r *cardReader) login() (l cardLogin) {
	copy(l.key[:], r.octets(uint64(len(l.key))))
	l.id, l.sealed = r.number(), r.text()
	l.code = l.sealed == ""
	return l
}

// cardReader reads what pack wrote and notes when there is too little.
type cardReader struct {
	rest string
	bad  bool
}

func (r *cardReader) number() int64 {
	u := r.size()
	n := int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n
}

func (r *cardReader) size() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 { // most are this small
		n := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return n
	}
	return r.longSize()
}

func (r *cardReader) longSize() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

// count is the size of a list of which each takes an octet at least.
func (r *cardReader) count() uint64 {
	n := r.size()
	if n > uint64(len(r.rest)) {
		r.bad = true
		return 0
	}
	return n
}

func (r *cardReader) octets(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, ""
		return ""
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *cardReader) text() string { return r.octets(r.size()) }
