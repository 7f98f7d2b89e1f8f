package webhooks

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
)

// endpointRow: Address, Secret and OldSecret are sealed; Asked is the hash of the form that made it, AskedNew of the one that rotated last, at RotatedAt; Kinds and Sites
// are lists with spaces between.
type endpointRow struct {
	ID           int64
	Name         string
	Address      []byte
	Host         string
	Kinds        string
	Sites        string
	Secret       []byte
	OldSecret    []byte
	OldUntil     *time.Time
	Asked        *string
	AskedNew     string
	RotatedAt    *time.Time
	State        string
	FailingSince *time.Time
	MadeBy       string
	MadeAt       time.Time
	Version      int64
}

func (endpointRow) TableName() string { return "webhook_endpoints" }

func kindsText(all []Kind) string {
	words := make([]string, len(all))
	for i, k := range all {
		words[i] = string(k)
	}
	return strings.Join(words, " ")
}

func sitesText(all []int64) string {
	words := make([]string, len(all))
	for i, id := range all {
		words[i] = idText(id)
	}
	return strings.Join(words, " ")
}

func (s *Service) row(e Endpoint) (endpointRow, error) {
	address, err := s.Keys.Seal(purposeAddress, []byte(e.URL))
	return endpointRow{ID: e.ID, Name: e.Name, Address: address, Host: e.Host(), Kinds: kindsText(e.Kinds), Sites: sitesText(e.Sites), Secret: e.secret, OldSecret: e.old, OldUntil: db.Nullable(e.OldUntil),
		State: string(e.State), FailingSince: db.Nullable(e.FailingSince), MadeBy: e.MadeBy, MadeAt: e.MadeAt, Version: e.Version}, err
}

func (s *Service) endpoint(r endpointRow) (Endpoint, error) {
	address, err := s.Keys.Open(purposeAddress, r.Address)
	e := Endpoint{ID: r.ID, Name: r.Name, URL: string(address), State: State(r.State), FailingSince: db.Instant(r.FailingSince), OldUntil: db.Instant(r.OldUntil), MadeBy: r.MadeBy, MadeAt: r.MadeAt.UTC(), Version: r.Version,
		secret: r.Secret, old: r.OldSecret}
	for word := range strings.FieldsSeq(r.Kinds) {
		e.Kinds = append(e.Kinds, Kind(word))
	}
	for word := range strings.FieldsSeq(r.Sites) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			id = -1 // of no site: what cannot be read widens nothing
		}
		e.Sites = append(e.Sites, id)
	}
	return e, err
}

func (s *Service) insert(tx *db.Tx, e Endpoint, asked string) error {
	row, err := s.row(e)
	if err != nil {
		return err
	}
	row.Asked = &asked
	return db.Fault(tx.Gorm().Create(&row).Error)
}

// store writes an endpoint that is held, and raises its version.
func (s *Service) store(tx *db.Tx, e *Endpoint) error {
	row, err := s.row(*e)
	if err != nil {
		return err
	}
	row.Version++
	e.Version = row.Version
	return db.Fault(tx.Gorm().Model(&endpointRow{}).Where("id = ?", e.ID).Updates(map[string]any{"name": row.Name, "address": row.Address, "host": row.Host, "kinds": row.Kinds, "sites": row.Sites, "secret": row.Secret,
		"old_secret": row.OldSecret, "old_until": row.OldUntil, "state": row.State, "failing_since": row.FailingSince, "version": row.Version}).Error)
}

func (s *Service) get(tx *db.Tx, id int64) (Endpoint, error) { return s.one(tx.Gorm(), id) }

func (s *Service) one(in *gorm.DB, id int64) (Endpoint, error) {
	var rows []endpointRow
	if err := in.Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return Endpoint{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Endpoint{}, fault.New(fault.NotFound, "webhook.unknown")
	}
	return s.endpoint(rows[0])
}

// hold writes an endpoint's row, so that nobody changes it before this transaction ends; fault.NotFound "webhook.unknown" also for one that was deleted.
func (s *Service) hold(tx *db.Tx, id int64) (Endpoint, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE webhook_endpoints SET version = version + 1 WHERE id = ? AND state <> ?", id, deleted))
	if err != nil {
		return Endpoint{}, db.Fault(err)
	}
	if !won {
		return Endpoint{}, fault.New(fault.NotFound, "webhook.unknown")
	}
	e, err := s.get(tx, id)
	e.Version-- // as it was seen
	return e, err
}

