package access

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const longestDevice = 40 // letters

// NameDevice has a device of a grant called as its holder calls it; an empty name is none. fault.Invalid "device.name", fault.NotFound "grant.no_slot" when the
// grant does not have the device.
func (s *Service) NameDevice(ctx context.Context, grantID int64, mac MAC, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	if utf8.RuneCountInString(name) > longestDevice || strings.ContainsFunc(name, unseen) || !utf8.ValidString(name) {
		return fault.New(fault.Invalid, "device.name", "Most", longestDevice)
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		slots, err := slotsOf(current(tx), grantID)
		if err != nil {
			return err
		}
		for _, slot := range slots {
			if slot.MAC == mac && mac != "" {
				return keepDeviceName(tx, grantID, mac, name)
			}
		}
		return fault.New(fault.NotFound, "grant.no_slot")
	})
}

// SecretOf is the secret of a chosen name that reaches a grant, in the clear; fault.NotFound "grant.no_code".
func (s *Service) SecretOf(ctx context.Context, grantID int64, name string) (string, error) {
	login, err := s.nameLoginOf(ctx, grantID, s.keys.Lookups(loginPurpose, SpellName(name)))
	if err != nil {
		return "", err
	}
	secret, err := s.keys.Open(loginPurpose, login.Secret)
	return string(secret), err
}
