package customers

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

type customerRow struct {
	ID                  int64
	Number              string
	Kind                string
	Name                string
	State               string
	MergedInto          int64
	Segment             string
	SiteID              int64
	Lang                string
	PIN                 string `gorm:"column:pin"`
	ParentID            int64
	ParentPays          int
	BillDay             int
	BillWeekday         int
	PaymentDays         *int
	TaxExempt           int
	ExemptCertificate   string
	ExemptFrom          string
	ExemptUntil         string
	PurchaseOrderNeeded int
	PurchaseOrder       string
	CreatedAt           time.Time
	ClosedAt            *time.Time
	Version             int64
}

func (customerRow) TableName() string { return "customers" }

func rowOf(c Customer) customerRow {
	return customerRow{ID: c.ID, Number: c.Number, Kind: string(c.Kind), Name: c.Name, State: string(c.State), MergedInto: c.MergedInto, Segment: string(c.Segment),
		SiteID: c.SiteID, Lang: string(c.Lang), PIN: c.PIN, ParentID: c.ParentID, ParentPays: yes(c.ParentPays), BillDay: c.BillDay, BillWeekday: c.BillWeekday, PaymentDays: c.PaymentDays,
		TaxExempt: yes(c.TaxExempt), ExemptCertificate: c.ExemptCertificate, ExemptFrom: c.ExemptFrom, ExemptUntil: c.ExemptUntil, PurchaseOrderNeeded: yes(c.PurchaseOrderNeeded),
		PurchaseOrder: c.PurchaseOrder, CreatedAt: c.CreatedAt, ClosedAt: db.Nullable(c.ClosedAt), Version: c.Version}
}

func (r customerRow) customer() Customer {
	return Customer{ID: r.ID, Number: r.Number, Kind: Kind(r.Kind), Name: r.Name, State: State(r.State), MergedInto: r.MergedInto, Segment: Segment(r.Segment),
		SiteID: r.SiteID, Lang: words.Lang(r.Lang), PIN: r.PIN, ParentID: r.ParentID, ParentPays: r.ParentPays == 1, BillDay: r.BillDay, BillWeekday: r.BillWeekday, PaymentDays: r.PaymentDays,
		TaxExempt: r.TaxExempt == 1, ExemptCertificate: r.ExemptCertificate, ExemptFrom: r.ExemptFrom, ExemptUntil: r.ExemptUntil, PurchaseOrderNeeded: r.PurchaseOrderNeeded == 1,
		PurchaseOrder: r.PurchaseOrder, CreatedAt: r.CreatedAt.UTC(), ClosedAt: db.Instant(r.ClosedAt), Version: r.Version}
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Service) insert(tx *db.Tx, c Customer) error {
	r := rowOf(c)
	return db.Fault(tx.Gorm().Create(&r).Error)
}

// update writes what a form may change; false when the customer is not what was read.
func (s *Service) update(tx *db.Tx, c Customer) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&customerRow{}).Where("id = ? AND version = ?", c.ID, c.Version).Updates(map[string]any{
		"kind": string(c.Kind), "name": c.Name, "segment": string(c.Segment), "site_id": c.SiteID, "lang": string(c.Lang), "pin": c.PIN, "parent_id": c.ParentID,
		"parent_pays": yes(c.ParentPays), "bill_day": c.BillDay, "bill_weekday": c.BillWeekday, "payment_days": c.PaymentDays, "tax_exempt": yes(c.TaxExempt),
		"exempt_certificate": c.ExemptCertificate, "exempt_from": c.ExemptFrom, "exempt_until": c.ExemptUntil, "purchase_order_needed": yes(c.PurchaseOrderNeeded),
		"purchase_order": c.PurchaseOrder, "version": c.Version + 1}))
	return won, db.Fault(err)
}

func one(from *gorm.DB) (Customer, error) {
	var rows []customerRow
	if err := from.Limit(1).Find(&rows).Error; err != nil {
		return Customer{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Customer{}, fault.New(fault.NotFound, "customer.unknown")
	}
	return rows[0].customer(), nil
}

// Get is one customer, merged or not; fault.NotFound "customer.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Customer, error) {
	return one(s.DB.Read(ctx).Where("id = ?", id))
}

// GetTx is Get inside a transaction.
func (s *Service) GetTx(tx *db.Tx, id int64) (Customer, error) {
	return one(tx.Gorm().Where("id = ?", id))
}

// Some reads those customers that there are, by id.
func (s *Service) Some(tx *db.Tx, ids []int64) (map[int64]Customer, error) {
	return some(tx.Gorm(), ids)
}

// SomeNow is Some outside a transaction.
func (s *Service) SomeNow(ctx context.Context, ids []int64) (map[int64]Customer, error) {
	return some(s.DB.Read(ctx), ids)
}

func some(from *gorm.DB, ids []int64) (map[int64]Customer, error) {
	all := make(map[int64]Customer, len(ids))
	for few := range db.Pieces(ids) {
		var rows []customerRow
		if err := from.Session(&gorm.Session{}).Where("id IN ?", few).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.ID] = r.customer()
		}
	}
	return all, nil
}

// Langs are the languages of those customers that there are, by id.
func (s *Service) Langs(ctx context.Context, ids []int64) (map[int64]words.Lang, error) {
	all := make(map[int64]words.Lang, len(ids))
	for few := range db.Pieces(ids) {
		var rows []customerRow
		if err := s.DB.Read(ctx).Select("id, lang").Where("id IN ?", few).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.ID] = words.Lang(r.Lang)
		}
	}
	return all, nil
}

// ByNumber is the customer with exactly this account number; fault.NotFound "customer.unknown". What people type is for Find.
func (s *Service) ByNumber(ctx context.Context, number string) (Customer, error) {
	return one(s.DB.Read(ctx).Where("number = ?", number))
}

// hold keeps a customer as they are until the transaction ends: nobody gives them a parent or closes them meanwhile.
func (s *Service) hold(tx *db.Tx, id int64) (Customer, error) {
	if err := tx.Gorm().Exec("UPDATE customers SET version = version WHERE id = ?", id).Error; err != nil {
		return Customer{}, db.Fault(err)
	}
	return s.GetTx(tx, id)
}

func (s *Service) hasChildren(tx *db.Tx, id int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Raw("SELECT id FROM customers WHERE parent_id = ? LIMIT 1", id).Scan(&ids).Error
	return len(ids) > 0, db.Fault(err)
}