func (s *Service) askedFor(tx *db.Tx, asked string) (e Endpoint, found bool, err error) {
	var rows []endpointRow
	if err = tx.Gorm().Where("asked = ?", asked).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return e, false, db.Fault(err)
	}
	e, err = s.endpoint(rows[0])
	return e, true, err
}

// rotatedFor is the form that rotated the secret last, and when.
func (s *Service) rotatedFor(tx *db.Tx, id int64) (asked string, at time.Time, err error) {
	var r endpointRow
	err = tx.Gorm().Select("asked_new", "rotated_at").Where("id = ?", id).Take(&r).Error
	return r.AskedNew, db.Instant(r.RotatedAt), db.Fault(err)
}

func (s *Service) rotated(tx *db.Tx, id int64, asked string, at time.Time) error {
	return db.Fault(tx.Gorm().Exec("UPDATE webhook_endpoints SET asked_new = ?, rotated_at = ? WHERE id = ?", asked, at, id).Error)
}

// all are the endpoints that were not deleted.
func (s *Service) all(tx *db.Tx) ([]Endpoint, error) { return s.every(tx.Gorm()) }

func (s *Service) every(in *gorm.DB) (all []Endpoint, err error) {
	var rows []endpointRow
	if err := in.Where("state <> ?", deleted).Order("id").Limit(2 * mostActive).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		e, err := s.endpoint(r)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// wanted says whether any endpoint wants a kind.
func wanted(tx *db.Tx, k Kind) (bool, error) {
	var lists []string
	err := tx.Gorm().Model(&endpointRow{}).Where("state <> ?", deleted).Order("id").Limit(2*mostActive).Pluck("kinds", &lists).Error
	for _, kinds := range lists {
		if strings.Contains(" "+kinds+" ", " "+string(k)+" ") {
			return true, nil
		}
	}
	return false, db.Fault(err)
}

// beginsToFail and takesAgain note when an endpoint took nothing for the first time, and that it took something.
func beginsToFail(tx *db.Tx, id int64, at time.Time) error {
	return db.Fault(tx.Gorm().Exec("UPDATE webhook_endpoints SET failing_since = ? WHERE id = ? AND failing_since IS NULL", at, id).Error)
}

func takesAgain(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL", id).Error)
}

// giveUp pauses an active endpoint that has taken nothing since before.
func giveUp(tx *db.Tx, id int64, before time.Time) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE webhook_endpoints SET state = ?, version = version + 1 WHERE id = ? AND state = ? AND failing_since <= ?", Failing, id, Active, before))
	return won, db.Fault(err)
}

func forgetEndpoint(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Exec("DELETE FROM webhook_endpoints WHERE id = ? AND state = ?", id, deleted).Error)
}

// deletedOnes are the endpoints that were deleted.
func deletedOnes(tx *db.Tx) (ids []int64, err error) {
	err = tx.Gorm().Model(&endpointRow{}).Where("state = ?", deleted).Order("id").Limit(2*mostActive).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// Get is an endpoint; fault.NotFound "webhook.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Endpoint, error) {
	e, err := s.one(s.DB.Read(ctx), id)
	if err == nil && e.State == deleted {
		err = fault.New(fault.NotFound, "webhook.unknown")
	}
	return e, err
}

// Untaken tells for how many hours each endpoint has taken nothing, also one that was paused for that.
func (s *Service) Untaken(ctx context.Context) (readings []notify.Reading, err error) {
	all, err := s.All(ctx)
	for _, e := range all {
		if !e.FailingSince.IsZero() {
			readings = append(readings, notify.Reading{Subject: e.Name, Value: int64(s.Clock.Now().Sub(e.FailingSince) / time.Hour)})
		}
	}
	return readings, err
}

// All are the endpoints, by name.
func (s *Service) All(ctx context.Context) ([]Endpoint, error) {
	all, err := s.every(s.DB.Read(ctx))
	slices.SortFunc(all, func(a, b Endpoint) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, err
}
