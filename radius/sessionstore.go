package radius

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// aside is a record that could not be counted, kept for review.
type aside struct {
	ID       int64 `gorm:"primaryKey"`
	RouterID int64
	Cause    string
	Payload  []byte
	At       time.Time
}

// TableName is accounting_set_aside.
func (aside) TableName() string { return "accounting_set_aside" }

func insertAside(tx *db.Tx, now time.Time, routerID int64, payload []byte, cause string) error {
	cause = clean(cause)
	return tx.Gorm().Create(&aside{ID: tx.ID(), RouterID: routerID, Cause: cause, Payload: payload, At: now}).Error
}

var forUpdate = clause.Locking{Strength: "UPDATE"} // on SQLite the transaction itself is the lock

// loadSessions finds, locked, the open session of each identity, or else its latest closed one.
func loadSessions(tx *db.Tx, ids []identity) (map[identity]*row, error) {
	found := map[identity]*row{}
	for some := range db.Pieces(ids) {
		where, args := anyOf(some, "router_id = ? AND session_key = ?", identity.columns)
		open, err := openRows(tx.Gorm().Where(where, args...).Order("router_id, session_key, epoch").Limit(mostSessions * len(some)))
		if err != nil {
			return nil, err
		}
		for _, r := range open { // by epoch: the latest stays
			found[identity{r.RouterID, r.SessionKey}] = r
		}
	}
	missing := slices.DeleteFunc(slices.Clone(ids), func(id identity) bool { return found[id] != nil })
	for some := range db.Pieces(missing) {
		if err := latestClosed(tx, some, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (i identity) columns() []any { return []any{i.RouterID, i.Key} }

// anyOf is the condition that a row is one of several.
func anyOf[T any](all []T, one string, columns func(T) []any) (string, []any) {
	var args []any
	for _, t := range all {
		args = append(args, columns(t)...)
	}
	return "(" + one + ")" + strings.Repeat(" OR ("+one+")", len(all)-1), args
}

func openRow(o Online) *row {
	over := Over{Session: o.Session}
	return &row{Over: over, was: over, place: inOpen, told: o.Told, telling: o.TellingBytes, before: o.Before, endingID: o.EndingID}
}

// openRows reads open sessions, locked.
func openRows(query *gorm.DB) ([]*row, error) {
	var open []Online
	err := query.Clauses(forUpdate).Find(&open).Error
	rows := make([]*row, 0, len(open))
	for _, o := range open {
		rows = append(rows, openRow(o))
	}
	return rows, err
}

// use is one use of a session id.
type use struct {
	RouterID   int64
	SessionKey string
	Epoch      int64
}

func (u use) columns() []any { return []any{u.RouterID, u.SessionKey, u.Epoch} }

// latestClosed adds the last closed session of each identity that has one. Nearly none has: which, the index alone tells.
func latestClosed(tx *db.Tx, ids []identity, found map[identity]*row) error {
	where, args := anyOf(ids, "router_id = ? AND session_key = ?", identity.columns)
	var last []use
	err := tx.Gorm().Model(&Over{}).Select("router_id, session_key, MAX(epoch) AS epoch").Where(where, args...).
		Group("router_id, session_key").Limit(len(ids)).Find(&last).Error
	if err != nil {
		return err
	}
	for some := range db.Pieces(last) {
		where, args := anyOf(some, "router_id = ? AND session_key = ? AND epoch = ?", use.columns)
		rows, err := closedRows(tx.Gorm().Where(where, args...).Limit(len(some)))
		if err != nil {
			return err
		}
		for _, r := range rows {
			found[identity{r.RouterID, r.SessionKey}] = r
		}
	}
	return nil
}

func closedRows(query *gorm.DB) ([]*row, error) {
	var found []Over
	err := query.Find(&found).Error
	rows := make([]*row, 0, len(found))
	for _, over := range found {
		rows = append(rows, &row{Over: over, was: over, place: inClosed, told: toldNothing})
	}
	return rows, err
}

// mostEpochs bounds how many sessions back a late record is placed.
const mostEpochs = 100

// closedBefore finds the sessions with this id that came before an epoch.
func closedBefore(tx *db.Tx, id identity, epoch int64) ([]*row, error) {
	return closedRows(tx.Gorm().Where("router_id = ? AND session_key = ? AND epoch < ?", id.RouterID, id.Key, epoch).
		Order("epoch DESC").Limit(mostEpochs))
}

// openOfDevices finds, locked, the open sessions of some devices, on any router.
func openOfDevices(tx *db.Tx, macs []access.MAC) ([]*row, error) {
	var all []*row
	for some := range db.Pieces(macs) {
		found, err := openRows(tx.Gorm().Where("mac IN ?", some).Order("id").Limit(20 * len(some)))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// openBefore finds, locked, some open sessions of a router that began before an instant.
func openBefore(tx *db.Tx, routerID int64, at time.Time) ([]*row, error) {
	return openRows(tx.Gorm().Where("router_id = ? AND started_at < ?", routerID, at).Order("id").Limit(chunkSessions))
}

// silentSince finds, locked, some open sessions of a router without a word since an instant.
func silentSince(tx *db.Tx, routerID int64, before time.Time) ([]*row, error) {
	return openRows(tx.Gorm().Where("router_id = ? AND updated_at < ?", routerID, before).Order("updated_at").Limit(chunkSessions))
}

// openByID finds an open session, locked; nil when it is over.
func openByID(tx *db.Tx, id int64) (*Online, error) {
	var o Online
	err := tx.Gorm().Clauses(forUpdate).Where("id = ?", id).Take(&o).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &o, err
}

func openOfGrant(tx *db.Tx, grantID int64, mac access.MAC) ([]Online, error) {
	query := tx.Gorm().Where("grant_id = ?", grantID)
	if mac != "" {
		query = query.Where("mac = ?", mac)
	}
	var open []Online
	return open, query.Order("id").Limit(mostSessions).Find(&open).Error
}

// openOfGrants reads the open sessions of some grants, as openOfGrant does of each.
func openOfGrants(tx *db.Tx, grantIDs []int64) (map[int64][]Online, error) {
	all := map[int64][]Online{}
	for some := range db.Pieces(grantIDs) {
		var open []Online
		if err := tx.Gorm().Where("grant_id IN ?", some).Order("id").Limit(4 * mostSessions).Find(&open).Error; err != nil {
			return nil, err
		}
		if len(open) < 4*mostSessions {
			for _, o := range open {
				all[o.GrantID] = append(all[o.GrantID], o)
			}
			continue
		}
		for _, id := range some { // one of them may have so many that there was no room for the others'
			var err error
			if all[id], err = openOfGrant(tx, id, ""); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// lockOfGrant reads the open sessions of a grant, locked, in the order in which accounting locks them.
func lockOfGrant(tx *db.Tx, grantID int64) ([]Online, error) {
	var open []Online
	err := tx.Gorm().Clauses(forUpdate).Where("grant_id = ?", grantID).Order("router_id, session_key").Limit(mostSessions).Find(&open).Error
	return open, err
}

const mostSessions = 100

func readOpen(ctx context.Context, d *db.DB, id int64) (Online, error) {
	var o Online
	return o, db.Fault(d.Read(ctx).Where("id = ?", id).Take(&o).Error)
}

func readOfGrant(ctx context.Context, d *db.DB, grantID int64) ([]Online, error) {
	var open []Online
	err := d.Read(ctx).Where("grant_id = ?", grantID).Order("id DESC").Limit(mostSessions).Find(&open).Error
	return open, db.Fault(err)
}

func readOfMAC(ctx context.Context, d *db.DB, siteID int64, mac access.MAC) (Online, bool, error) {
	var open []Online
	err := d.Read(ctx).Where("mac = ? AND site_id = ?", mac, siteID).Order("id DESC").Limit(1).Find(&open).Error
	if err != nil || len(open) == 0 {
		return Online{}, false, db.Fault(err)
	}
	return open[0], true, nil
}

func saveTold(tx *db.Tx, id int64, t Told) error {
	return tx.Gorm().Model(&Online{}).Where("id = ?", id).
		Updates(map[string]any{"told_up_kbps": t.ToldUpKbps, "told_down_kbps": t.ToldDownKbps, "told_bytes": t.ToldBytes, "telling_bytes": 0}).Error
}

// saveTelling keeps the smaller share that a router is about to be told: it may stop the session before its answer is here.
func saveTelling(tx *db.Tx, id, bytes int64) error {
	return tx.Gorm().Model(&Online{}).Where("id = ?", id).UpdateColumn("telling_bytes", bytes).Error
}

// openAt says whether an open session stands on an address.
func openAt(ctx context.Context, d *db.DB, a netip.Addr) (bool, error) {
	var ids []int64
	err := d.Read(ctx).Model(&Online{}).Where("ip = ?", a.String()).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// openOn says whether a device of a grant is online.
func openOn(ctx context.Context, d *db.DB, grantID int64, mac access.MAC) (bool, error) {
	if grantID == 0 {
		return false, nil
	}
	var ids []int64
	err := d.Read(ctx).Model(&Online{}).Where("grant_id = ? AND mac = ?", grantID, mac).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// ofOtherBoots finds, locked, some open sessions of a service on a router whose ids are of another boot.
func ofOtherBoots(tx *db.Tx, routerID int64, service, boot string, before time.Time) ([]*row, error) {
	var lost []*row
	for _, between := range [][2]string{{service, boot}, {boot + "g", service + "g"}} { // "g" comes after every hex digit
		rows, err := openRows(tx.Gorm().Where("router_id = ? AND session_key >= ? AND session_key < ? AND started_at < ?", routerID, between[0], between[1], before).
			Order("session_key").Limit(chunkSessions))
		if err != nil {
			return nil, err
		}
		lost = append(lost, rows...)
	}
	return lost, nil
}
