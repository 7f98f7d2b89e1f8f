package approval

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/witness"
)

// approvalRow: OpenKey and Request are unique, and nil where they bind nothing.
type approvalRow struct {
	ID        int64
	Kind      string
	Object    string
	ObjectID  int64
	OpenKey   *string
	Request   *string
	Sites     string
	Was       string
	Wanted    string
	Reason    string
	State     string
	AskedBy   int64
	Asker     string
	DecidedBy int64
	Decider   string
	Alone     bool
	Verdict   string
	AskedAt   time.Time
	LapsesAt  time.Time
	DecidedAt *time.Time
}

func (approvalRow) TableName() string { return "approvals" }

// siteRow lets what waits be counted by sites.
type siteRow struct {
	ApprovalID int64 `gorm:"primaryKey;autoIncrement:false"`
	SiteID     int64 `gorm:"primaryKey;autoIncrement:false"`
}

func (siteRow) TableName() string { return "approval_sites" }

func (r approvalRow) ask() Ask {
	a := Ask{ID: r.ID, Kind: r.Kind, Object: r.Object, ObjectID: r.ObjectID, Was: r.Was, Wanted: r.Wanted, Reason: r.Reason, State: State(r.State), AskedBy: r.AskedBy, Asker: r.Asker,
		DecidedBy: r.DecidedBy, Decider: r.Decider, Alone: r.Alone, Verdict: r.Verdict, AskedAt: r.AskedAt.UTC(), LapsesAt: r.LapsesAt.UTC(), DecidedAt: db.Instant(r.DecidedAt)}
	if r.OpenKey != nil {
		a.openKey = *r.OpenKey
	}
	if r.Request != nil {
		a.request = *r.Request
	}
	for word := range strings.FieldsSeq(r.Sites) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || id <= 0 {
			id = -1 // nobody's: a damaged row never widens who may decide
		}
		a.Sites = append(a.Sites, id)
	}
	return a
}

// witnessed spells a row with the texts that may be nil, of which the digest would take the address.
func (r approvalRow) witnessed() witness.Row {
	a := r.ask()
	return witness.Row{ID: r.ID, Columns: struct {
		Row           string
		Open, Request string
		Decided       *time.Time
	}{r.spelt(), a.openKey, a.request, r.DecidedAt}}
}

// spelt is every column that is always there, each after its length, so that no two rows are spelt alike.
func (r approvalRow) spelt() string {
	parts := []string{strconv.FormatInt(r.ID, 10), r.Kind, r.Object, strconv.FormatInt(r.ObjectID, 10), r.Sites, r.Was, r.Wanted, r.Reason, r.State, strconv.FormatInt(r.AskedBy, 10), r.Asker,
		strconv.FormatInt(r.DecidedBy, 10), r.Decider, strconv.FormatBool(r.Alone), r.Verdict, strconv.FormatInt(r.AskedAt.UnixMilli(), 10), strconv.FormatInt(r.LapsesAt.UnixMilli(), 10)}
	for i, p := range parts {
		parts[i] = strconv.Itoa(len(p)) + ":" + p
	}
	return strings.Join(parts, ";")
}

