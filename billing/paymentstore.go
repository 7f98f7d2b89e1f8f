package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

type paymentRow struct {
	ID                int64
	OrderID           int64
	TillID            int64
	SiteID            int64
	Rail              string
	State             string
	Amount            money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	PhoneHash         string
	SecretHash        string
	Secret            []byte
	MerchantRequestID string
	CheckoutRequestID *string
	Reason            string
	ResultCode        string
	ResultText        string
	Attention         string
	Asks              int
	PushedAt          *time.Time
	SettledAt         *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

func (paymentRow) TableName() string { return "payments" }

func (s *Service) insertPayment(tx *db.Tx, p Payment, siteID int64, phoneHash string) error {
	sealed, err := s.Keys.Seal(purposeCallback, []byte(p.secret))
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&paymentRow{Reason: string(p.Reason), SettledAt: db.Nullable(p.SettledAt), ID: p.ID, OrderID: p.OrderID, TillID: p.TillID, SiteID: siteID, Rail: p.Rail, State: string(p.State),
		Amount: p.Amount, PhoneHash: phoneHash, SecretHash: s.lookup(purposeCallback, p.secret), Secret: sealed,
		CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt}).Error)
}

func (s *Service) toPayment(r paymentRow) (Payment, error) {
	secret, err := s.Keys.Open(purposeCallback, r.Secret)
	p := Payment{ID: r.ID, OrderID: r.OrderID, TillID: r.TillID, Rail: r.Rail, State: PaymentState(r.State), Amount: r.Amount,
		MerchantRequestID: r.MerchantRequestID, Reason: Reason(r.Reason), ResultCode: r.ResultCode, Attention: r.Attention,
		Asks: r.Asks, CreatedAt: r.CreatedAt, resultText: r.ResultText, secret: string(secret)}
	if r.CheckoutRequestID != nil {
		p.CheckoutRequestID = *r.CheckoutRequestID
	}
	if r.PushedAt != nil {
		p.PushedAt = *r.PushedAt
	}
	if r.SettledAt != nil {
		p.SettledAt = *r.SettledAt
	}
	return p, err
}

func (s *Service) payment(ctx context.Context, id int64) (Payment, error) {
	var r paymentRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return Payment{}, db.Fault(err)
	}
	return s.toPayment(r)
}

func (s *Service) paymentTx(tx *db.Tx, id int64) (Payment, error) {
	var r paymentRow
	if err := tx.Gorm().Where("id = ?", id).Take(&r).Error; err != nil {
		return Payment{}, db.Fault(err)
	}
	return s.toPayment(r)
}

func (s *Service) paymentBySecret(ctx context.Context, secret string) (Payment, error) {
	var r paymentRow
	if err := s.DB.Read(ctx).Where("secret_hash IN ?", s.lookups(purposeCallback, secret)).Take(&r).Error; err != nil {
		return Payment{}, byAddress(err)
	}
	return s.toPayment(r)
}

func (s *Service) paymentOfOrder(ctx context.Context, orderID int64) (Payment, error) {
	var r paymentRow
	if err := s.DB.Read(ctx).Where("order_id = ?", orderID).Order("id DESC").Limit(1).Take(&r).Error; err != nil {
		return Payment{}, db.Fault(err)
	}
	return s.toPayment(r)
}

func (s *Service) paymentOfOrderTx(tx *db.Tx, orderID int64) (Payment, error) {
	var r paymentRow
	if err := tx.Gorm().Where("order_id = ?", orderID).Order("id DESC").Limit(1).Take(&r).Error; err != nil {
		return Payment{}, db.Fault(err)
	}
	return s.toPayment(r)
}

func (s *Service) paymentByOrderCode(tx *db.Tx, tillID int64, code string) (Payment, error) {
	var r paymentRow
	err := tx.Gorm().Joins("JOIN orders ON orders.id = payments.order_id").
		Where("orders.code = ? AND payments.till_id = ?", code, tillID).Order("payments.id DESC").Limit(1).Take(&r).Error
	if err != nil {
		return Payment{}, db.Fault(err)
	}
	return s.toPayment(r)
}

