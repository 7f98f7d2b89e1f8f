package plans

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type addonRow struct {
	ID       int64
	AddonKey string
	NameEN   string       `gorm:"column:name_en"`
	NameSW   string       `gorm:"column:name_sw"`
	Price    money.Amount `gorm:"embedded;embeddedPrefix:price_"`
	Content  string
	State    string
}

func (addonRow) TableName() string { return "plan_addons" }

// addonContent is what of an add-on nobody searches by.
type addonContent struct {
	Once                    bool
	Plans                   []string
	DownKbps, UpKbps, Bytes int64
}

func (r addonRow) addon() (AddOn, error) {
	var c addonContent
	err := decode(r.Content, &c)
	return AddOn{ID: r.ID, Key: r.AddonKey, NameEN: r.NameEN, NameSW: r.NameSW, Price: r.Price, Once: c.Once, Plans: c.Plans, DownKbps: c.DownKbps, UpKbps: c.UpKbps,
		Bytes: c.Bytes, State: r.State}, err
}

type couponRow struct {
	ID      int64
	Code    string
	Content string
	Most    int64
	Used    int64
	FromAt  *time.Time
	UntilAt *time.Time
	State   string
}

func (couponRow) TableName() string { return "coupons" }

func (r couponRow) coupon() (c Coupon, err error) {
	c = Coupon{ID: r.ID, Code: r.Code, Most: r.Most, Used: r.Used, From: db.Instant(r.FromAt), Until: db.Instant(r.UntilAt), State: r.State}
	return c, decode(r.Content, &c.Discount)
}

// SaveAddOn stores an add-on by its key; faults of AddOn.Validate.
func (s *Service) SaveAddOn(tx *db.Tx, a AddOn) (AddOn, error) {
	if err := a.Validate(); err != nil {
		return a, err
	}
	content, err := encode(addonContent{a.Once, a.Plans, a.DownKbps, a.UpKbps, a.Bytes})
	if err != nil {
		return a, err
	}
	var old addonRow
	err = tx.Gorm().Where("addon_key = ?", a.Key).Take(&old).Error
	fresh := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !fresh {
		return a, db.Fault(err)
	}
	if a.ID = old.ID; fresh {
		a.ID = tx.ID()
	}
	row := addonRow{ID: a.ID, AddonKey: a.Key, NameEN: a.NameEN, NameSW: a.NameSW, Price: a.Price, Content: content, State: a.State}
	if fresh {
		return a, db.Fault(tx.Gorm().Create(&row).Error)
	}
	return a, db.Fault(tx.Gorm().Model(&addonRow{}).Where("id = ?", a.ID).Select("*").Omit("id").Updates(&row).Error)
}

// AddOns lists all add-ons, retired ones too; at most 1,000.
func (s *Service) AddOns(ctx context.Context) ([]AddOn, error) { return addons(s.db.Read(ctx)) }

func addons(from *gorm.DB) (all []AddOn, err error) {
	var rows []addonRow
	if err := from.Order("addon_key").Limit(1000).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		a, err := r.addon()
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// SaveCoupon stores a coupon by its code; how often it was used stays. Faults of Coupon.Validate.
func (s *Service) SaveCoupon(tx *db.Tx, c Coupon) (Coupon, error) {
	if err := c.Validate(); err != nil {
		return c, err
	}
	content, err := encode(c.Discount)
	if err != nil {
		return c, err
	}
	columns := map[string]any{"content": content, "most": c.Most, "from_at": db.Nullable(c.From), "until_at": db.Nullable(c.Until), "state": c.State}
	known, err := db.Won(tx.Gorm().Model(&couponRow{}).Where("code = ?", c.Code).Updates(columns))
	if err != nil || known {
		return c, db.Fault(err)
	}
	c.ID = tx.ID()
	return c, db.Fault(tx.Gorm().Create(&couponRow{ID: c.ID, Code: c.Code, Content: content, Most: c.Most, FromAt: db.Nullable(c.From), UntilAt: db.Nullable(c.Until), State: c.State}).Error)
}

// Coupons lists coupons, the newest first; at most 1,000.
func (s *Service) Coupons(ctx context.Context) (all []Coupon, err error) {
	var rows []couponRow
	if err := s.db.Read(ctx).Order("id DESC").Limit(1000).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		c, err := r.coupon()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// UseCoupon uses a coupon once, and tells what it gives. Of those who use the last one at once, one wins: fault.Conflict "coupon.used_up", or
// fault.NotFound "coupon.unknown" for one that does not hold now.
func (s *Service) UseCoupon(tx *db.Tx, code string) (Coupon, error) {
	code, now := SpellCoupon(code), s.clock.Now()
	won, err := db.Won(tx.Gorm().Exec("UPDATE coupons SET used = used + 1 WHERE code = ? AND state = ? AND used < most AND (from_at IS NULL OR from_at <= ?) AND (until_at IS NULL OR until_at > ?)",
		code, Live, now, now))
	if err != nil {
		return Coupon{}, db.Fault(err)
	}
	var r couponRow
	if err := tx.Gorm().Where("code = ?", code).Limit(1).Find(&r).Error; err != nil {
		return Coupon{}, db.Fault(err)
	}
	switch {
	case won:
		return r.coupon()
	case r.ID != 0 && r.State == Live && r.Used >= r.Most:
		return Coupon{}, fault.New(fault.Conflict, "coupon.used_up", "Code", code)
	}
	return Coupon{}, fault.New(fault.NotFound, "coupon.unknown", "Code", code)
}
