package billing

import (
	"context"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

type orderRow struct {
	ID          int64
	Code        string
	TokenHash   string
	Token       []byte
	OnceHash    string
	SiteID      int64
	PlanID      int64
	PlanKey     string
	PlanNameEN  string `gorm:"column:plan_name_en"`
	PlanNameSW  string `gorm:"column:plan_name_sw"`
	Segment     string
	Price       money.Amount `gorm:"embedded;embeddedPrefix:price_"`
	ExciseCents int64
	VATCents    int64 `gorm:"column:vat_cents"`
	Limits      string
	Phone       []byte
	PhoneHash   string
	PhoneMask   string
	RouterID    int64
	MAC         string `gorm:"column:mac"`
	IP          string `gorm:"column:ip"`
	Visit       string
	Lang        string
	State       string
	GrantID     int64
	How         string
	CreatedAt   time.Time
	PaidAt      *time.Time
	UpdatedAt   time.Time
}

func (orderRow) TableName() string { return "orders" }

func (s *Service) insertOrder(tx *db.Tx, o Order, once string) error {
	limits := access.EncodeLimits(o.Limits)
	phone, err := s.Keys.Seal(purposePhone, []byte(o.Phone))
	if err != nil {
		return err
	}
	token, err := s.Keys.Seal(purposeToken, []byte(o.Token))
	if err != nil {
		return err
	}
	if once == "" {
		once = o.Token
	}
	return db.Fault(tx.Gorm().Create(&orderRow{ID: o.ID, Code: o.Code, TokenHash: s.lookup(purposeToken, o.Token), Token: token,
		OnceHash: s.lookup(purposeOnce, once), SiteID: o.SiteID, PlanID: o.PlanID, PlanKey: o.PlanKey, PlanNameEN: o.PlanNameEN,
		PlanNameSW: o.PlanNameSW, Segment: o.Segment, Price: o.Price, Limits: string(limits), Phone: phone,
		PhoneHash: s.lookup(purposePhone, string(o.Phone)), PhoneMask: o.PhoneMask, RouterID: o.Place.RouterID,
		MAC: string(o.Place.MAC), IP: o.Place.IP, Visit: o.Visit, Lang: string(o.Lang), State: string(o.State),
		CreatedAt: o.CreatedAt, UpdatedAt: o.CreatedAt}).Error)
}

func (s *Service) toOrder(r orderRow) (Order, error) {
	limits, err := access.DecodeLimits([]byte(r.Limits))
	if err != nil {
		return Order{}, err
	}
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	if err != nil {
		return Order{}, err
	}
	token, err := s.Keys.Open(purposeToken, r.Token)
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: r.ID, Code: r.Code, Token: string(token), SiteID: r.SiteID, PlanID: r.PlanID, PlanKey: r.PlanKey,
		PlanNameEN: r.PlanNameEN, PlanNameSW: r.PlanNameSW, Segment: r.Segment, Price: r.Price, Tax: taxes.Tax{Excise: r.ExciseCents, VAT: r.VATCents}, Limits: limits,
		Phone: customers.Phone(phone), PhoneMask: r.PhoneMask, Place: access.Place{RouterID: r.RouterID, MAC: access.MAC(r.MAC), IP: r.IP},
		Visit: r.Visit, Lang: words.Lang(r.Lang), State: OrderState(r.State), GrantID: r.GrantID, How: r.How, CreatedAt: r.CreatedAt}
	if r.PaidAt != nil {
		o.PaidAt = *r.PaidAt
	}
	return o, nil
}

func (s *Service) order(ctx context.Context, id int64) (Order, error) {
	var r orderRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return Order{}, db.Fault(err)
	}
	return s.toOrder(r)
}

func (s *Service) orderTx(tx *db.Tx, id int64) (Order, error) {
	var r orderRow
	if err := tx.Gorm().Where("id = ?", id).Take(&r).Error; err != nil {
		return Order{}, db.Fault(err)
	}
	return s.toOrder(r)
}

func (s *Service) orderByToken(ctx context.Context, token string) (Order, error) {
	var r orderRow
	err := db.Fault(s.DB.Read(ctx).Where("token_hash IN ?", s.lookups(purposeToken, token)).Take(&r).Error)
	if fault.Is(err, fault.NotFound) {
		return Order{}, fault.Wrap(fault.NotFound, "order.not_found", err)
	}
	if err != nil {
		return Order{}, err
	}
	return s.toOrder(r)
}

func (s *Service) orderByOnce(ctx context.Context, once string) (Order, error) {
	var r orderRow
	if err := s.DB.Read(ctx).Where("once_hash IN ?", s.lookups(purposeOnce, once)).Take(&r).Error; err != nil {
		return Order{}, db.Fault(err)
	}
	return s.toOrder(r)
}

