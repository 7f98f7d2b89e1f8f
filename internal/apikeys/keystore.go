package apikeys

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// keyRow: Hash is a keyed look-up hash, Request that of the form which asked for it, if one did; Scopes and Sites are lists with spaces between.
type keyRow struct {
	ID        int64
	Name      string
	Hash      string
	Request   *string
	Scopes    string
	Sites     string
	MadeBy    string
	MadeAt    time.Time
	Until     *time.Time
	RevokedAt *time.Time
	UsedAt    *time.Time
}

func (keyRow) TableName() string { return "api_keys" }

// most is how many keys are listed, those that were made last.
const most = 200

func number(n int64) string { return strconv.FormatInt(n, 10) }

func (r keyRow) key() Key {
	k := Key{ID: r.ID, Name: r.Name, MadeBy: r.MadeBy, MadeAt: r.MadeAt, Until: db.Instant(r.Until), RevokedAt: db.Instant(r.RevokedAt), UsedAt: db.Instant(r.UsedAt)}
	for word := range strings.FieldsSeq(r.Scopes) {
		k.Scopes = append(k.Scopes, Scope(word))
	}
	for word := range strings.FieldsSeq(r.Sites) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			id = -1 // of no site: what cannot be read widens nothing
		}
		k.Sites = append(k.Sites, id)
	}
	return k
}

func insert(tx *db.Tx, k Key, hash string, request *string) error {
	row := keyRow{ID: k.ID, Name: k.Name, Hash: hash, Request: request, MadeBy: k.MadeBy, MadeAt: k.MadeAt, Until: db.Nullable(k.Until)}
	var scopes, sites []string
	for _, s := range k.Scopes {
		scopes = append(scopes, string(s))
	}
	for _, id := range k.Sites {
		sites = append(sites, number(id))
	}
	row.Scopes, row.Sites = strings.Join(scopes, " "), strings.Join(sites, " ")
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func revoke(tx *db.Tx, id int64, at time.Time) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, id))
	return won, db.Fault(err)
}

func use(tx *db.Tx, id int64, at time.Time) error {
	return db.Fault(tx.Gorm().Exec("UPDATE api_keys SET used_at = ? WHERE id = ?", at, id).Error)
}

func get(tx *db.Tx, id int64) (Key, error) {
	var rows []keyRow
	if err := tx.Gorm().Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return Key{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Key{}, fault.New(fault.NotFound, "apikey.unknown")
	}
	return rows[0].key(), nil
}

// byRequest is the key that a form asked for, and its hash.
func byRequest(tx *db.Tx, request string) (Key, string, error) {
	var row keyRow
	err := db.Fault(tx.Gorm().Where("request = ?", request).Take(&row).Error)
	return row.key(), row.Hash, err
}

// Get is one key; fault.NotFound "apikey.unknown".
func (s *Service) Get(ctx context.Context, id int64) (k Key, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		k, err = get(tx, id)
		return err
	})
	return k, err
}

func (s *Service) byHash(ctx context.Context, hashes []string) (k Key, found bool, err error) {
	var rows []keyRow
	err = s.DB.Read(ctx).Where("hash IN ?", hashes).Limit(1).Find(&rows).Error
	if len(rows) > 0 {
		k, found = rows[0].key(), true
	}
	return k, found, db.Fault(err)
}

// List is the keys, those that were made last first, revoked ones too.
func (s *Service) List(ctx context.Context) (all []Key, err error) {
	var rows []keyRow
	err = s.DB.Read(ctx).Order("id DESC").Limit(most).Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.key())
	}
	return all, db.Fault(err)
}
