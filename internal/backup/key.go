package backup

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"filippo.io/age"

	"mtandao/internal/fault"
)

// makerKey is what a node needs to make pieces: the public key that seals them, and the secret that signs them. Both are
// made from the private key, so that whoever holds that can check what it opens; the place has neither secret.
type makerKey struct {
	to     age.Recipient
	signer signer
}

// signer signs the names of pieces.
type signer []byte

const signedFor = "mtandao backup: the names of pieces"

// NewKey makes a pair of keys: the node's seals and signs pieces, the private one opens and checks them and is nowhere kept
// by this program.
func NewKey() (node, private string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fault.Wrap(fault.Internal, "internal", err)
	}
	s, err := signerOf(identity)
	if err != nil {
		return "", "", err
	}
	return identity.Recipient().String() + "." + base64.RawURLEncoding.EncodeToString(s), identity.String(), nil
}

func signerOf(identity *age.X25519Identity) (signer, error) {
	s, err := hkdf.Key(sha256.New, []byte(identity.String()), nil, signedFor, sha256.Size)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return s, nil
}

// CheckKey says whether a node's key is one: fault.Invalid "backup.key".
func CheckKey(node string) error {
	_, err := readKey(node)
	return err
}

func readKey(node string) (k makerKey, err error) {
	public, secret, _ := strings.Cut(node, ".")
	to, err := age.ParseX25519Recipient(public)
	s, e := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || e != nil || len(s) != sha256.Size {
		return k, fault.New(fault.Invalid, "backup.key") // the private key may have been given, and the cause would quote it
	}
	return makerKey{to: to, signer: s}, nil
}

// readPrivate reads what NewKey printed; lines around it do not matter. fault.Invalid "backup.private_key".
func readPrivate(text string) (age.Identity, signer, error) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			if identity, err := age.ParseX25519Identity(line); err == nil {
				s, err := signerOf(identity)
				return identity, s, err
			}
		}
	}
	return nil, nil, fault.New(fault.Invalid, "backup.private_key")
}

// sign is over all that a piece's name says: with the hash of its bytes, over all that it is.
func (s signer) sign(p Piece) string {
	mac := hmac.New(sha256.New, s)
	_, _ = mac.Write([]byte(p.unsigned()))
	return hex.EncodeToString(mac.Sum(nil)[:signLength/2])
}

func (s signer) signed(p Piece) bool { return hmac.Equal([]byte(s.sign(p)), []byte(p.Sign)) }
