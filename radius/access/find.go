package access

import "context"

// Find lists the grants that a device's MAC address, a log-in code or a chosen name leads to, the newest first, ended ones
// too; nothing found is no error.
func (s *Service) Find(ctx context.Context, typed string) ([]Grant, error) {
	if mac, err := ParseMAC(typed); err == nil && mac != "" {
		return s.everOf(ctx, mac)
	}
	names := []string{SpellName(typed)}
	if code, ok := ReadCode(typed); ok {
		names = []string{string(code), names[0]} // a chosen name may read as a code
	}
	for _, name := range names {
		for _, hash := range s.keys.Lookups(loginPurpose, name) {
			rows, err := s.byNameHash(ctx, hash, "")
			if err != nil || len(rows) > 0 {
				return grantsFound(rows, err)
			}
		}
	}
	return nil, nil
}
