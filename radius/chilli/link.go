package chilli

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// LoginLink logs the browser in at the router's own port: with a CHAP response, or with the password masked by the
// challenge (PAP). The challenge ages: 10 minutes by default (challengetimeout).
func (*Dialect) LoginLink(r routers.Router, v routers.Visit, name, secret string) (string, error) {
	if v.Login == "" {
		return "", fault.New(fault.Invalid, "visit.no_login")
	}
	if len(v.Challenge) != challengeSize {
		return "", fault.New(fault.Invalid, "visit.no_challenge")
	}
	key := newChallenge(v.Challenge, r.UAMSecret)
	query := url.Values{"username": {name}}
	if r.CHAP {
		sum := md5.Sum(append(append([]byte{0}, secret...), key...))
		query.Set("response", hex.EncodeToString(sum[:]))
	} else {
		query.Set("password", hex.EncodeToString(mask(secret, key)))
	}
	return v.Login + "?" + query.Encode(), nil
}

// newChallenge mixes the UAM secret in, so that a stranger's portal cannot make a valid response.
func newChallenge(challenge []byte, secret string) []byte {
	if secret == "" {
		return challenge
	}
	sum := md5.Sum(append(challenge[:len(challenge):len(challenge)], secret...))
	return sum[:]
}

// mask pads the password with zeros to whole blocks and covers it with the key, repeated.
func mask(password string, key []byte) []byte {
	blocks := max((len(password)+len(key)-1)/len(key), 1)
	masked := make([]byte, blocks*len(key))
	copy(masked, password)
	for i := range masked {
		masked[i] ^= key[i%len(key)]
	}
	return masked
}
