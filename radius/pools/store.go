package pools

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

type poolRow struct {
	ID        int64
	Name      string
	Prefixes  string
	Length    int64
	UpdatedAt time.Time
}

func (poolRow) TableName() string { return "address_pools" }

// leaseRow is one address or prefix: free once Until is past.
type leaseRow struct {
	PoolID  int64  `gorm:"primaryKey;autoIncrement:false"`
	Prefix  string `gorm:"primaryKey"`
	GrantID int64
	MAC     access.MAC `gorm:"column:mac"`
	Until   time.Time
}

func (leaseRow) TableName() string { return "address_leases" }

func (r leaseRow) prefix() netip.Prefix {
	p, _ := netip.ParsePrefix(r.Prefix)
	return p
}

func (r leaseRow) lease() Lease {
	return Lease{Prefix: r.prefix(), GrantID: r.GrantID, MAC: r.MAC, Until: r.Until}
}

func (r poolRow) pool() (Pool, error) {
	p := Pool{ID: r.ID, Name: r.Name, Length: int(r.Length)}
	for text := range strings.FieldsSeq(r.Prefixes) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return p, fault.Wrap(fault.Internal, "internal", err)
		}
		p.Prefixes = append(p.Prefixes, prefix)
	}
	return p, nil
}

// neverLeased is before any lease: what is free longest comes first.
var neverLeased = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *Service) store(tx *db.Tx, p Pool) (Pool, error) {
	var old poolRow
	if err := tx.Gorm().Where("name = ?", p.Name).Limit(1).Find(&old).Error; err != nil {
		return p, db.Fault(err)
	}
	if p.ID = old.ID; p.ID == 0 {
		p.ID = tx.ID()
	}
	var texts []string
	for _, prefix := range p.Prefixes {
		texts = append(texts, prefix.String())
	}
	row := poolRow{ID: p.ID, Name: p.Name, Prefixes: strings.Join(texts, " "), Length: int64(p.Length), UpdatedAt: s.clock.Now()}
	if err := tx.Gorm().Save(&row).Error; err != nil {
		return p, db.Fault(err)
	}
	return p, s.storeLeases(tx, p)
}

// storeLeases makes the rows of a pool what it can lease. Those that stay keep their holders.
func (s *Service) storeLeases(tx *db.Tx, p Pool) error {
	var had []string
	if err := tx.Gorm().Model(&leaseRow{}).Where("pool_id = ?", p.ID).Limit(mostLeases).Pluck("prefix", &had).Error; err != nil {
		return db.Fault(err)
	}
	gone := map[string]bool{}
	for _, prefix := range had {
		gone[prefix] = true
	}
	var fresh []leaseRow
	for _, prefix := range p.leases() {
		if text := prefix.String(); gone[text] {
			delete(gone, text)
		} else {
			fresh = append(fresh, leaseRow{PoolID: p.ID, Prefix: text, Until: neverLeased})
		}
	}
	for some := range slices.Chunk(fresh, 100) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	for prefix := range gone {
		if err := tx.Gorm().Where("pool_id = ? AND prefix = ?", p.ID, prefix).Delete(&leaseRow{}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (s *Service) all(ctx context.Context) ([]Pool, error) { return poolsIn(s.db.Read(ctx)) }

// lockAll reads the pools so that nobody else saves one meanwhile.
func lockAll(tx *db.Tx) ([]Pool, error) {
	return poolsIn(tx.Gorm().Clauses(clause.Locking{Strength: "UPDATE"}))
}

func poolsIn(query *gorm.DB) ([]Pool, error) {
	var rows []poolRow
	if err := query.Order("name").Limit(1000).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var all []Pool
	for _, r := range rows {
		p, err := r.pool()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (s *Service) byName(ctx context.Context, name string) (int64, error) {
	var row poolRow
	err := s.db.Read(ctx).Where("name = ?", name).Limit(1).Find(&row).Error
	if err == nil && row.ID == 0 {
		return 0, fault.New(fault.NotFound, "pool.unknown")
	}
	return row.ID, db.Fault(err)
}

// heldBy lists what a device of a grant had last.
func (s *Service) heldBy(ctx context.Context, pool, grantID int64, mac access.MAC) ([]leaseRow, error) {
	var rows []leaseRow
	err := s.db.Read(ctx).Where("pool_id = ? AND grant_id = ? AND mac = ?", pool, grantID, mac).Order("until DESC").Limit(2).Find(&rows).Error
	return rows, db.Fault(err)
}

func (s *Service) free(ctx context.Context, pool int64) ([]leaseRow, error) {
	var rows []leaseRow
	err := s.db.Read(ctx).Where("pool_id = ? AND until < ?", pool, s.clock.Now()).Order("until").Limit(candidates).Find(&rows).Error
	return rows, db.Fault(err)
}

// take gives an address, as it was read, to a holder; false when somebody was faster, or it is somebody's own.
func (s *Service) take(ctx context.Context, r leaseRow, grantID int64, mac access.MAC) (won bool, err error) {
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if won, err = r.become(tx, grantID, mac, s.clock.Now().Add(leaseFor)); err != nil || !won {
			return err
		}
		owned, err := r.orOwned(tx)
		won = !owned
		return err
	})
	return won, err
}

// become changes an address that is as it was read; false when it is not.
func (r leaseRow) become(tx *db.Tx, grantID int64, mac access.MAC, until time.Time) (bool, error) {
	return db.Won(tx.Gorm().Exec("UPDATE address_leases SET grant_id = ?, mac = ?, until = ? WHERE pool_id = ? AND prefix = ? AND grant_id = ? AND mac = ? AND until = ?",
		grantID, mac, until, r.PoolID, r.Prefix, r.GrantID, r.MAC, r.Until))
}
