package tunnel

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const privatePurpose = "tunnel.private"

type keyRow struct {
	Generation    int64 `gorm:"primaryKey;autoIncrement:false"`
	PrivateSealed []byte
	CreatedAt     time.Time
}

func (keyRow) TableName() string { return "tunnel_keys" }

// readKeys gives our keys, the newest first.
func (s *Service) readKeys(ctx context.Context) ([]key, error) {
	var rows []keyRow
	if err := s.db.Read(ctx).Order("generation DESC").Limit(2).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var all []key
	for _, w := range rows {
		private, err := s.keys.Open(privatePurpose, w.PrivateSealed)
		if err != nil {
			return nil, err
		}
		k, err := keyOf(w.Generation, private)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}

// Newest is the generation of our newest key, 0 before the first start, and whether an older one is still accepted.
func Newest(ctx context.Context, d *db.DB) (generation int64, rotating bool, err error) {
	var all []int64
	err = d.Read(ctx).Model(&keyRow{}).Order("generation DESC").Limit(2).Pluck("generation", &all).Error
	if err != nil || len(all) == 0 {
		return 0, false, db.Fault(err)
	}
	return all[0], len(all) > 1, nil
}

// readOrMakeKeys makes the first key at the first start; of two nodes that start at once the primary key lets one win.
func (s *Service) readOrMakeKeys(ctx context.Context) ([]key, error) {
	all, err := s.readKeys(ctx)
	if err != nil || len(all) > 0 {
		return all, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error { return s.insertKey(tx, 1) })
	if err != nil && !fault.Is(err, fault.Conflict) {
		return nil, err
	}
	return s.readKeys(ctx)
}

func (s *Service) insertKey(tx *db.Tx, generation int64) error {
	k, err := newKey(generation)
	if err != nil {
		return err
	}
	sealed, err := s.keys.Seal(privatePurpose, k.private[:])
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&keyRow{Generation: generation, PrivateSealed: sealed, CreatedAt: s.clock.Now()}).Error)
}

// rotate adds a key; the primary key refuses a second one at once, and a third while two are in use is refused by count.
func (s *Service) rotate(tx *db.Tx) error {
	var generations []int64
	err := tx.Gorm().Model(&keyRow{}).Order("generation DESC").Limit(2).Pluck("generation", &generations).Error
	if err != nil {
		return db.Fault(err)
	}
	if len(generations) != 1 {
		return fault.New(fault.Conflict, "tunnel.rotating")
	}
	err = s.insertKey(tx, generations[0]+1)
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, "tunnel.rotating", err)
	}
	return err
}

// endRotation deletes the old key once every active router that calls home has been seen with the new one.
func endRotation(tx *db.Tx, current int64) error {
	return db.Fault(tx.Gorm().Exec("DELETE FROM tunnel_keys WHERE generation < ? AND NOT EXISTS ("+
		"SELECT 1 FROM router_tunnels WHERE router_tunnels.generation < ?)", current, current).Error)
}
