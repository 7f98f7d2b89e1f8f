package radius

import (
	"bytes"
	"crypto/md5"
	"crypto/subtle"
	"encoding/binary"

	codec "layeh.com/radius"

	"mtandao/radius/routers"
)

var zeroAuthenticator [16]byte

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

// usualPacket octets and fewer are put together on the stack.
const usualPacket = 512

func digest(wire, authenticator, secret []byte) [md5.Size]byte {
	var usual [usualPacket]byte
	b := append(usual[:0], wire[:authenticatorAt]...)
	b = append(b, authenticator...)
	b = append(b, wire[headerLength:]...)
	return md5.Sum(append(b, secret...))
}

// messageSigned checks Message-Authenticator (RFC 2869 §5.14): HMAC-MD5 over the packet with the given authenticator in
// the header and the attribute's own value zero.
func messageSigned(wire []byte, authenticator [16]byte, secret []byte) bool {
	at, length := offsetOf(wire, messageAuthType)
	if at < 0 || length != messageAuthValue {
		return false
	}
	sum := messageDigest(wire, at, authenticator, secret)
	return subtle.ConstantTimeCompare(sum[:], wire[at:at+messageAuthValue]) == 1
}

// messageDigest is HMAC-MD5 (RFC 2104) in two sums that allocate nothing.
func messageDigest(wire []byte, at int, authenticator [16]byte, secret []byte) [md5.Size]byte {
	if len(secret) > md5.BlockSize {
		short := md5.Sum(secret)
		secret = short[:]
	}
	var outer [md5.BlockSize + md5.Size]byte
	var usual [md5.BlockSize + usualPacket]byte
	copy(outer[:], secret)
	copy(usual[:], secret)
	for i := range md5.BlockSize {
		outer[i] ^= 0x5c
		usual[i] ^= 0x36
	}
	b := append(usual[:md5.BlockSize], wire[:authenticatorAt]...)
	b = append(b, authenticator[:]...)
	b = append(b, wire[headerLength:at]...)
	b = append(b, zeroAuthenticator[:]...)
	inner := md5.Sum(append(b, wire[at+messageAuthValue:]...))
	copy(outer[md5.BlockSize:], inner[:])
	return md5.Sum(outer[:])
}

func hasMessageAuthenticator(wire []byte) bool {
	at, _ := offsetOf(wire, messageAuthType)
	return at >= 0
}

// addMessageAuthenticator makes room for it; sealReply and signRequest fill it in. It belongs first (CVE-2024-3596).
func addMessageAuthenticator(to *routers.Attributes) { to.Add(messageAuthType, zeroAuthenticator[:]) }

// sealReply finishes a reply, whose header holds the request's authenticator: Message-Authenticator over that first, then the
// response authenticator over the whole. What it gives may be kept.
func sealReply(wire, secret []byte) ([]byte, error) {
	if len(wire) > maxDatagram {
		return nil, errLength
	}
	binary.BigEndian.PutUint16(wire[2:], uint16(len(wire)))
	authenticator := [16]byte(wire[authenticatorAt:headerLength])
	fillMessageAuthenticator(wire, authenticator, secret)
	sum := digest(wire, authenticator[:], secret)
	copy(wire[authenticatorAt:], sum[:])
	return bytes.Clone(wire), nil
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
		sum := messageDigest(wire, at, authenticator, secret)
		copy(wire[at:], sum[:])
	}
}
