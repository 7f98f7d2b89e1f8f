package radius

import (
	"context"
	"fmt"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// LogOut ends the sessions of a grant on one device, or on all of them for an empty MAC.
func (s *Service) LogOut(ctx context.Context, grantID int64, mac access.MAC) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return s.endOpen(tx, grantID, mac, CauseLoggedOut, func(int64) string { return fmt.Sprintf("log-out:%d", tx.ID()) })
	})
}

// SessionsOf lists the open sessions of a grant, newest first, at most 100.
func (s *Service) SessionsOf(ctx context.Context, grantID int64) ([]Online, error) {
	return readOfGrant(ctx, s.db, grantID)
}

// Online finds the open session of a device at a site.
func (s *Service) Online(ctx context.Context, siteID int64, mac access.MAC) (Online, bool, error) {
	if mac == "" {
		return Online{}, false, nil
	}
	return readOfMAC(ctx, s.db, siteID, mac)
}
