package radius

import (
	"fmt"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// PutOnline asks for a device to be logged in at a router, in the transaction of whoever decides it. fault.Conflict
// "online.no_place" when nobody knows where the device is.
func (s *Service) PutOnline(tx *db.Tx, grantID int64, at access.Place) error {
	if at.RouterID == 0 || at.MAC == "" {
		return fault.New(fault.Conflict, "online.no_place")
	}
	return s.want(tx, Enforcement{Source: fmt.Sprintf("put-online:%d", tx.ID()), Wanted: WantLogIn, RouterID: at.RouterID, GrantID: grantID,
		MAC: at.MAC, IP: at.IP, Cause: string(CausePutOnline)})
}

// Disconnect asks for the open sessions of a grant to be ended, in the transaction of whoever decides it, and tells how many.
func (s *Service) Disconnect(tx *db.Tx, grantID int64) (int, error) {
	open, err := openOfGrant(tx, grantID, "")
	if err != nil {
		return 0, err
	}
	for _, session := range open {
		if err := s.wantDisconnect(tx, fmt.Sprintf("log-out:%d", tx.ID()), session, CauseLoggedOut); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}
