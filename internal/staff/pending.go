package staff

import (
	"encoding/binary"
	"time"
)

// pendingSeed is a seed that was shown and that no code has proved yet. It is of one sign-in: whoever else knows the
// password is shown another, so that they never share the seed that the member then takes.
type pendingSeed struct {
	seed   []byte
	signIn int64
	at     time.Time // to the second
}

// pendingLasts is how long it is shown again, and may be proved.
const pendingLasts = 30 * time.Minute

func (p pendingSeed) octets() []byte {
	b := binary.BigEndian.AppendUint64(append([]byte{}, p.seed...), uint64(p.signIn))
	return binary.BigEndian.AppendUint64(b, uint64(p.at.Unix()))
}

// pending is the seed that this sign-in was shown of late; false when there is none.
func (s *Service) pending(in SignedIn) (p pendingSeed, ok bool) {
	b, err := s.Keys.Open(purposePending, in.row.TotpPending)
	if err != nil || len(b) != seedOctets+16 {
		return p, false
	}
	p = pendingSeed{seed: b[:seedOctets], signIn: int64(binary.BigEndian.Uint64(b[seedOctets:])), at: time.Unix(int64(binary.BigEndian.Uint64(b[seedOctets+8:])), 0)}
	return p, p.signIn == in.ID && s.Clock.Now().Sub(p.at) < pendingLasts
}

// proved is a seed whose first code was right: the step of the code, and the seed sealed as the member's.
type proved struct {
	step   int64
	sealed []byte
}