func (s *Service) insert(tx *db.Tx, a Ask) error {
	var sites []string
	for _, id := range a.Sites {
		sites = append(sites, strconv.FormatInt(id, 10))
	}
	row := approvalRow{ID: a.ID, Kind: a.Kind, Object: a.Object, ObjectID: a.ObjectID, OpenKey: &a.openKey, Sites: strings.Join(sites, " "), Was: a.Was, Wanted: a.Wanted, Reason: a.Reason,
		State: string(a.State), AskedBy: a.AskedBy, Asker: a.Asker, AskedAt: a.AskedAt, LapsesAt: a.LapsesAt}
	if a.request != "" {
		row.Request = &a.request
	}
	err := tx.Gorm().Create(&row).Error
	if db.IsDuplicate(err) { // somebody was a moment earlier
		return fault.New(fault.Conflict, "approval.open")
	}
	if err != nil {
		return db.Fault(err)
	}
	for _, id := range a.Sites {
		if err := tx.Gorm().Create(&siteRow{a.ID, id}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return s.seen.Keep(tx, row.witnessed())
}

func rows(from *gorm.DB) (all []approvalRow, err error) {
	err = from.Find(&all).Error
	return all, db.Fault(err)
}

func asks(from *gorm.DB) ([]Ask, error) {
	found, err := rows(from)
	all := make([]Ask, len(found))
	for i, r := range found {
		all[i] = r.ask()
	}
	return all, err
}

func one(from *gorm.DB) (Ask, bool, error) {
	all, err := asks(from.Limit(1))
	if err != nil || len(all) == 0 {
		return Ask{}, false, err
	}
	return all[0], true, nil
}

func known(a Ask, found bool, err error) (Ask, error) {
	if err == nil && !found {
		err = fault.New(fault.NotFound, "approval.unknown")
	}
	return a, err
}

func (s *Service) byID(tx *db.Tx, id int64) (Ask, error) {
	return known(one(tx.Gorm().Where("id = ?", id)))
}

func (s *Service) byRequest(tx *db.Tx, request string) (Ask, bool, error) {
	return one(tx.Gorm().Where("request = ?", request))
}

func (s *Service) openOf(tx *db.Tx, openKey string) (Ask, bool, error) {
	return one(tx.Gorm().Where("open_key = ?", openKey))
}

// turn moves what waits, in time, to what a map says; it tells how it is then, and whether it was this call.
func (s *Service) turn(tx *db.Tx, id int64, now time.Time, to map[string]any) (Ask, bool, error) {
	return s.set(tx, id, now, to, "state = ? AND lapses_at > ?", Asked, now)
}

func (s *Service) lapse(tx *db.Tx, id int64, now time.Time) (Ask, bool, error) {
	return s.set(tx, id, now, map[string]any{"state": Lapsed}, "state = ? AND lapses_at <= ?", Asked, now)
}

func (s *Service) set(tx *db.Tx, id int64, now time.Time, to map[string]any, as string, args ...any) (Ask, bool, error) {
	to["decided_at"], to["open_key"] = now, nil
	won, err := db.Won(tx.Gorm().Model(&approvalRow{}).Where("id = ?", id).Where(as, args...).Updates(to))
	if err != nil {
		return Ask{}, false, db.Fault(err)
	}
	found, err := rows(tx.Gorm().Where("id = ?", id).Limit(1))
	if err != nil || len(found) == 0 {
		return Ask{}, false, err
	}
	if won {
		err = s.seen.Keep(tx, found[0].witnessed())
	}
	return found[0].ask(), won, err
}

func (s *Service) late(ctx context.Context) ([]Ask, error) {
	return asks(s.DB.Read(ctx).Where("state = ? AND lapses_at <= ?", Asked, s.now()).Order("id").Limit(100))
}

// Get is one; fault.NotFound "approval.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Ask, error) {
	return known(one(s.DB.Read(ctx).Where("id = ?", id)))
}

// Of lists what was asked for about one thing, the newest first.
func (s *Service) Of(ctx context.Context, object string, objectID int64, limit int) ([]Ask, error) {
	return asks(s.DB.Read(ctx).Where("object = ? AND object_id = ?", object, objectID).Order("id DESC").Limit(limit))
}

// Open lists what waits, the oldest first.
func (s *Service) Open(ctx context.Context, limit int) ([]Ask, error) {
	return asks(s.DB.Read(ctx).Where("state = ?", Asked).Order("id").Limit(limit))
}

// after is a page of all, with those that are not as they were written, and why.
func (s *Service) after(ctx context.Context, id int64, limit int) (page []Ask, changed map[int64]string, err error) {
	found, err := rows(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
	if err != nil {
		return nil, nil, err
	}
	said := make([]witness.Row, len(found))
	for i, r := range found {
		said[i], page = r.witnessed(), append(page, r.ask())
	}
	changed, err = s.seen.Wrong(ctx, said...)
	return page, changed, err
}

// strays are the approvals of which only sites are left.
func (s *Service) strays(ctx context.Context) (ids []int64, err error) {
	err = s.DB.Read(ctx).Raw("SELECT DISTINCT t.approval_id FROM approval_sites t LEFT JOIN approvals a ON a.id = t.approval_id" +
		" WHERE a.id IS NULL LIMIT 100").Scan(&ids).Error
	return ids, db.Fault(err)
}
