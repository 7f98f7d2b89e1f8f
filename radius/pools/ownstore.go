package pools

import (
	"net/netip"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

func allIn(tx *db.Tx) ([]Pool, error) { return poolsIn(tx.Gorm()) }

// takeOut makes a grant the holder of an address for as long as it owns it; taken is false when the pool has no such address or the grant
// had it so before.
func (s *Service) takeOut(tx *db.Tx, poolID int64, part netip.Prefix, grantID int64) (was Lease, taken bool, err error) {
	var row leaseRow
	err = tx.Gorm().Clauses(clause.Locking{Strength: "UPDATE"}).Where("pool_id = ? AND prefix = ?", poolID, part.String()).Limit(1).Find(&row).Error
	if err != nil || row.Prefix == "" {
		return was, false, db.Fault(err)
	}
	was = row.lease()
	if was.Owned() && was.GrantID == grantID {
		return was, false, nil
	}
	taken, err = row.become(tx, grantID, "", forever)
	return was, taken, db.Fault(err)
}

// giveBack lets the pools lease what a grant owned, but for what it keeps.
func (s *Service) giveBack(tx *db.Tx, all []Pool, grantID int64, kept map[string]bool) error {
	for _, p := range all {
		var rows []leaseRow
		err := tx.Gorm().Where("pool_id = ? AND grant_id = ? AND mac = ?", p.ID, grantID, "").Limit(mostLeases).Find(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, row := range rows {
			if kept[row.Prefix] || !row.lease().Owned() {
				continue
			}
			if _, err := row.become(tx, 0, "", s.clock.Now()); err != nil {
				return db.Fault(err)
			}
		}
	}
	return nil
}

// orOwned keeps what was just leased for whoever owns it, if somebody does: it may have been claimed, or the pool saved, meanwhile.
func (r leaseRow) orOwned(tx *db.Tx) (owned bool, err error) {
	owner, err := access.Owner(tx, around(r.prefix()))
	if err != nil || owner == 0 {
		return false, err
	}
	return true, db.Fault(tx.Gorm().Exec("UPDATE address_leases SET grant_id = ?, mac = ?, until = ? WHERE pool_id = ? AND prefix = ?",
		owner, "", forever, r.PoolID, r.Prefix).Error)
}
