package radius

import (
	"crypto/md5"
	"crypto/subtle"
)

const chapLength = 17 // identifier and digest, RFC 2865 §5.3

// verifyChap compares the digest with MD5(identifier, secret, challenge).
func verifyChap(response, challenge []byte, secret string) bool {
	if len(response) != chapLength || len(challenge) == 0 {
		return false
	}
	var usual [usualPacket]byte
	sum := md5.Sum(append(append(append(usual[:0], response[0]), secret...), challenge...))
	return subtle.ConstantTimeCompare(sum[:], response[1:]) == 1
}
