package prompts

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// consentRow: Phone is sealed.
type consentRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	Phone      []byte
	Who        string
	DoneBy     string
	At         time.Time
}

func (consentRow) TableName() string { return "prompt_consents" }

type askRow struct {
	ID         int64
	CustomerID int64
	OrderID    int64
	Cause      string
	PaperID    int64
	InvoiceID  int64
	SpentCents int64 // of its money, that was offered to the invoice
	DoneBy     string
	At         time.Time
	QueriedAt  *time.Time // when a member last had the rail asked about it, by the rail's clock
}

func (askRow) TableName() string { return "prompt_asks" }

// dueRow is one try to have something paid by a prompt.
type dueRow struct {
	Due   string `gorm:"primaryKey"`
	Try   int    `gorm:"primaryKey;autoIncrement:false"`
	AskID int64
	At    time.Time
}

func (dueRow) TableName() string { return "prompt_dues" }

const purposePhone = "prompts.phone"

func (s *Service) keepConsent(tx *db.Tx, c Consent) error {
	phone, err := s.Keys.Seal(purposePhone, []byte(c.Phone))
	if err != nil {
		return err
	}
	if _, err := s.dropConsent(tx, c.CustomerID); err != nil { // the account is held: nobody comes between
		return err
	}
	return db.Fault(tx.Gorm().Create(&consentRow{CustomerID: c.CustomerID, Phone: phone, Who: c.Who, DoneBy: c.By, At: c.At}).Error)
}

func (s *Service) dropConsent(tx *db.Tx, customerID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("customer_id = ?", customerID).Delete(&consentRow{}))
	return won, db.Fault(err)
}

func (s *Service) consent(from *gorm.DB, customerID int64) (*Consent, error) {
	var rows []consentRow
	if err := from.Where("customer_id = ?", customerID).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, db.Fault(err)
	}
	r := rows[0]
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	return &Consent{CustomerID: r.CustomerID, Phone: customers.Phone(phone), Who: r.Who, By: r.DoneBy, At: r.At.UTC()}, err
}

func (s *Service) consentIn(tx *db.Tx, customerID int64) (*Consent, error) {
	return s.consent(tx.Gorm(), customerID)
}

// Agreed is a customer's consent; nil when they gave none.
func (s *Service) Agreed(ctx context.Context, customerID int64) (*Consent, error) {
	return s.consent(s.DB.Read(ctx), customerID)
}

// consentsAfter are the next customers who agreed.
func (s *Service) consentsAfter(ctx context.Context, after int64, limit int) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&consentRow{}).Where("customer_id > ?", after).Order("customer_id").Limit(limit).Pluck("customer_id", &ids).Error
	return ids, db.Fault(err)
}

// agreedOf are those of some customers who agreed, and since which day.
func (s *Service) agreedOf(tx *db.Tx, customerIDs []int64) (map[int64]clock.Day, error) {
	all := map[int64]clock.Day{}
	for some := range db.Pieces(customerIDs) {
		var rows []consentRow
		if err := tx.Gorm().Select("customer_id, at").Where("customer_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.CustomerID] = clock.DayOf(r.At)
		}
	}
	return all, nil
}

func (s *Service) insertAsk(tx *db.Tx, a Ask) error {
	return db.Fault(tx.Gorm().Create(&askRow{ID: a.ID, CustomerID: a.CustomerID, OrderID: a.OrderID, Cause: string(a.Cause), PaperID: a.PaperID, InvoiceID: a.InvoiceID, DoneBy: a.By, At: a.At}).Error)
}

// mayQuery wins the right to ask the rail about a prompt, once within a while. A clock that was set back keeps nobody from it.
func (s *Service) mayQuery(tx *db.Tx, askID int64, now time.Time, within time.Duration) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&askRow{}).Where("id = ? AND (queried_at IS NULL OR queried_at <= ? OR queried_at > ?)", askID, now.Add(-within), now).
		Update("queried_at", now))
	return won, db.Fault(err)
}

func asks(from *gorm.DB) ([]Ask, error) {
	var rows []askRow
	err := from.Order("id DESC").Find(&rows).Error
	all := make([]Ask, len(rows))
	for n, r := range rows {
		all[n] = Ask{ID: r.ID, CustomerID: r.CustomerID, OrderID: r.OrderID, Cause: Cause(r.Cause), PaperID: r.PaperID, InvoiceID: r.InvoiceID, By: r.DoneBy, At: r.At.UTC()}
	}
	return all, db.Fault(err)
}

func (s *Service) asksOf(ctx context.Context, customerID int64, limit int) ([]Ask, error) {
	return asks(s.DB.Read(ctx).Where("customer_id = ?", customerID).Limit(limit))
}

func (s *Service) asksSince(tx *db.Tx, customerID int64, since time.Time) ([]Ask, error) {
	return asks(tx.Gorm().Where("customer_id = ? AND at >= ?", customerID, since).Limit(mostAsks))
}

func (s *Service) asksOfPaper(ctx context.Context, paperID int64) ([]Ask, error) {
	return asks(s.DB.Read(ctx).Where("paper_id = ?", paperID).Limit(1))
}

func first(all []Ask, err error) (Ask, bool, error) {
	if err != nil || len(all) == 0 {
		return Ask{}, false, err
	}
	return all[0], true, nil
}

func (s *Service) askIn(tx *db.Tx, id int64) (Ask, bool, error) {
	return first(asks(tx.Gorm().Where("id = ?", id).Limit(1)))
}

func (s *Service) askOfOrderIn(tx *db.Tx, orderID int64) (Ask, bool, error) {
	return first(asks(tx.Gorm().Where("order_id = ?", orderID).Limit(1)))
}

func (s *Service) askOfOrder(ctx context.Context, orderID int64) (Ask, bool, error) {
	return first(asks(s.DB.Read(ctx).Where("order_id = ?", orderID).Limit(1)))
}

// meantAsks are the newest asks of a customer that named an invoice, by their orders.
func (s *Service) meantAsks(tx *db.Tx, customerID int64) (orders []int64, byOrder map[int64]askRow, err error) {
	var rows []askRow
	err = tx.Gorm().Where("customer_id = ? AND invoice_id <> 0", customerID).Order("id DESC").Limit(mostAsks).Find(&rows).Error
	byOrder = map[int64]askRow{}
	for _, r := range rows {
		orders, byOrder[r.OrderID] = append(orders, r.OrderID), r
	}
	return orders, byOrder, db.Fault(err)
}

// spent notes how much of an ask's money was offered to its invoice; the account is held.
func (s *Service) spent(tx *db.Tx, askID, cents int64) error {
	return db.Fault(tx.Gorm().Model(&askRow{}).Where("id = ?", askID).Update("spent_cents", cents).Error)
}

func (s *Service) moveAsks(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Model(&askRow{}).Where("customer_id = ?", from).Update("customer_id", to).Error)
}

func (s *Service) insertDues(tx *db.Tx, a Ask, turns []turn) error {
	rows := make([]dueRow, len(turns))
	for n, t := range turns {
		rows[n] = dueRow{Due: t.name, Try: t.try, AskID: a.ID, At: a.At}
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

// triesOf are the tries of some dues, in order.
func (s *Service) triesOf(tx *db.Tx, dues []due) (map[string][]dueRow, error) {
	names := make([]string, len(dues))
	for n, d := range dues {
		names[n] = d.name
	}
	done := map[string][]dueRow{}
	for some := range db.Pieces(names) {
		var rows []dueRow
		if err := tx.Gorm().Where("due IN ?", some).Order("due, try").Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			done[r.Due] = append(done[r.Due], r)
		}
	}
	return done, nil
}
