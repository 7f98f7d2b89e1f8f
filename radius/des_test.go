package radius

import (
	"crypto/des"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// libraryDES is the same by the library, of a key with a place for parity behind each seven bits.
func libraryDES(t testing.TB, key [7]byte, block [8]byte) (sealed [8]byte) {
	t.Helper()
	var wide [8]byte
	var all uint64
	for _, b := range key {
		all = all<<8 | uint64(b)
	}
	for i := range wide {
		wide[i] = byte(all>>(49-7*i)) << 1
	}
	cipher, err := des.NewCipher(wide[:])
	if err != nil {
		t.Fatal(err)
	}
	cipher.Encrypt(sealed[:], block[:])
	return sealed
}

func compareDES(t testing.TB, key [7]byte, block [8]byte) {
	t.Helper()
	got := desEncrypt(key, desInitial.of(binary.BigEndian.Uint64(block[:])))
	if want := libraryDES(t, key, block); got != want {
		t.Fatalf("key %x, block %x: %x, not %x", key, block, got, want)
	}
}

// TestDESIsTheLibrarys for every single bit of key and block, set among clear ones and clear among set ones, and at random.
func TestDESIsTheLibrarys(t *testing.T) {
	for i := range 56 {
		for j := range 64 {
			var key [7]byte
			var block [8]byte
			key[i/8], block[j/8] = 1<<(i%8), 1<<(j%8)
			compareDES(t, key, block)
			for n := range key {
				key[n] ^= 0xff
			}
			compareDES(t, key, block)
			for n := range block {
				block[n] ^= 0xff
			}
			compareDES(t, key, block)
		}
	}
	random := rand.New(rand.NewPCG(46, 3))
	for range 100_000 {
		var octets [16]byte
		binary.BigEndian.PutUint64(octets[:], random.Uint64())
		binary.BigEndian.PutUint64(octets[8:], random.Uint64())
		compareDES(t, [7]byte(octets[:]), [8]byte(octets[7:]))
	}
}

func FuzzDES(f *testing.F) {
	f.Add(make([]byte, 15))
	f.Add([]byte("fifteen octets!"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) == 15 {
			compareDES(t, [7]byte(octets), [8]byte(octets[7:]))
		}
	})
}
