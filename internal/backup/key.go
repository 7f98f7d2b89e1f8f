package backup

import (
	"strings"

	"filippo.io/age"

	"mtandao/internal/fault"
)

// NewKey makes a pair of keys: the public one seals pieces, the private one opens them and is nowhere kept by this program.
func NewKey() (public, private string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fault.Wrap(fault.Internal, "internal", err)
	}
	return identity.Recipient().String(), identity.String(), nil
}

// CheckKey says whether a public key is one: fault.Invalid "backup.key".
func CheckKey(public string) error {
	if _, err := age.ParseX25519Recipient(public); err != nil {
		return fault.New(fault.Invalid, "backup.key") // the private key may have been given, and the cause would quote it
	}
	return nil
}

// readPrivate reads what NewKey printed; lines around it do not matter. fault.Invalid "backup.private_key".
func readPrivate(text string) (age.Identity, error) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			if identity, err := age.ParseX25519Identity(line); err == nil {
				return identity, nil
			}
		}
	}
	return nil, fault.New(fault.Invalid, "backup.private_key")
}
