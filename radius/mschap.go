package radius

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/vendors/microsoft"

	"mtandao/internal/seal"
	"mtandao/radius/routers"
)

const (
	challengeLength = 16
	responseLength  = 50
	mppeSendKey     = 16 // RFC 2548 §2.4.2
	mppeRecvKey     = 17 // RFC 2548 §2.4.3
	chapFailure     = 691
)

// Microsoft's attributes of it.
var (
	challengeType = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSCHAPChallenge_Add(p, nil) })
	responseType  = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSCHAP2Response_Add(p, make([]byte, responseLength)) })
	successType   = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSCHAP2Success_Add(p, nil) })
	errorType     = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSCHAPError_Add(p, nil) })
	policyType    = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSMPPEEncryptionPolicy_Add(p, 0) })
	typesType     = routers.VendorTypeOf(func(p *codec.Packet) error { return microsoft.MSMPPEEncryptionTypes_Add(p, 0) })
)

// mschap is an MS-CHAPv2 exchange (RFC 2548 §2.3.2, RFC 2759).
type mschap struct {
	identifier              byte
	authenticator, peer, nt []byte
	user                    codec.Attribute // without a domain, as the peer hashed it

	verified bool   // with
	hash     ntHash // of the secret
}

// read finds a whole MS-CHAPv2 exchange in a request; false also for one of wrong lengths.
func (m *mschap) read(p *codec.Packet) bool {
	challenge, response := vendorValue(p, challengeType), vendorValue(p, responseType)
	if len(challenge) != challengeLength || len(response) != responseLength {
		return false
	}
	user := p.Get(rfc2865.UserName_Type)
	user = user[bytes.LastIndexByte(user, '\\')+1:]
	*m = mschap{identifier: response[0], authenticator: challenge, peer: response[2:18], nt: response[26:50], user: user}
	return true
}

// vendorValue is the first value that a vendor's attribute has in a packet; nil without one.
func vendorValue(p *codec.Packet, kind routers.VendorType) []byte {
	for _, attribute := range p.Attributes {
		all := attribute.Attribute
		if attribute.Type != rfc2865.VendorSpecific_Type || len(all) < 4 || binary.BigEndian.Uint32(all) != kind.Vendor {
			continue
		}
		for all = all[4:]; len(all) > 2 && all[1] > 2 && int(all[1]) <= len(all); all = all[all[1]:] {
			if all[0] == kind.Type {
				return all[2:all[1]]
			}
		}
	}
	return nil
}

func (m *mschap) verify(secret string) bool {
	if secret == "" {
		return false
	}
	m.hash = ntHashOf(secret)
	expected := m.hash.response(m.challenge())
	m.verified = subtle.ConstantTimeCompare(expected[:], m.nt) == 1
	return m.verified
}

// accept adds the proof that the server knows the secret too, without which the peer hangs up, and the MPPE keys.
func (m *mschap) accept(to *routers.Attributes, secret string, request *codec.Packet) {
	if !m.verified { // a log-in by MAC, which proves nothing
		m.hash = ntHashOf(secret)
	}
	twice := m.hash.again()
	proof := m.proof(twice)
	var usual [1 + 2 + 2*len(proof)]byte
	success := append(usual[:0], m.identifier, 'S', '=')
	for _, b := range proof {
		success = append(success, capitalDigits[b>>4], capitalDigits[b&0xf])
	}
	to.AddVendor(successType, success)
	to.AddVendorNumber(policyType, uint32(microsoft.MSMPPEEncryptionPolicy_Value_EncryptionAllowed))
	to.AddVendorNumber(typesType, uint32(microsoft.MSMPPEEncryptionTypes_Value_RC440or128BitAllowed))
	m.addKeys(to, twice, request)
}

const capitalDigits = "0123456789ABCDEF"

// addKeys derives the session keys (RFC 3079 §3). Their salts differ in one bit: RFC 2548 wants each unique in the packet.
func (m *mschap) addKeys(to *routers.Attributes, twice ntHash, request *codec.Packet) {
	master, salt := m.masterKey(twice), [2]byte(seal.Random(2))
	salt[0] |= 0x80
	for _, kind := range []byte{mppeSendKey, mppeRecvKey} {
		salt[1] ^= 1
		hidden := hideKey(startKey(master, kind == mppeSendKey), salt, request.Secret, request.Authenticator)
		to.AddVendor(routers.VendorType{Vendor: successType.Vendor, Type: kind}, hidden[:])
	}
}

// refuse adds MS-CHAP-Error with no retry (RFC 2548 §2.1.5, RFC 2759 §6), so that the peer says "wrong password" at once.
func (m *mschap) refuse(to *routers.Attributes, message string) {
	challenge := strings.ToUpper(hex.EncodeToString(seal.Random(challengeLength)))
	words := fmt.Sprintf("E=%d R=0 C=%s V=3 M=%s", chapFailure, challenge, message)
	to.AddVendor(errorType, append([]byte{m.identifier}, words...))
}
