package radius

import (
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/vendors/microsoft"

	"mtandao/internal/seal"
)

const (
	challengeLength = 16
	mppeSendKey     = 16 // RFC 2548 §2.4.2
	mppeRecvKey     = 17 // RFC 2548 §2.4.3
	chapFailure     = 691
)

// mschap is an MS-CHAPv2 exchange (RFC 2548 §2.3.2, RFC 2759).
type mschap struct {
	identifier              byte
	authenticator, peer, nt []byte
	user                    []byte // without a domain, as the peer hashed it
}

// readMSCHAP finds a whole MS-CHAPv2 exchange in a request; false also for one of wrong lengths.
func readMSCHAP(p *codec.Packet) (mschap, bool) {
	challenge, err := microsoft.MSCHAPChallenge_Lookup(p)
	if err != nil || len(challenge) != challengeLength {
		return mschap{}, false
	}
	response, err := microsoft.MSCHAP2Response_Lookup(p)
	if err != nil {
		return mschap{}, false
	}
	user := text(p, rfc2865.UserName_Type)
	user = user[strings.LastIndexByte(user, '\\')+1:]
	return mschap{identifier: response[0], authenticator: challenge, peer: response[2:18], nt: response[26:50],
		user: []byte(user)}, true
}

func (m mschap) verify(secret string) bool {
	if secret == "" {
		return false
	}
	expected := ntHashOf(secret).response(m.challenge())
	return subtle.ConstantTimeCompare(expected[:], m.nt) == 1
}

// accept adds the proof that the server knows the secret too, without which the peer hangs up, and the MPPE keys.
func (m mschap) accept(reply *codec.Packet, secret string) error {
	hash := ntHashOf(secret)
	proof := m.proof(hash)
	success := append(make([]byte, 0, 1+2+2*len(proof)), m.identifier)
	success = fmt.Appendf(success, "S=%X", proof)
	if err := microsoft.MSCHAP2Success_Add(reply, success); err != nil {
		return err
	}
	if err := microsoft.MSMPPEEncryptionPolicy_Add(reply, microsoft.MSMPPEEncryptionPolicy_Value_EncryptionAllowed); err != nil {
		return err
	}
	types := microsoft.MSMPPEEncryptionTypes_Value_RC440or128BitAllowed
	if err := microsoft.MSMPPEEncryptionTypes_Add(reply, types); err != nil {
		return err
	}
	return m.addKeys(reply, hash)
}

// addKeys derives the session keys (RFC 3079 §3). Their salts differ in one bit: RFC 2548 wants each unique in the packet.
func (m mschap) addKeys(reply *codec.Packet, hash ntHash) error {
	master, salt := m.masterKey(hash), [2]byte(seal.Random(2))
	salt[0] |= 0x80
	for _, kind := range []byte{mppeSendKey, mppeRecvKey} {
		salt[1] ^= 1
		hidden := hideKey(startKey(master, kind == mppeSendKey), salt, reply.Secret, reply.Authenticator)
		value, err := codec.NewVendorSpecific(microsoftVendor, append([]byte{kind, byte(2 + len(hidden))}, hidden[:]...))
		if err != nil {
			return err
		}
		reply.Add(rfc2865.VendorSpecific_Type, value)
	}
	return nil
}

const microsoftVendor = 311

// refuse adds MS-CHAP-Error with no retry (RFC 2548 §2.1.5, RFC 2759 §6), so that the peer says "wrong password" at once.
func (m mschap) refuse(reply *codec.Packet, message string) error {
	challenge := strings.ToUpper(hex.EncodeToString(seal.Random(challengeLength)))
	words := fmt.Sprintf("E=%d R=0 C=%s V=3 M=%s", chapFailure, challenge, message)
	return microsoft.MSCHAPError_Add(reply, append([]byte{m.identifier}, words...))
}
