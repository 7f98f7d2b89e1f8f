package radius

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/binary"
	"unicode/utf16"

	"golang.org/x/crypto/md4" //lint:ignore SA1019 MS-CHAPv2 is made of it (RFC 2759 §8.3)
)

// The sums of MS-CHAPv2. The codec's packages have them too, each from the password on; a log-in needs five, and the hash of
// the password is by far the dearest part of all but the first.

type ntHash [md4.Size]byte

// ntHashOf is NtPasswordHash (RFC 2759 §8.3).
func ntHashOf(secret string) ntHash {
	var usual [256]byte
	octets := usual[:0]
	for _, r := range secret {
		var room [2]uint16
		for _, unit := range utf16.AppendRune(room[:0], r) {
			octets = append(octets, byte(unit), byte(unit>>8))
		}
	}
	return md4Of(octets)
}

// again is HashNtPasswordHash (RFC 2759 §8.4).
func (h ntHash) again() ntHash { return md4Of(h[:]) }

func md4Of(octets []byte) (sum ntHash) {
	h := md4.New()
	h.Write(octets)
	h.Sum(sum[:0])
	return sum
}

// response is ChallengeResponse (RFC 2759 §8.5).
func (h ntHash) response(challenge [8]byte) (answer [24]byte) {
	var padded [21]byte
	copy(padded[:], h[:])
	block := desInitial.of(binary.BigEndian.Uint64(challenge[:]))
	for i := range 3 {
		sealed := desEncrypt([7]byte(padded[7*i:]), block)
		copy(answer[8*i:], sealed[:])
	}
	return answer
}

// challenge is ChallengeHash (RFC 2759 §8.2).
func (m *mschap) challenge() [8]byte {
	var usual [2*challengeLength + longestName]byte
	sum := sha1.Sum(append(append(append(usual[:0], m.peer...), m.authenticator...), m.user...))
	return [8]byte(sum[:])
}

const (
	signingMagic  = "Magic server to client signing constant"
	iterateMagic  = "Pad to make it do more than one iteration"
	masterMagic   = "This is the MPPE Master Key"
	clientSends   = "On the client side, this is the send key; on the server side, it is the receive key."
	clientReceive = "On the client side, this is the receive key; on the server side, it is the send key."
)

// proof is GenerateAuthenticatorResponse (RFC 2759 §8.7) before it is written in digits.
func (m *mschap) proof(twice ntHash) [sha1.Size]byte {
	var usual [128]byte
	challenge := m.challenge()
	digest := sha1.Sum(append(append(append(usual[:0], twice[:]...), m.nt...), signingMagic...))
	return sha1.Sum(append(append(append(usual[:0], digest[:]...), challenge[:]...), iterateMagic...))
}

// masterKey is GetMasterKey (RFC 3079 §3.4).
func (m *mschap) masterKey(twice ntHash) [16]byte {
	var usual [128]byte
	sum := sha1.Sum(append(append(append(usual[:0], twice[:]...), m.nt...), masterMagic...))
	return [16]byte(sum[:])
}

// startKey is GetAsymmetricStartKey (RFC 3079 §3.4) for 128 bits, on the server's side.
func startKey(master [16]byte, send bool) [16]byte {
	magic := clientSends
	if send {
		magic = clientReceive
	}
	var ones, others [40]byte // SHSpad1 and SHSpad2
	for i := range others {
		others[i] = 0xf2
	}
	var usual [256]byte
	sum := sha1.Sum(append(append(append(append(usual[:0], master[:]...), ones[:]...), magic...), others[:]...))
	return [16]byte(sum[:])
}

// hideKey is the salted hiding of a key of 16 octets (RFC 2548 §2.4.2), as an attribute's value after its salt.
func hideKey(key [16]byte, salt [2]byte, secret []byte, authenticator [16]byte) (hidden [2 + 32]byte) {
	copy(hidden[:], salt[:])
	hidden[2] = byte(len(key))
	copy(hidden[3:], key[:])
	var usual [128]byte
	pad := md5.Sum(append(append(append(usual[:0], secret...), authenticator[:]...), salt[:]...))
	for at := 2; ; at += md5.Size {
		for i := range pad {
			hidden[at+i] ^= pad[i]
		}
		if at+md5.Size == len(hidden) {
			return hidden
		}
		pad = md5.Sum(append(append(usual[:0], secret...), hidden[at:at+md5.Size]...))
	}
}