// openOrders lists a phone's orders since a time whose prompt has no verdict yet, newest first.
func (s *Service) openOrders(ctx context.Context, phone customers.Phone, since time.Time) ([]Order, error) {
	var rows []orderRow
	err := s.DB.Read(ctx).Joins("JOIN payments ON payments.order_id = orders.id").
		Where("orders.phone_hash IN ? AND orders.created_at >= ? AND payments.state IN ?",
			s.lookups(purposePhone, string(phone)), since, []PaymentState{PaymentCreated, PaymentSending, PaymentSent, PaymentUnknown}).
		Order("orders.created_at DESC").Limit(20).Find(&rows).Error
	return s.toOrders(rows, err)
}

func (s *Service) toOrders(rows []orderRow, err error) ([]Order, error) {
	return each(rows, err, s.toOrder)
}

// each turns rows that were read into what they mean.
func each[R, T any](rows []R, err error, one func(R) (T, error)) ([]T, error) {
	if err != nil {
		return nil, db.Fault(err)
	}
	var all []T
	for _, r := range rows {
		t, err := one(r)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (s *Service) newestUnpaid(ctx context.Context, siteID int64, mac access.MAC, since time.Time) (Order, error) {
	var r orderRow
	err := s.DB.Read(ctx).Where("site_id = ? AND mac = ? AND created_at >= ?", siteID, mac, since).Order("created_at DESC").Limit(1).Take(&r).Error
	if err != nil {
		return Order{}, db.Fault(err)
	}
	if r.State != string(OrderPlaced) {
		return Order{}, fault.New(fault.NotFound, "order.not_found")
	}
	return s.toOrder(r)
}

func (s *Service) newestOfGrant(ctx context.Context, grantID int64) (Order, error) {
	var r orderRow
	if err := s.DB.Read(ctx).Where("grant_id = ?", grantID).Order("id DESC").Limit(1).Take(&r).Error; err != nil {
		return Order{}, db.Fault(err)
	}
	return s.toOrder(r)
}

// boughtAgain says that the same payer has since bought the same plan for the same device: this order's late money is a
// double, and is held as credit.
func (s *Service) boughtAgain(tx *db.Tx, o Order) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&orderRow{}).Where("phone_hash IN ? AND created_at > ? AND plan_id = ? AND site_id = ? AND mac = ? AND state = ?",
		s.lookups(purposePhone, string(o.Phone)), o.CreatedAt, o.PlanID, o.SiteID, o.Place.MAC, OrderPaid).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// payOrder moves an order placed → paid with its grant; false when other money was faster.
func (s *Service) payOrder(tx *db.Tx, o Order) (bool, error) {
	now := s.Clock.Now()
	won, err := db.Won(tx.Gorm().Model(&orderRow{}).Where("id = ? AND state = ?", o.ID, OrderPlaced).
		Updates(map[string]any{"state": OrderPaid, "grant_id": o.GrantID, "how": o.How, "excise_cents": o.Tax.Excise, "vat_cents": o.Tax.VAT, "paid_at": now, "updated_at": now}))
	return won, db.Fault(err)
}

// paidForGrant sums what orders paid for a grant.
func (s *Service) paidForGrant(tx *db.Tx, grantID int64) (money.Amount, error) {
	var rows []orderRow
	err := tx.Gorm().Select("price_cents", "price_currency").Where("grant_id = ? AND state = ?", grantID, OrderPaid).Limit(10_000).Find(&rows).Error
	if err != nil {
		return money.Amount{}, db.Fault(err)
	}
	sum := money.KES(0)
	for _, r := range rows {
		if sum, err = sum.Add(r.Price); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (s *Service) accountKnown(ctx context.Context, reference string) (bool, error) {
	if code := readOrderCode(reference); code != "" {
		var ids []int64
		err := s.DB.Read(ctx).Model(&orderRow{}).Where("code = ?", code).Limit(1).Pluck("id", &ids).Error
		if err != nil || len(ids) > 0 {
			return len(ids) > 0, db.Fault(err)
		}
	}
	if s.floats != nil {
		if holder, err := s.floats.FloatOf(ctx, reference); err != nil || holder != 0 {
			return holder != 0, err
		}
	}
	if s.accounts != nil {
		if customerID, err := s.accounts.AccountOf(ctx, reference); err != nil || customerID != 0 {
			return customerID != 0, err
		}
	}
	phone, err := customers.ParsePhone(reference)
	if err != nil {
		return false, nil // not a number either
	}
	var hashes []string
	err = s.DB.Read(ctx).Model(&phoneRow{}).Where("phone_hash IN ?", s.lookups(purposePhone, string(phone))).Limit(1).Pluck("phone_hash", &hashes).Error
	return len(hashes) > 0, db.Fault(err)
}
