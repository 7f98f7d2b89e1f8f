package routers

import (
	"encoding/json"

	"mtandao/internal/fault"
)

// Pack is the register as octets, with secrets in the clear: to be sealed as a whole for the copy on disk.
func (s *Service) Pack() ([]byte, error) { return json.Marshal(s.All()) }

// Unpack fills the register of a program that has just started; Refresh brings what has changed since. fault.Invalid
// "snapshot.unreadable".
func (s *Service) Unpack(packed []byte) error {
	var all []Router
	if err := json.Unmarshal(packed, &all); err != nil {
		return fault.Wrap(fault.Invalid, "snapshot.unreadable", err)
	}
	for _, r := range all {
		if r.AuthSeen {
			s.signs.Store(r.ID, &signing{}) // it may not be written down yet
		}
	}
	s.merge(all)
	return nil
}
