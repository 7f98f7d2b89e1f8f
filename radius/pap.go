package radius

import (
	"crypto/md5"
	"crypto/subtle"
	"errors"
	"unicode"
	"unicode/utf8"
)

var errPassword = errors.New("User-Password of a wrong length")

// clearPassword undoes User-Password hiding (RFC 2865 §5.2) and strips the padding.
func clearPassword(hidden, secret []byte, authenticator [16]byte) (string, error) {
	if len(hidden) == 0 || len(hidden) > 128 || len(hidden)%16 != 0 {
		return "", errPassword
	}
	var usual [usualPacket]byte
	var room [128]byte
	clear := room[:0]
	previous := authenticator[:]
	for at := 0; at < len(hidden); at += 16 {
		pad := md5.Sum(append(append(usual[:0], secret...), previous...))
		previous = hidden[at : at+16]
		for i, b := range previous {
			clear = append(clear, b^pad[i])
		}
	}
	end := len(clear)
	for end > 0 && clear[end-1] == 0 {
		end--
	}
	return string(clear[:end]), nil
}

// printable is false for what a wrong shared secret makes of a password.
func printable(password string) bool {
	if !utf8.ValidString(password) {
		return false
	}
	for _, r := range password {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// verifyClear compares with the secret; a log-in code is tried with an empty one too.
func verifyClear(password string) func(secret string) bool {
	return func(secret string) bool {
		return subtle.ConstantTimeCompare([]byte(password), []byte(secret)) == 1
	}
}
