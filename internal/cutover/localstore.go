package cutover

import (
	"context"
	"strconv"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/radius/routers"
)

// secretRow is a local secret that we switched off: (RouterID, Menu, Name) is unique.
type secretRow struct {
	ID       int64
	RouterID int64
	Menu     string
	Name     string
	State    string
	Actor    string
	OffAt    time.Time
	OnAt     *time.Time
}

func (secretRow) TableName() string { return "local_secrets" }

// remember puts secrets on record before they are switched off.
func (s *Service) remember(ctx context.Context, routerID int64, menu string, names []string, by customers.By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, name := range names {
			again, err := db.Won(tx.Gorm().Model(&secretRow{}).Where("router_id = ? AND menu = ? AND name = ?", routerID, menu, name).
				Updates(map[string]any{"state": switching, "actor": by.Actor, "off_at": s.Clock.Now(), "on_at": nil}))
			if err != nil {
				return db.Fault(err)
			}
			if again {
				continue
			}
			r := secretRow{ID: tx.ID(), RouterID: routerID, Menu: menu, Name: name, State: switching, Actor: by.Actor, OffAt: s.Clock.Now()}
			if err := tx.Gorm().Create(&r).Error; err != nil {
				return db.Fault(err)
			}
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "local secrets switched off", Object: "router", ObjectID: strconv.FormatInt(routerID, 10),
			After: strconv.Itoa(len(names))})
	})
}

func (s *Service) switched(ctx context.Context, routerID int64, menu string, names []string, to string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		columns := map[string]any{"state": to}
		if to == on {
			now := s.Clock.Now()
			columns["on_at"] = &now
		}
		return db.Fault(tx.Gorm().Model(&secretRow{}).Where("router_id = ? AND menu = ? AND name IN ?", routerID, menu, names).Updates(columns).Error)
	})
}

const mostSecrets = 100_000

// remembered are the secrets of a router that are off, or perhaps off.
func (s *Service) remembered(ctx context.Context, routerID int64) (rows []secretRow, err error) {
	err = s.DB.Read(ctx).Where("router_id = ? AND state IN ?", routerID, []string{switching, off}).Order("menu, name").Limit(mostSecrets).Find(&rows).Error
	return rows, db.Fault(err)
}

func (s *Service) told(ctx context.Context, action string, r routers.Router, t Taken, by customers.By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "router", ObjectID: strconv.FormatInt(r.ID, 10),
			After: strconv.Itoa(len(t.Switched))})
	})
}