// unpaidPaymentsOf lists prompts that evidence of a time may be about: those that are open, and those that wait for the number
// of money which a query told of.
func (s *Service) unpaidPaymentsOf(tx *db.Tx, tillID int64, phoneHashes []string, amount money.Amount, since, at time.Time) (open, pending []Payment, err error) {
	var rows []paymentRow
	err = tx.Gorm().Where("till_id = ? AND phone_hash IN ? AND created_at >= ? AND amount_cents = ? AND amount_currency = ?",
		tillID, phoneHashes, since, amount.Cents, amount.Currency).Order("id DESC").Limit(100).Find(&rows).Error
	if err != nil {
		return nil, nil, db.Fault(err)
	}
	for _, r := range rows {
		p, err := s.toPayment(r)
		if err != nil {
			return nil, nil, err
		}
		if p.State != PaymentPaid {
			open = append(open, p)
			continue
		}
		if !p.couldBe(at) {
			continue
		}
		if _, err := s.pendingReceipt(tx, p.ID); err == nil {
			pending = append(pending, p)
		} else if _, err := notFoundIs(err); err != nil {
			return nil, nil, err
		}
	}
	return open, pending, nil
}

// stillOpen is true, and stays so until the end of the transaction, when a payment is not paid.
func (s *Service) stillOpen(tx *db.Tx, p Payment, _ Evidence) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&paymentRow{}).Where("id = ? AND state <> ?", p.ID, PaymentPaid).Update("updated_at", s.Clock.Now()))
	return won, db.Fault(err)
}

// paymentChange is what a move of a payment's state writes besides the state; zero values leave what is there.
type paymentChange struct {
	State                             PaymentState
	Reason                            Reason
	ClearReason                       bool
	ResultCode, ResultText, Attention string
	Asks                              *int
	PushedAt, SettledAt               *time.Time
}

// movePayment changes a payment's state if it is one of from; false when it was not.
func (s *Service) movePayment(tx *db.Tx, id int64, from []PaymentState, c paymentChange) (bool, error) {
	set := map[string]any{"state": string(c.State), "updated_at": s.Clock.Now()}
	for column, text := range map[string]string{"reason": string(c.Reason), "result_code": c.ResultCode, "result_text": cut(c.ResultText), "attention": c.Attention} {
		if text != "" {
			set[column] = text
		}
	}
	if c.ClearReason {
		set["reason"], set["attention"] = "", ""
	}
	if c.Asks != nil {
		set["asks"] = *c.Asks
	}
	if c.PushedAt != nil {
		set["pushed_at"] = *c.PushedAt
	}
	if c.SettledAt != nil {
		set["settled_at"] = *c.SettledAt
	}
	won, err := db.Won(tx.Gorm().Model(&paymentRow{}).Where("id = ? AND state IN ?", id, from).Updates(set))
	return won, db.Fault(err)
}

// markPayment tells why a person must look at a payment, and of what; false when it is paid.
func (s *Service) markPayment(tx *db.Tx, id int64, why, text string) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&paymentRow{}).Where("id = ? AND state <> ?", id, PaymentPaid).
		Updates(map[string]any{"attention": why, "result_text": cut(text), "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

func cut(s string) string {
	const most = 250
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// setRequestIDs stores the rail's ids of a push, once.
func (s *Service) setRequestIDs(tx *db.Tx, id int64, ids Pushed) error {
	if ids.CheckoutRequestID == "" {
		return nil
	}
	return db.Fault(tx.Gorm().Model(&paymentRow{}).Where("id = ? AND checkout_request_id IS NULL", id).
		Updates(map[string]any{"checkout_request_id": ids.CheckoutRequestID, "merchant_request_id": ids.MerchantRequestID}).Error)
}
