package chilli

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"net"
	"net/url"
	"strings"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

const (
	usualPort     = "3990"
	challengeSize = 16
)

// ReadVisit reads a UAM redirect. fullURL is the address as CoovaChilli wrote it, from its uamserver setting on: the
// checksum covers it up to "&md=". What comes after the checksum (our own language switch) is not read.
func (*Dialect) ReadVisit(r routers.Router, rawQuery, fullURL string) (routers.Visit, error) {
	query, err := routers.ParseQuery(rawQuery)
	if err != nil || !query.Has("uamip") {
		return routers.Visit{}, err
	}
	if r.UAMSecret != "" {
		signed, err := checkSum(fullURL, r.UAMSecret)
		if err != nil {
			return routers.Visit{}, err
		}
		_, signed, _ = strings.Cut(signed, "?")
		if query, err = routers.ParseQuery(signed); err != nil {
			return routers.Visit{}, err
		}
	}
	return readQuery(r, query, rawQuery)
}

func readQuery(r routers.Router, query url.Values, raw string) (v routers.Visit, err error) {
	v.Error = failure(query)
	v.Original = routers.CheckOriginal(query.Get("userurl"))
	v.LoggedIn = query.Get("res") == "already" || query.Get("res") == "success"
	v.Parameters = raw
	if err := v.SetClient(query.Get("mac"), query.Get("ip")); err != nil {
		return routers.Visit{}, err
	}
	if v.Login, err = loginBase(r, query.Get("uamip"), query.Get("uamport")); err != nil {
		return routers.Visit{}, err
	}
	if challenge, err := hex.DecodeString(query.Get("challenge")); err == nil && len(challenge) == challengeSize {
		v.Challenge = challenge
	}
	return v, nil
}

// checkSum returns the part of the URL that its checksum vouches for: MD5 of that part and the shared secret.
func checkSum(fullURL, secret string) (string, error) {
	before, rest, found := strings.Cut(fullURL, "&md=")
	sum := md5.Sum([]byte(before + secret))
	given, _, _ := strings.Cut(rest, "&")
	if !found || !hmac.Equal([]byte(strings.ToUpper(given)), []byte(strings.ToUpper(hex.EncodeToString(sum[:])))) {
		return "", fault.New(fault.Invalid, "visit.bad_checksum")
	}
	return before, nil
}

// loginBase is http://uamip:uamport/logon when that is one of the router's hosts.
func loginBase(r routers.Router, host, port string) (string, error) {
	if !r.AllowsLogin(host, port, usualPort) {
		return "", fault.New(fault.Invalid, "visit.foreign_login")
	}
	if port == "" {
		port = usualPort
	}
	return "http://" + net.JoinHostPort(strings.ToLower(host), port) + "/logon", nil
}

// failure is the reject's own text, or else CoovaChilli's word for why.
func failure(query url.Values) string {
	if query.Get("res") != "failed" {
		return ""
	}
	if reply := routers.PlainText(query.Get("reply")); reply != "" {
		return reply
	}
	return routers.PlainText(query.Get("reason"))
}
