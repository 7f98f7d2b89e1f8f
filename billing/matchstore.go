package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// matchRow is money that somebody gave to an order by hand, and by what its payer is known again.
type matchRow struct {
	ReceiptID int64 `gorm:"primaryKey"`
	OrderID   int64
	PayerMark string // keyed hash; empty when nothing tells this payer from others
	Phone     []byte // the order's, sealed
	CreatedAt time.Time
}

func (matchRow) TableName() string { return "receipt_matches" }

const purposeMark = "billing.payer_mark"

func (s *Service) keepMatch(tx *db.Tx, r Receipt, o Order) error {
	phone, err := s.Keys.Seal(purposePhone, []byte(o.Phone))
	if err != nil {
		return err
	}
	row := matchRow{ReceiptID: r.ID, OrderID: o.ID, Phone: phone, CreatedAt: s.Clock.Now()}
	if mark := payerMark(r.Payer); mark != "" {
		row.PayerMark = s.lookup(purposeMark, mark)
	}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

// dropMatch forgets that money was matched; false when it was not, or somebody was faster.
func (s *Service) dropMatch(tx *db.Tx, receiptID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("receipt_id = ?", receiptID).Delete(&matchRow{}))
	return won, db.Fault(err)
}

// Matched says whether a receipt is where it is because somebody matched it.
func (s *Service) Matched(ctx context.Context, receiptID int64) (bool, error) {
	var ids []int64
	err := s.DB.Read(ctx).Model(&matchRow{}).Where("receipt_id = ?", receiptID).Limit(1).Pluck("receipt_id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// mostMatches is how many of a payer's matches are looked at.
const mostMatches = 20

// matchedPayer is the phone that a payer's money was given to by hand; nobody when it was given to several.
func (s *Service) matchedPayer(from *gorm.DB, payer string) (customers.Phone, []string, error) {
	mark := payerMark(payer)
	if mark == "" {
		return "", nil, nil
	}
	var rows []matchRow
	err := from.Where("payer_mark IN ?", s.lookups(purposeMark, mark)).Order("created_at DESC").Limit(mostMatches).Find(&rows).Error
	if err != nil {
		return "", nil, db.Fault(err)
	}
	var phone customers.Phone
	for _, r := range rows {
		opened, err := s.Keys.Open(purposePhone, r.Phone)
		if err != nil {
			return "", nil, fault.Wrap(fault.Internal, "internal", err)
		}
		if phone != "" && phone != customers.Phone(opened) {
			return "", nil, nil
		}
		phone = customers.Phone(opened)
	}
	if phone == "" {
		return "", nil, nil
	}
	return phone, s.lookups(purposePhone, string(phone)), nil
}

func (s *Service) receiptTx(tx *db.Tx, id int64) (Receipt, error) {
	var r receiptRow
	err := db.Fault(tx.Gorm().Where("id = ?", id).Take(&r).Error)
	if fault.Is(err, fault.NotFound) {
		return Receipt{}, fault.Wrap(fault.NotFound, "receipt.unknown", err)
	}
	if err != nil {
		return Receipt{}, err
	}
	return s.toReceipt(r)
}

// unpayOrder opens an order whose money was taken back; false when it is not paid with that grant.
func (s *Service) unpayOrder(tx *db.Tx, o Order) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&orderRow{}).Where("id = ? AND state = ? AND grant_id = ?", o.ID, OrderPaid, o.GrantID).
		Updates(map[string]any{"state": OrderPlaced, "grant_id": 0, "how": "", "excise_cents": 0, "vat_cents": 0, "paid_at": nil, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}
