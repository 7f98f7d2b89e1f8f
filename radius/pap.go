package radius

import (
	"crypto/md5"
	"crypto/subtle"
	"errors"
	"unicode"
	"unicode/utf8"
)

var errPassword = errors.New("User-Password of a wrong length")

// clearPassword undoes User-Password hiding (RFC 2865 §5.2), strips the padding, and appends what is left.
func clearPassword(to, hidden, secret []byte, authenticator [16]byte) ([]byte, error) {
	if len(hidden) == 0 || len(hidden) > 128 || len(hidden)%16 != 0 {
		return nil, errPassword
	}
	var usual [usualPacket]byte
	begin, previous := len(to), authenticator[:]
	for at := 0; at < len(hidden); at += 16 {
		pad := md5.Sum(append(append(usual[:0], secret...), previous...))
		previous = hidden[at : at+16]
		for i, b := range previous {
			to = append(to, b^pad[i])
		}
	}
	for len(to) > begin && to[len(to)-1] == 0 {
		to = to[:len(to)-1]
	}
	return to, nil
}

// printable is false for what a wrong shared secret makes of a password.
func printable(password []byte) bool {
	for len(password) > 0 {
		r, size := utf8.DecodeRune(password)
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			return false
		}
		password = password[size:]
	}
	return true
}

// verifyClear compares with the secret; a log-in code is tried with an empty one too.
func verifyClear(password []byte, secret string) bool {
	return subtle.ConstantTimeCompare(password, []byte(secret)) == 1
}
