package load

import (
	"crypto/des"
	"crypto/md5"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"unicode/utf16"

	"golang.org/x/crypto/md4" //lint:ignore SA1019 MS-CHAPv2 is made of it (RFC 2759 §8.3)
	codec "layeh.com/radius"
)

// wire is a packet being put together.
type wire struct{ octets []byte }

func newWire(code codec.Code, identifier byte, room []byte) *wire {
	w := &wire{octets: append(append(room, byte(code), identifier, 0, 0), zeros[:]...)}
	return w
}

func (w *wire) add(kind byte, value []byte) {
	w.octets = append(append(w.octets, kind, byte(len(value)+2)), value...)
}

func (w *wire) addText(kind byte, value string) {
	w.octets = append(append(w.octets, kind, byte(len(value)+2)), value...)
}

func (w *wire) number(kind byte, n uint32) {
	w.octets = binary.BigEndian.AppendUint32(append(w.octets, kind, 6), n)
}

func (w *wire) vendor(vendor uint32, kind byte, value []byte) {
	w.octets = binary.BigEndian.AppendUint32(append(w.octets, 26, byte(len(value)+8)), vendor)
	w.add(kind, value)
}

func (w *wire) done() []byte {
	binary.BigEndian.PutUint16(w.octets[2:], uint16(len(w.octets)))
	return w.octets
}

// find is where the value of the first attribute of a kind is; 0 when there is none.
func find(packet []byte, kind byte) (at, length int) {
	for at := headerBytes; at+2 <= len(packet) && packet[at+1] >= 2; at += int(packet[at+1]) {
		if behind := at + int(packet[at+1]); packet[at] == kind && behind <= len(packet) {
			return at + 2, behind - at - 2
		}
	}
	return 0, 0
}

// hmacMD5 is RFC 2104 over one key, made for many sums.
type hmacMD5 struct{ inner, outer [md5.BlockSize]byte }

func newHMAC(secret []byte) *hmacMD5 {
	if len(secret) > md5.BlockSize {
		short := md5.Sum(secret)
		secret = short[:]
	}
	h := &hmacMD5{}
	copy(h.inner[:], secret)
	copy(h.outer[:], secret)
	for i := range md5.BlockSize {
		h.inner[i] ^= 0x36
		h.outer[i] ^= 0x5c
	}
	return h
}

func (h *hmacMD5) sum(message []byte) [md5.Size]byte {
	var usual [md5.BlockSize + 512]byte
	inner := md5.Sum(append(append(usual[:0], h.inner[:]...), message...))
	return md5.Sum(append(append(usual[:0], h.outer[:]...), inner[:]...))
}

// addHidden adds a password hidden by the authenticator (RFC 2865 §5.2).
func (w *wire) addHidden(kind byte, password string, secret []byte) {
	length := max(16, (len(password)+15)/16*16)
	w.octets = append(w.octets, kind, byte(length+2))
	begin := len(w.octets)
	w.octets = append(w.octets, password...)
	for len(w.octets) < begin+length {
		w.octets = append(w.octets, 0)
	}
	before := w.octets[4:headerBytes]
	for at := begin; at < begin+length; at += 16 {
		var usual [256]byte
		pad := md5.Sum(append(append(usual[:0], secret...), before...))
		before = w.octets[at : at+16]
		for i := range pad {
			before[i] ^= pad[i]
		}
	}
}

// exchange is what a person says by MS-CHAPv2, always the same, and what the server must prove in return.
type exchange struct {
	challenge [16]byte
	response  [50]byte
	expect    string
}

// newExchange is RFC 2759 §8 and 2548 §2.3.
func newExchange(login Login) *exchange {
	var x exchange
	var peer [16]byte
	for i := range x.challenge {
		x.challenge[i], peer[i] = byte(rand.Uint32()), byte(rand.Uint32())
	}
	both := sha1.Sum(append(append(append([]byte{}, peer[:]...), x.challenge[:]...), login.Name...))
	hash := ntHash(login.Password)
	answer := threeDES(hash, both[:8])
	again := md4.New()
	again.Write(hash)
	digest := sha1.Sum(append(append(again.Sum(nil), answer...), "Magic server to client signing constant"...))
	proof := sha1.Sum(append(append(digest[:], both[:8]...), "Pad to make it do more than one iteration"...))
	copy(x.response[:], append(append(append([]byte{1, 0}, peer[:]...), make([]byte, 8)...), answer...))
	x.expect = fmt.Sprintf("S=%X", proof)
	return &x
}

func ntHash(password string) []byte {
	h := md4.New()
	for _, unit := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	return h.Sum(nil)
}

func threeDES(hash, clear []byte) []byte {
	padded := append(append([]byte{}, hash...), 0, 0, 0, 0, 0)
	answer := make([]byte, 24)
	for i := range 3 {
		cipher, err := des.NewCipher(spread(padded[7*i : 7*i+7]))
		if err != nil {
			panic(err) // a key of eight octets is one
		}
		cipher.Encrypt(answer[8*i:], clear)
	}
	return answer
}

// spread puts a place for parity behind each seven bits.
func spread(seven []byte) []byte {
	var bits uint64
	for _, b := range seven {
		bits = bits<<8 | uint64(b)
	}
	eight := make([]byte, 8)
	for i := range eight {
		eight[i] = byte(bits>>(49-7*i)) << 1
	}
	return eight
}
