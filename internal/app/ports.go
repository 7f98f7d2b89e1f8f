package app

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// grants gives the guest pages access in transactions of their own.
type grants struct{ *Main }

func (g grants) View(ctx context.Context, id int64) (access.Grant, []access.Slot, access.Left, error) {
	return g.Access.View(ctx, id)
}

func (g grants) LiveFor(ctx context.Context, siteID int64, mac access.MAC) ([]access.Grant, error) {
	return g.Access.LiveFor(ctx, siteID, mac)
}

func (g grants) CodeOf(ctx context.Context, id int64) (string, error) {
	return g.Access.CodeOf(ctx, id)
}

func (g grants) ByCode(ctx context.Context, siteID int64, code access.Code) (int64, error) {
	return g.Access.ByCode(ctx, siteID, code)
}

func (g grants) OnceLogin(ctx context.Context, id int64, only access.MAC, life time.Duration) (name, secret string, err error) {
	err = g.DB.InTx(ctx, func(tx *db.Tx) error {
		if only != "" {
			name, secret, err = g.Access.DeviceLogin(tx, id, only, life)
		} else {
			name, secret, err = g.Access.OnceLogin(tx, id, life)
		}
		return err
	})
	return name, secret, err
}

func (g grants) BindDevice(ctx context.Context, id int64, mac access.MAC) error {
	return g.DB.InTx(ctx, func(tx *db.Tx) error { return g.Access.BindDevice(tx, id, mac) })
}

func (g grants) Move(ctx context.Context, id int64, n int, to access.MAC) error {
	return g.DB.InTx(ctx, func(tx *db.Tx) error { return g.Access.Move(tx, id, n, to) })
}

// sessions tells the guest pages who is online.
type sessions struct{ *Main }

func (s sessions) Online(ctx context.Context, grantID int64, mac access.MAC) (bool, error) {
	open, err := s.Radius.SessionsOf(ctx, grantID)
	for _, o := range open {
		if mac == "" || o.MAC == mac {
			return true, err
		}
	}
	return false, err
}

func (s sessions) LogOut(ctx context.Context, grantID int64, mac access.MAC) error {
	return s.Radius.LogOut(ctx, grantID, mac)
}
