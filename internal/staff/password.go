package staff

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// cost is what a guess costs: argon2id with memory in KiB, passes and lanes.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

// present is the cost of new passwords; a password of a lower cost is hashed anew at its next right sign-in.
var present = cost{memory: 19 * 1024, passes: 2, lanes: 1}

const (
	saltOctets = 16
	hashOctets = 32
)

// Hasher makes and compares hashes of passwords. It computes at most as many hashes at once as there are processors, for each takes memory and a processor.
type Hasher struct {
	cost  cost
	gate  chan struct{}
	decoy string // what an unknown e-mail's password is compared with
}

// NewHasher makes one that hashes at the present cost.
func NewHasher() *Hasher { return newHasher(present) }

func newHasher(c cost) *Hasher {
	h := &Hasher{cost: c, gate: make(chan struct{}, runtime.GOMAXPROCS(0))}
	h.decoy = phc{cost: c, salt: seal.Random(saltOctets), hash: seal.Random(hashOctets)}.String()
	return h
}

// Hash makes the text that is stored of a password; fault.Unavailable when ctx ends before its turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	p := phc{cost: h.cost, salt: seal.Random(saltOctets)}
	var err error
	p.hash, err = h.compute(ctx, p, password, hashOctets)
	return p.String(), err
}

// Verify compares a password with what is stored, or at the same cost with a decoy, which no password makes, when nothing is. weak says that the
// stored cost is lower than the present one.
func (h *Hasher) Verify(ctx context.Context, password, stored string) (right, weak bool, err error) {
	if len(password) > mostOctets {
		return false, false, nil
	}
	if stored == "" {
		stored = h.decoy
	}
	p, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	computed, err := h.compute(ctx, p, password, len(p.hash))
	if err != nil {
		return false, false, err
	}
	right = subtle.ConstantTimeCompare(computed, p.hash) == 1
	return right, p.cost.memory < h.cost.memory || p.cost.passes < h.cost.passes || p.cost.lanes < h.cost.lanes, nil
}

func (h *Hasher) compute(ctx context.Context, p phc, password string, octets int) ([]byte, error) {
	select {
	case h.gate <- struct{}{}:
		defer func() { <-h.gate }()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "unavailable", ctx.Err())
	}
	return argon2.IDKey([]byte(password), p.salt, p.cost.passes, p.cost.memory, p.cost.lanes, uint32(octets)), nil
}

// phc is a hash with all that it takes to compare with it, as the PHC string format spells it.
type phc struct {
	cost       cost
	salt, hash []byte
}

func (p phc) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.memory, p.cost.passes, p.cost.lanes, encode(p.salt), encode(p.hash))
}

// Bounds of what is believed of a stored hash, so that a damaged row takes no more than these.
const (
	mostMemory = 256 * 1024
	mostPasses = 16
	mostLanes  = 8
)

func parsePHC(s string) (p phc, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, damaged()
	}
	pairs := strings.Split(parts[3], ",")
	if len(pairs) != 3 {
		return p, damaged()
	}
	var lanes uint32
	for i, field := range []struct {
		name  string
		value *uint32
		most  uint32
	}{{"m=", &p.cost.memory, mostMemory}, {"t=", &p.cost.passes, mostPasses}, {"p=", &lanes, mostLanes}} {
		if !number(pairs[i], field.name, field.value, field.most) {
			return phc{}, damaged()
		}
	}
	p.cost.lanes = uint8(lanes)
	decode := base64.RawStdEncoding.Strict().DecodeString
	p.salt, err = decode(parts[4])
	if err == nil {
		p.hash, err = decode(parts[5])
	}
	if err != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.hash) < 16 || len(p.hash) > 64 || p.cost.memory < 8*lanes || strings.ContainsAny(s, "\r\n") {
		return phc{}, damaged()
	}
	return p, nil
}

func number(pair, name string, value *uint32, most uint32) bool {
	digits, ok := strings.CutPrefix(pair, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	*value = uint32(n)
	return ok && err == nil && n > 0 && uint32(n) <= most && strconv.FormatUint(n, 10) == digits
}

func damaged() error { return fault.New(fault.Internal, "internal") }
