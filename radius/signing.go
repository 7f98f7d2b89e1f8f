package radius

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/subtle"
	"time"

	codec "layeh.com/radius"

	"mtandao/radius/routers"
)

var zeroAuthenticator [16]byte

// secretsOf lists what the router may have signed with: the secret, and during a rotation the one before it.
func secretsOf(r routers.Router, now time.Time) [][]byte {
	var secrets [][]byte
	if r.Secret != "" {
		secrets = append(secrets, []byte(r.Secret))
	}
	if r.OldSecret != "" && now.Before(r.OldSecretUntil) {
		secrets = append(secrets, []byte(r.OldSecret))
	}
	return secrets
}

// requestSigned checks the request authenticator of Accounting-, CoA- and Disconnect-Requests (RFC 2866 §3, 5176 §2.3).
func requestSigned(wire, secret []byte) bool {
	sum := digest(wire, zeroAuthenticator[:], secret)
	return subtle.ConstantTimeCompare(sum[:], wire[authenticatorAt:headerLength]) == 1
}

// responseSigned checks the response authenticator against the request's (RFC 2865 §3).
func responseSigned(wire []byte, request [16]byte, secret []byte) bool {
	sum := digest(wire, request[:], secret)
	return subtle.ConstantTimeCompare(sum[:], wire[authenticatorAt:headerLength]) == 1
}

func digest(wire, authenticator, secret []byte) (sum [md5.Size]byte) {
	h := md5.New()
	h.Write(wire[:authenticatorAt])
	h.Write(authenticator)
	h.Write(wire[headerLength:])
	h.Write(secret)
	h.Sum(sum[:0])
	return sum
}

// messageSigned checks Message-Authenticator (RFC 2869 §5.14): HMAC-MD5 over the packet with the given authenticator in
// the header and the attribute's own value zero.
func messageSigned(wire []byte, authenticator [16]byte, secret []byte) bool {
	at, length := offsetOf(wire, messageAuthType)
	if at < 0 || length != messageAuthValue {
		return false
	}
	return hmac.Equal(messageDigest(wire, at, authenticator, secret), wire[at:at+messageAuthValue])
}

func messageDigest(wire []byte, at int, authenticator [16]byte, secret []byte) []byte {
	h := hmac.New(md5.New, secret)
	h.Write(wire[:authenticatorAt])
	h.Write(authenticator[:])
	h.Write(wire[headerLength:at])
	h.Write(zeroAuthenticator[:])
	h.Write(wire[at+messageAuthValue:])
	return h.Sum(nil)
}

func hasMessageAuthenticator(wire []byte) bool {
	at, _ := offsetOf(wire, messageAuthType)
	return at >= 0
}

// addMessageAuthenticator makes room for it; sealReply and signRequest fill it in. It belongs first (CVE-2024-3596).
func addMessageAuthenticator(p *codec.Packet) {
	p.Add(messageAuthType, make([]byte, messageAuthValue))
}

// sealReply encodes a reply: Message-Authenticator over the request's authenticator first, then the response authenticator
// over the whole.
func sealReply(reply *codec.Packet) ([]byte, error) {
	wire, err := reply.MarshalBinary()
	if err != nil {
		return nil, err
	}
	fillMessageAuthenticator(wire, reply.Authenticator, reply.Secret)
	sum := digest(wire, reply.Authenticator[:], reply.Secret)
	copy(wire[authenticatorAt:], sum[:])
	return wire, nil
}

// signRequest encodes a CoA- or Disconnect-Request; both digests are over a zero authenticator.
func signRequest(request *codec.Packet) ([]byte, error) {
	request.Authenticator = zeroAuthenticator
	wire, err := request.MarshalBinary()
	if err != nil {
		return nil, err
	}
	fillMessageAuthenticator(wire, zeroAuthenticator, request.Secret)
	sum := digest(wire, zeroAuthenticator[:], request.Secret)
	copy(wire[authenticatorAt:], sum[:])
	return wire, nil
}

func fillMessageAuthenticator(wire []byte, authenticator [16]byte, secret []byte) {
	if at, length := offsetOf(wire, messageAuthType); at >= 0 && length == messageAuthValue {
		copy(wire[at:], messageDigest(wire, at, authenticator, secret))
	}
}
