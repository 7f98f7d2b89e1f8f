package tunnel

import (
	"crypto/ecdh"

	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/radius/routers"
)

// key is one of our key pairs; generations count up, and the highest is the one announced to routers.
type key struct {
	generation int64
	private    [32]byte
	public     routers.TunnelKey
}

func newKey(generation int64) (key, error) { return keyOf(generation, seal.Random(32)) }

func keyOf(generation int64, private []byte) (key, error) {
	pair, err := ecdh.X25519().NewPrivateKey(private)
	if err != nil {
		return key{}, fault.Wrap(fault.Internal, "internal", err)
	}
	return key{generation: generation, private: [32]byte(private), public: routers.TunnelKey(pair.PublicKey().Bytes())}, nil
}
