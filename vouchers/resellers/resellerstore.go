package resellers

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

// resellerRow: Phone is sealed, PhoneHash is its keyed look-up hash. Amounts are cents in shillings; Seq is the number of the last event.
type resellerRow struct {
	ID           int64
	Number       int64
	Name         string
	Phone        []byte
	PhoneHash    string
	Lang         string
	State        string
	ParentID     int64
	Terms        string
	LimitCents   int64
	BalanceCents int64
	Commission   string
	Sites        string
	Plans        string
	Seq          int64
	CreatedBy    string
	CreatedAt    time.Time
}

func (resellerRow) TableName() string { return "resellers" }

func (s *Service) reseller(r resellerRow) (Reseller, error) {
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	if err != nil {
		return Reseller{}, err
	}
	commission, err := ReadCommission(r.Commission)
	return Reseller{ID: r.ID, Number: r.Number, Name: r.Name, Phone: customers.Phone(phone), Lang: words.Lang(r.Lang), State: r.State, ParentID: r.ParentID, Terms: r.Terms,
		Limit: money.KES(r.LimitCents), Balance: money.KES(r.BalanceCents), Commission: commission, Sites: idsOf(r.Sites), Plans: idsOf(r.Plans), CreatedBy: r.CreatedBy,
		CreatedAt: r.CreatedAt.UTC(), seq: r.Seq}, err
}

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

// choices are the columns that may be changed.
func (s *Service) choices(r Reseller) (map[string]any, error) {
	phone, err := s.Keys.Seal(purposePhone, []byte(r.Phone))
	return map[string]any{"name": r.Name, "phone": phone, "phone_hash": s.Keys.Lookup(purposePhone, string(r.Phone)), "lang": string(r.Lang), "state": r.State, "terms": r.Terms,
		"limit_cents": r.Limit.Cents, "commission": r.Commission.String(), "sites": textOf(r.Sites), "plans": textOf(r.Plans)}, err
}

// insert gives the reseller the next number; whoever loses the race for it tries the one after.
func (s *Service) insert(tx *db.Tx, r *Reseller) error {
	phone, err := s.Keys.Seal(purposePhone, []byte(r.Phone))
	if err != nil {
		return err
	}
	r.ID = tx.ID()
	row := resellerRow{ID: r.ID, Name: r.Name, Phone: phone, PhoneHash: s.Keys.Lookup(purposePhone, string(r.Phone)), Lang: string(r.Lang), State: r.State, ParentID: r.ParentID,
		Terms: r.Terms, LimitCents: r.Limit.Cents, Commission: r.Commission.String(), Sites: textOf(r.Sites), Plans: textOf(r.Plans), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt}
	for range 5 {
		var last []int64
		if err := tx.Gorm().Model(&resellerRow{}).Order("number DESC").Limit(1).Pluck("number", &last).Error; err != nil {
			return db.Fault(err)
		}
		row.Number = firstNumber
		if len(last) > 0 {
			row.Number = last[0] + 1
		}
		err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
		if err == nil {
			r.Number = row.Number
			return s.seen.Keep(tx, row.chosen())
		}
		if !db.IsDuplicate(err) {
			return db.Fault(err)
		}
		if taken, err := s.phoneTaken(tx, *r); err != nil || taken {
			return phoneFault(err)
		}
	}
	return fault.New(fault.Conflict, "conflict")
}

func phoneFault(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "reseller.phone_taken")
}

func (s *Service) phoneTaken(tx *db.Tx, r Reseller) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&resellerRow{}).Where("phone_hash IN ? AND id <> ?", s.Keys.Lookups(purposePhone, string(r.Phone)), r.ID).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

func (s *Service) update(tx *db.Tx, r Reseller) error {
	columns, err := s.choices(r)
	if err != nil {
		return err
	}
	err = tx.Savepoint(func() error { return tx.Gorm().Model(&resellerRow{}).Where("id = ?", r.ID).Updates(columns).Error })
	if db.IsDuplicate(err) {
		return phoneFault(nil)
	}
	if err != nil {
		return db.Fault(err)
	}
	return s.seal(tx, r.ID)
}

// chosen is all of a row but its money and the number of its last event, which the events prove.
func (r resellerRow) chosen() witness.Row {
	r.BalanceCents, r.Seq = 0, 0
	return witness.Row{ID: r.ID, Columns: r}
}

// seal keeps what a reseller is after tx changed it.
func (s *Service) seal(tx *db.Tx, id int64) error {
	var r resellerRow
	if err := tx.Gorm().Where("id = ?", id).Take(&r).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.Keep(tx, r.chosen())
}

// counted is the money of the resellers of a page after an id, whatever else their rows say, and who are not as they were written.
func (s *Service) counted(ctx context.Context, after int64, limit int) (page []Reseller, changed map[int64]string, err error) {
	var rows []resellerRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, nil, db.Fault(err)
	}
	said := make([]witness.Row, len(rows))
	for i, r := range rows {
		said[i] = r.chosen()
		page = append(page, Reseller{ID: r.ID, Balance: money.KES(r.BalanceCents), seq: r.Seq})
	}
	changed, err = s.seen.Wrong(ctx, said...)
	return page, changed, err
}

// lock keeps everybody else from the reseller's money until the transaction ends.
func (s *Service) lock(tx *db.Tx, id int64) (Reseller, error) {
	if err := tx.Gorm().Exec("UPDATE resellers SET seq = seq WHERE id = ?", id).Error; err != nil {
		return Reseller{}, db.Fault(err)
	}
	return s.one(tx.Gorm().Where("id = ?", id))
}

// moveBalance writes a balance with the number of the event that changed it.
func (s *Service) moveBalance(tx *db.Tx, r Reseller, e Event) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE resellers SET seq = ?, balance_cents = balance_cents + ? WHERE id = ? AND seq = ? AND balance_cents = ?", e.Seq, e.Delta, r.ID, r.seq, r.Balance.Cents))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	return db.Fault(err)
}

// Get is one reseller; fault.NotFound "reseller.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Reseller, error) {
	return s.one(s.DB.Read(ctx).Where("id = ?", id))
}

// ByNumber is the reseller of a number; fault.NotFound "reseller.unknown".
func (s *Service) ByNumber(ctx context.Context, number int64) (Reseller, error) {
	return s.one(s.DB.Read(ctx).Where("number = ?", number))
}

func (s *Service) one(from *gorm.DB) (Reseller, error) {
	var r resellerRow
	if err := from.Limit(1).Find(&r).Error; err != nil {
		return Reseller{}, db.Fault(err)
	}
	if r.ID == 0 {
		return Reseller{}, fault.New(fault.NotFound, "reseller.unknown")
	}
	return s.reseller(r)
}

func (s *Service) all(from *gorm.DB) (all []Reseller, err error) {
	var rows []resellerRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, row := range rows {
		r, err := s.reseller(row)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (s *Service) after(ctx context.Context, id int64, limit int) ([]Reseller, error) {
	return s.all(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
}

// Newest lists resellers before an id, the newest first.
func (s *Service) Newest(ctx context.Context, before int64, limit int) ([]Reseller, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return s.all(from)
}

// mostBelow is how many sub-resellers of one are listed.
const mostBelow = 100

// Below lists the sub-resellers of one.
func (s *Service) Below(ctx context.Context, parentID int64) ([]Reseller, error) {
	return s.all(s.DB.Read(ctx).Where("parent_id = ?", parentID).Order("id").Limit(mostBelow))
}
