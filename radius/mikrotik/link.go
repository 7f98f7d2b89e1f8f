package mikrotik

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// LoginLink logs the browser in by GET: an HTTPS page must not post a form to a plain-HTTP router. With PAP the secret is
// in the address, so it must be a one-time one. No dst: the router shows its own page after log-in, and CVE-2025-6563
// lived in dst.
func (*Dialect) LoginLink(r routers.Router, v routers.Visit, name, secret string) (string, error) {
	if v.Login == "" {
		return "", fault.New(fault.Invalid, "visit.no_login")
	}
	password := secret
	if r.CHAP {
		if len(v.Challenge) == 0 {
			return "", fault.New(fault.Invalid, "visit.no_challenge")
		}
		password = chapResponse(v.ChapID, secret, v.Challenge)
	}
	return v.Login + "?" + url.Values{"username": {name}, "password": {password}}.Encode(), nil
}

// chapResponse is the hex MD5 of identifier, secret and challenge (RFC 1994 §4.1), as RouterOS's md5.js makes it.
func chapResponse(id byte, secret string, challenge []byte) string {
	message := append([]byte{id}, secret...)
	sum := md5.Sum(append(message, challenge...))
	return hex.EncodeToString(sum[:])
}
