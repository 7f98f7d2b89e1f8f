package partners

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/witness"
	"mtandao/internal/words"
)

// partnerRow: Phone is sealed, PhoneHash is its keyed look-up hash. NextDay is the day to be shared next.
type partnerRow struct {
	ID        int64
	Name      string
	Phone     []byte
	PhoneHash string
	Lang      string
	State     string
	Sites     string
	Share     int64
	DueCents  int64
	Seq       int64
	NextDay   string
	CreatedAt time.Time
}

func (partnerRow) TableName() string { return "partners" }

type eventRow struct {
	ID           int64
	PartnerID    int64
	Seq          int64
	Kind         string
	Request      string
	Day          string
	SoldCents    int64
	BackCents    int64
	Share        int64
	DeltaCents   int64
	BalanceCents int64
	How          string
	Note         string
	DoneBy       string
	At           time.Time
}

func (eventRow) TableName() string { return "partner_events" }

const auditPage = 500

func textOf(ids []int64) string {
	var parts []string
	for _, id := range ids {
		parts = append(parts, strconv.FormatInt(id, 10))
	}
	return strings.Join(parts, " ")
}

func idsOf(text string) (ids []int64) {
	for part := range strings.FieldsSeq(text) {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *Service) partner(r partnerRow) (Partner, error) {
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	p := Partner{ID: r.ID, Name: r.Name, Phone: customers.Phone(phone), Lang: words.Lang(r.Lang), State: r.State, Share: r.Share, Due: money.KES(r.DueCents),
		CreatedAt: r.CreatedAt.UTC(), seq: r.Seq, next: r.NextDay, Sites: idsOf(r.Sites)}
	return p, err
}

func (s *Service) insert(tx *db.Tx, p Partner) error {
	phone, err := s.Keys.Seal(purposePhone, []byte(p.Phone))
	if err != nil {
		return err
	}
	row := partnerRow{ID: p.ID, Name: p.Name, Phone: phone, PhoneHash: s.Keys.Lookup(purposePhone, string(p.Phone)), Lang: string(p.Lang), State: p.State,
		Sites: textOf(p.Sites), Share: p.Share, NextDay: p.next, CreatedAt: p.CreatedAt}
	if err := tx.Gorm().Create(&row).Error; err != nil {
		return err
	}
	return s.seen.Keep(tx, witness.Row{ID: p.ID, Columns: row})
}

// seal keeps what a partner is after tx changed it.
func (s *Service) seal(tx *db.Tx, id int64) error {
	var r partnerRow
	if err := tx.Gorm().Where("id = ?", id).Take(&r).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.Keep(tx, witness.Row{ID: r.ID, Columns: r})
}

// counted is the money of the partners of a page after an id, whatever else their rows say, and who are not as they were written.
func (s *Service) counted(ctx context.Context, after int64) (page []Partner, changed map[int64]string, err error) {
	var rows []partnerRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(auditPage).Find(&rows).Error; err != nil {
		return nil, nil, db.Fault(err)
	}
	said := make([]witness.Row, len(rows))
	for i, r := range rows {
		said[i] = witness.Row{ID: r.ID, Columns: r}
		page = append(page, Partner{ID: r.ID, Due: money.KES(r.DueCents), seq: r.Seq})
	}
	changed, err = s.seen.Wrong(ctx, said...)
	return page, changed, err
}

func (s *Service) update(tx *db.Tx, p Partner) error {
	phone, err := s.Keys.Seal(purposePhone, []byte(p.Phone))
	if err != nil {
		return err
	}
	err = tx.Gorm().Model(&partnerRow{}).Where("id = ?", p.ID).Updates(map[string]any{"name": p.Name, "phone": phone, "phone_hash": s.Keys.Lookup(purposePhone, string(p.Phone)),
		"lang": string(p.Lang), "state": p.State, "sites": textOf(p.Sites), "share": p.Share}).Error
	if err != nil {
		return err
	}
	return s.seal(tx, p.ID)
}

// lock keeps everybody else from the partner's money until the transaction ends.
func (s *Service) lock(tx *db.Tx, id int64) (Partner, error) {
	if err := tx.Gorm().Exec("UPDATE partners SET seq = seq WHERE id = ?", id).Error; err != nil {
		return Partner{}, db.Fault(err)
	}
	return s.one(tx.Gorm().Where("id = ?", id))
}

func (s *Service) move(tx *db.Tx, p Partner, e Event, next string) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE partners SET seq = ?, due_cents = due_cents + ?, next_day = ? WHERE id = ? AND seq = ? AND due_cents = ?", e.Seq, e.Delta, next, p.ID, p.seq, p.Due.Cents))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	if err != nil {
		return db.Fault(err)
	}
	return s.seal(tx, p.ID)
}

// Get is one partner; fault.NotFound "partner.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Partner, error) {
	return s.one(s.DB.Read(ctx).Where("id = ?", id))
}

func (s *Service) partnerIn(tx *db.Tx, id int64) (Partner, error) {
	return s.one(tx.Gorm().Where("id = ?", id))
}

func (s *Service) one(from *gorm.DB) (Partner, error) {
	all, err := s.all(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	if err != nil {
		return Partner{}, err
	}
	return all[0], nil
}

func (s *Service) all(from *gorm.DB) (all []Partner, err error) {
	var rows []partnerRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, row := range rows {
		p, err := s.partner(row)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (s *Service) after(ctx context.Context, id int64) ([]Partner, error) {
	return s.all(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(auditPage))
}

// Newest lists partners before an id, the newest first.
func (s *Service) Newest(ctx context.Context, before int64, limit int) ([]Partner, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return s.all(from)
}

func (s *Service) insertEvent(tx *db.Tx, e Event) error {
	return db.Fault(tx.Gorm().Create(&eventRow{ID: e.ID, PartnerID: e.PartnerID, Seq: e.Seq, Kind: e.Kind, Request: e.Request, Day: e.Day, SoldCents: e.Sold, BackCents: e.Back, Share: e.Share,
		DeltaCents: e.Delta, BalanceCents: e.Balance, How: e.How, Note: e.Note, DoneBy: e.By, At: e.At}).Error)
}

func events(from *gorm.DB) ([]Event, error) {
	var rows []eventRow
	err := from.Find(&rows).Error
	all := make([]Event, len(rows))
	for i, r := range rows {
		all[i] = Event{ID: r.ID, PartnerID: r.PartnerID, Seq: r.Seq, Kind: r.Kind, Request: r.Request, Day: r.Day, Sold: r.SoldCents, Back: r.BackCents, Share: r.Share,
			Delta: r.DeltaCents, Balance: r.BalanceCents, How: r.How, Note: r.Note, By: r.DoneBy, At: r.At.UTC()}
	}
	return all, db.Fault(err)
}

// Events lists a partner's events of days, after a number, in order.
func (s *Service) Events(ctx context.Context, partnerID int64, from, to string, after int64, limit int) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("partner_id = ? AND seq > ? AND day >= ? AND day <= ?", partnerID, after, from, to).Order("seq").Limit(limit))
}

func (s *Service) strays(ctx context.Context) (ids []int64, err error) {
	err = s.DB.Read(ctx).Raw("SELECT DISTINCT e.partner_id FROM partner_events e LEFT JOIN partners p ON p.id = e.partner_id WHERE p.id IS NULL LIMIT 100").Scan(&ids).Error
	return ids, db.Fault(err)
}
