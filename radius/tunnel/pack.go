package tunnel

import (
	"context"
	"encoding/json"

	"mtandao/internal/fault"
)

// packedKey is one key as Pack writes it.
type packedKey struct {
	Generation int64
	Private    []byte
}

// Pack is our keys as octets, in the clear: to be sealed for the copy on disk.
func (s *Service) Pack() ([]byte, error) {
	var all []packedKey
	for _, l := range s.current() {
		all = append(all, packedKey{l.key.generation, l.key.private[:]})
	}
	return json.Marshal(all)
}

// firstKeys are ours from the database, or from the copy on disk when that is all there is.
func (s *Service) firstKeys(ctx context.Context, packed []byte) ([]key, error) {
	if packed == nil {
		return s.readOrMakeKeys(ctx)
	}
	var read []packedKey
	if err := json.Unmarshal(packed, &read); err != nil {
		return nil, fault.Wrap(fault.Invalid, "snapshot.unreadable", err)
	}
	var all []key
	for _, p := range read {
		k, err := keyOf(p.Generation, p.Private)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}
