package radius

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/outages"
	"mtandao/radius/routers"
)

// bootSlack is how far apart a router's uptime and our clock may be about when it came up.
const bootSlack = 90 * time.Second

// Booted closes the sessions that a router had before it came up at an instant, as its uptime tells: it lost them, and told
// nobody. One that goes on all the same is reopened by its next report.
func (s *Service) Booted(ctx context.Context, routerID int64, at time.Time) error {
	if err := s.noteBoot(ctx, routerID, at, outages.ByUptime); err != nil {
		return err
	}
	for n := chunkSessions; n == chunkSessions; {
		err := s.db.InTx(ctx, func(tx *db.Tx) error {
			lost, err := silentSince(tx, routerID, at.Add(-bootSlack))
			n = len(lost)
			return s.closeRows(tx, lost, err, func(r *row) { r.close(r.UpdatedAt, nasReboot, ByBoot) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bootOf splits a RouterOS session id into the service, and the service with the part that changes at each boot
// (reference/mikrotik.md §4.1); false for any other id.
func bootOf(key string) (service, boot string, ok bool) {
	if len(key) != 8 || strings.Trim(key, "0123456789abcdef") != "" {
		return "", "", false
	}
	return key[:2], key[:3], true
}

// rebooted closes the sessions of earlier boots, as the ids of new ones tell: the router has lost them. Those of which it spoke
// since the new one began are left.
func (w *work) rebooted(tx *db.Tx) error {
	seen := map[identity]bool{}
	for _, fresh := range w.fresh {
		router, _ := w.service.routers.Get(fresh.RouterID)
		service, boot, ok := bootOf(fresh.SessionKey)
		if !ok || router.Dialect != routers.MikroTik || fresh.ClosedBy != "" || seen[identity{fresh.RouterID, boot}] {
			continue
		}
		seen[identity{fresh.RouterID, boot}] = true
		lost, err := ofOtherBoots(tx, fresh.RouterID, service, boot, fresh.StartedAt)
		if err != nil {
			return err
		}
		if w.lose(lost, fresh) {
			if err := insertBoot(tx, fresh.RouterID, fresh.StartedAt, outages.BySessions); err != nil {
				return err
			}
		}
	}
	return nil
}

// lose closes those that a router lost before a new one began, and says whether there are any.
func (w *work) lose(lost []*row, fresh *row) (any bool) {
	held := map[int64]bool{}
	for _, r := range w.rows {
		held[r.ID] = r.ID != 0
	}
	for _, r := range lost {
		if held[r.ID] || !r.UpdatedAt.Before(fresh.StartedAt) {
			continue
		}
		r.close(r.UpdatedAt, nasReboot, ByBoot)
		w.rows = append(w.rows, r)
		w.retime[r.GrantID] = true
		any = true
	}
	return any
}
