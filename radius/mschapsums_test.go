package radius

import (
	"bytes"
	"testing"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2759"
	"layeh.com/radius/rfc3079"

	"mtandao/internal/seal"
)

// TestMSCHAPSumsAreTheLibrarys compares each sum with the codec's own packages, for names and passwords of every length and
// beyond ASCII.
func TestMSCHAPSumsAreTheLibrarys(t *testing.T) {
	for n := range 250 {
		secret := string(bytes.Repeat([]byte("p"), 1+n%128)) + []string{"", "é", "日本", "🙂"}[n%4]
		m := mschap{authenticator: seal.Random(16), peer: seal.Random(16), nt: seal.Random(24), user: bytes.Repeat([]byte("u"), n)}
		hash := ntHashOf(secret)
		response, err := rfc2759.GenerateNTResponse(m.authenticator, m.peer, m.user, []byte(secret))
		if got := hash.response(m.challenge()); err != nil || !bytes.Equal(got[:], response) {
			t.Fatalf("response to %q: %x, not %x: %v", secret, got, response, err)
		}
		if m.nt = response; !m.verify(secret) || m.verify(secret+"x") || m.verify("") {
			t.Fatalf("%q does not verify, or something else does", secret)
		}
		for _, send := range []bool{true, false} {
			key, err := rfc3079.MakeKey(m.nt, []byte(secret), send)
			if got := startKey(m.masterKey(hash.again()), send); err != nil || !bytes.Equal(got[:], key) {
				t.Fatalf("key for %q: %x, not %x: %v", secret, got, key, err)
			}
		}
	}
}

// TestKeysAreHiddenAsTheLibraryDoes compares the hiding of MPPE keys, for shared secrets short and long.
func TestKeysAreHiddenAsTheLibraryDoes(t *testing.T) {
	for n := 1; n < 200; n++ {
		key, salt, authenticator := [16]byte(seal.Random(16)), [2]byte(seal.Random(2)), [16]byte(seal.Random(16))
		salt[0] |= 0x80
		secret := seal.Random(n)
		want, err := codec.NewTunnelPassword(key[:], salt[:], secret, authenticator[:])
		if err != nil {
			t.Fatal(err)
		}
		if got := hideKey(key, salt, secret, authenticator); !bytes.Equal(got[:], want) {
			t.Fatalf("a secret of %d octets: %x, not %x", n, got, want)
		}
	}
}
