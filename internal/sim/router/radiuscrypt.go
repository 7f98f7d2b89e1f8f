package router

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"errors"
)

var (
	errBadAuthenticator = errors.New("wrong authenticator")
	errBare             = errors.New("no Message-Authenticator")
)

func random(n int) []byte {
	octets := make([]byte, n)
	_, _ = rand.Read(octets)
	return octets
}

// authenticatorAt is the offset of Message-Authenticator's value, or -1.
func authenticatorAt(octets []byte) int {
	for at := 20; at+2 <= len(octets) && octets[at+1] >= 2; at += int(octets[at+1]) {
		if octets[at] == attrMessageAuthenticator && octets[at+1] == 18 && at+18 <= len(octets) {
			return at + 2
		}
	}
	return -1
}

// messageMAC is the HMAC-MD5 of RFC 3579 section 3.2 with this Request Authenticator in the header.
func messageMAC(octets, requestAuthenticator, secret []byte, at int) []byte {
	covered := append([]byte(nil), octets...)
	copy(covered[4:20], requestAuthenticator)
	clear(covered[at : at+16])
	mac := hmac.New(md5.New, secret)
	mac.Write(covered)
	return mac.Sum(nil)
}

// digest is the Response Authenticator, and with 16 zero octets that of Accounting, CoA and Disconnect requests.
func digest(octets, requestAuthenticator, secret []byte) []byte {
	sum := md5.New()
	sum.Write(octets[:4])
	sum.Write(requestAuthenticator)
	sum.Write(octets[20:])
	sum.Write(secret)
	return sum.Sum(nil)
}

// sealAccess encodes an Access-Request, filling its Message-Authenticator when it has one.
func sealAccess(p *packet, secret []byte) []byte {
	octets := p.encode()
	if at := authenticatorAt(octets); at >= 0 {
		copy(octets[at:], messageMAC(octets, octets[4:20], secret, at))
	}
	return octets
}

// sealRequest encodes a request whose authenticator is computed (RFC 2866 section 3).
func sealRequest(p *packet, secret []byte) []byte {
	octets := p.encode()
	var zero [16]byte
	if at := authenticatorAt(octets); at >= 0 {
		copy(octets[at:], messageMAC(octets, zero[:], secret, at))
	}
	copy(octets[4:20], digest(octets, zero[:], secret))
	return octets
}

// sealReply encodes the answer to a request; Message-Authenticator comes before the Response Authenticator.
func sealReply(p *packet, requestAuthenticator, secret []byte) []byte {
	octets := p.encode()
	if at := authenticatorAt(octets); at >= 0 {
		copy(octets[at:], messageMAC(octets, requestAuthenticator, secret, at))
	}
	copy(octets[4:20], digest(octets, requestAuthenticator, secret))
	return octets
}

// openReply reads and verifies an answer; strict refuses one without Message-Authenticator, as RouterOS 7.15 does.
func openReply(octets, requestAuthenticator, secret []byte, strict bool) (*packet, error) {
	return open(octets, requestAuthenticator, secret, strict)
}

// openRequest reads and verifies an Accounting, CoA or Disconnect request.
func openRequest(octets, secret []byte) (*packet, error) {
	var zero [16]byte
	return open(octets, zero[:], secret, false)
}

func open(octets, requestAuthenticator, secret []byte, strict bool) (*packet, error) {
	p, err := decode(octets)
	if err != nil {
		return nil, err
	}
	octets = octets[:int(octets[2])<<8|int(octets[3])]
	if !hmac.Equal(digest(octets, requestAuthenticator, secret), octets[4:20]) {
		return nil, errBadAuthenticator
	}
	value, present := p.get(attrMessageAuthenticator)
	if !present && strict {
		return nil, errBare
	}
	if !present {
		return p, nil
	}
	at := authenticatorAt(octets)
	if at < 0 || !hmac.Equal(messageMAC(octets, requestAuthenticator, secret, at), value) {
		return nil, errBadAuthenticator
	}
	return p, nil
}

// hidePassword is User-Password (RFC 2865 section 5.2).
func hidePassword(password string, authenticator, secret []byte) []byte {
	hidden := make([]byte, min(128, max(16, (len(password)+15)/16*16)))
	copy(hidden, password)
	previous := authenticator
	for at := 0; at < len(hidden); at += 16 {
		mask := md5.Sum(append(append([]byte(nil), secret...), previous...))
		for i := range mask {
			hidden[at+i] ^= mask[i]
		}
		previous = hidden[at : at+16]
	}
	return hidden
}

// chapResponse is MD5(id, password, challenge) (RFC 2865 section 5.3).
func chapResponse(id byte, password string, challenge []byte) []byte {
	sum := md5.Sum(append(append([]byte{id}, password...), challenge...))
	return sum[:]
}
