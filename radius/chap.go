package radius

import (
	"crypto/md5"
	"crypto/subtle"
)

const chapLength = 17 // identifier and digest, RFC 2865 §5.3

// verifyChap compares the digest with MD5(identifier, secret, challenge).
func verifyChap(response, challenge []byte) func(secret string) bool {
	return func(secret string) bool {
		if len(response) != chapLength || len(challenge) == 0 {
			return false
		}
		h := md5.New()
		h.Write(response[:1])
		h.Write([]byte(secret))
		h.Write(challenge)
		return subtle.ConstantTimeCompare(h.Sum(nil), response[1:]) == 1
	}
}
