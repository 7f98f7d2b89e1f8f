package billing

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type creditRow struct {
	PhoneHash    string `gorm:"primaryKey"`
	Currency     string `gorm:"primaryKey"`
	BalanceCents int64
	UpdatedAt    time.Time
}

func (creditRow) TableName() string { return "credits" }

type phoneRow struct {
	PhoneHash string `gorm:"primaryKey"`
	ShaHash   string
	Phone     []byte
	CreatedAt time.Time
}

func (phoneRow) TableName() string { return "known_phones" }

func (s *Service) addCredit(tx *db.Tx, phoneHash string, a money.Amount) error {
	now := s.Clock.Now()
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "phone_hash"}, {Name: "currency"}},
		DoUpdates: clause.Assignments(map[string]any{"balance_cents": gorm.Expr("credits.balance_cents + ?", a.Cents), "updated_at": now}),
	}).Create(&creditRow{PhoneHash: phoneHash, Currency: a.Currency, BalanceCents: a.Cents, UpdatedAt: now}).Error)
}

// creditParty is the hash that a phone's credit is kept under: the one it has had credit under, whatever keys came since.
func (s *Service) creditParty(tx *db.Tx, p customers.Phone) (string, error) {
	all := s.lookups(purposePhone, string(p))
	var had []string
	err := tx.Gorm().Model(&creditRow{}).Where("phone_hash IN ?", all).Limit(len(all)).Pluck("phone_hash", &had).Error
	for _, hash := range all {
		if slices.Contains(had, hash) {
			return hash, nil
		}
	}
	return all[0], db.Fault(err)
}

// takeCredit subtracts when there is enough; false when there is not.
func (s *Service) takeCredit(tx *db.Tx, phoneHash string, a money.Amount) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE credits SET balance_cents = balance_cents - ?, updated_at = ? WHERE phone_hash = ? AND currency = ? AND balance_cents >= ?",
		a.Cents, s.Clock.Now(), phoneHash, a.Currency, a.Cents))
	return won, db.Fault(err)
}

func (s *Service) creditOf(ctx context.Context, phoneHash, currency string) (money.Amount, error) {
	var r creditRow
	err := db.Fault(s.DB.Read(ctx).Where("phone_hash = ? AND currency = ?", phoneHash, currency).Take(&r).Error)
	if missing, err := notFoundIs(err); err != nil || missing {
		return money.Amount{Currency: currency}, err
	}
	return money.Amount{Cents: r.BalanceCents, Currency: currency}, nil
}

// creditFromOrder is how many cents of what an order's receipts brought as credit have not been spent since.
func (s *Service) creditFromOrder(ctx context.Context, o Order) (int64, error) {
	var rows []creditRow
	err := s.DB.Read(ctx).Raw("SELECT c.phone_hash, c.currency, CASE WHEN c.balance_cents < SUM(r.amount_cents) THEN c.balance_cents ELSE SUM(r.amount_cents) END AS balance_cents"+
		" FROM receipts r JOIN credits c ON c.phone_hash = r.payer_hash AND c.currency = r.amount_currency"+
		" WHERE r.order_id = ? AND r.placed = ? GROUP BY c.phone_hash, c.currency, c.balance_cents LIMIT 100", o.ID, PlacedCredit).Scan(&rows).Error
	var cents int64
	for _, r := range rows {
		cents += r.BalanceCents
	}
	return cents, db.Fault(err)
}

// knowPhone remembers a number and the hash that the rail will show instead of it (reference/mpesa.md §8).
func (s *Service) knowPhone(tx *db.Tx, p customers.Phone) error {
	sealed, err := s.Keys.Seal(purposePhone, []byte(p))
	if err != nil {
		return err
	}
	known, err := s.isKnown(tx, p)
	if err != nil || known {
		return err
	}
	err = tx.Savepoint(func() error {
		return tx.Gorm().Create(&phoneRow{PhoneHash: s.lookup(purposePhone, string(p)), ShaHash: s.lookup(purposeSHA, p.SHA256()),
			Phone: sealed, CreatedAt: s.Clock.Now()}).Error
	})
	if db.IsDuplicate(err) {
		return nil
	}
	return db.Fault(err)
}

// touchPhone holds the row of a phone until the end of the transaction.
func (s *Service) touchPhone(tx *db.Tx, hashes []string) error {
	return db.Fault(tx.Gorm().Exec("UPDATE known_phones SET created_at = created_at WHERE phone_hash IN ?", hashes).Error)
}

// phoneOf is the phone that a hash is of; empty when it never bought here.
func (s *Service) phoneOf(tx *db.Tx, phoneHash string) (customers.Phone, error) {
	var r phoneRow
	err := db.Fault(tx.Gorm().Where("phone_hash = ?", phoneHash).Take(&r).Error)
	if missing, err := notFoundIs(err); err != nil || missing {
		return "", err
	}
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	return customers.Phone(phone), err
}

func (s *Service) isKnown(tx *db.Tx, p customers.Phone) (bool, error) {
	var hashes []string
	err := tx.Gorm().Model(&phoneRow{}).Where("phone_hash IN ?", s.lookups(purposePhone, string(p))).Limit(1).Pluck("phone_hash", &hashes).Error
	return len(hashes) > 0, db.Fault(err)
}

// payerPhone recognises a payer told as a number or as its SHA-256, or one whose money was matched by hand before. The hashes
// are what rows of that phone may be found by.
func (s *Service) payerPhone(tx *db.Tx, payer string) (customers.Phone, []string, error) {
	return s.payerPhoneIn(tx.Gorm(), payer)
}

func (s *Service) payerPhoneIn(from *gorm.DB, payer string) (customers.Phone, []string, error) {
	if phone, hashes, err := s.ownPhone(from, payer); err != nil || phone != "" {
		return phone, hashes, err
	}
	return s.matchedPayer(from, payer)
}

// ownPhone is the number that paid, told in full or as its SHA-256. A mask is nobody.
func (s *Service) ownPhone(from *gorm.DB, payer string) (customers.Phone, []string, error) {
	if p, err := customers.ParsePhone(payer); err == nil && !maskedPayer(payer) {
		return p, s.lookups(purposePhone, string(p)), nil
	}
	sha := strings.ToLower(strings.TrimSpace(payer))
	if b, err := hex.DecodeString(sha); err != nil || len(b) != 32 {
		return "", nil, nil
	}
	var r phoneRow
	err := db.Fault(from.Where("sha_hash IN ?", s.lookups(purposeSHA, sha)).Take(&r).Error)
	if missing, err := notFoundIs(err); err != nil || missing {
		return "", nil, err
	}
	phone, err := s.Keys.Open(purposePhone, r.Phone)
	if err != nil {
		return "", nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return customers.Phone(phone), s.lookups(purposePhone, string(phone)), nil
}

// payerOf is the number that a receipt was paid from, when the rail told it.
func (s *Service) payerOf(ctx context.Context, r Receipt) (customers.Phone, error) {
	phone, _, err := s.ownPhone(s.DB.Read(ctx), r.Payer)
	return phone, err
}

// provenPhone is ownPhone inside a transaction.
func (s *Service) provenPhone(tx *db.Tx, payer string) (customers.Phone, []string, error) {
	return s.ownPhone(tx.Gorm(), payer)
}
