package railbook

import (
	"context"
	"encoding/json"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/internal/words"
)

type lineRow struct {
	ID           int64
	TillID       int64
	FileID       int64
	RowN         int64
	Receipt      string
	Kind         string
	At           time.Time
	InCents      int64
	OutCents     int64
	BalanceCents *int64
	Linked       string
	Said         []byte
}

func (lineRow) TableName() string { return "statement_lines" }

// said is what a line tells of people; it is sealed.
type said struct{ Details, Reason, Party, Account string }

const purposeLine = "railbook.line"

type lineKey struct{ receipt, kind string }

func keyOf(l incoming.StatementLine) lineKey { return lineKey{l.Receipt, l.Kind} }

// payoutLineRow is a line of the statement of a code that pays out. The code may do so for more than one till.
type payoutLineRow struct {
	Line lineRow `gorm:"embedded"`
	Code string
}

func (payoutLineRow) TableName() string { return "payout_lines" }

// insertLine keeps a line; false when it is kept.
func (s *Service) insertLine(tx *db.Tx, b book, fileID int64, l incoming.StatementLine) (lineRow, bool, error) {
	row := lineRow{ID: tx.ID(), TillID: b.tillID, FileID: fileID, RowN: int64(l.Row), Receipt: l.Receipt, Kind: l.Kind, At: l.At.UTC().Truncate(time.Millisecond), InCents: l.In.Cents, OutCents: l.Out.Cents,
		Linked: l.Linked}
	text, err := json.Marshal(said{cut(l.Details), cut(l.Reason), cut(l.Party), cut(l.Account)})
	if err != nil {
		return row, false, err
	}
	if l.HasBalance {
		row.BalanceCents = &l.Balance.Cents
	}
	if row.Said, err = s.Keys.Seal(purposeLine, text); err != nil {
		return row, false, err
	}
	err = tx.Savepoint(func() error {
		if b.code != "" {
			return tx.Gorm().Create(&payoutLineRow{row, b.code}).Error
		}
		return tx.Gorm().Create(&row).Error
	})
	if db.IsDuplicate(err) {
		return row, false, nil
	}
	return row, err == nil, db.Fault(err)
}

// longestSaid keeps what is sealed of a line well within its column.
const longestSaid = 150

func cut(text string) string { return words.Cut(text, longestSaid) }

// known tells which of some lines of a book are kept.
func (s *Service) known(ctx context.Context, b book, lines []incoming.StatementLine) (map[lineKey]bool, error) {
	receipts := make([]string, len(lines))
	for n, l := range lines {
		receipts[n] = l.Receipt
	}
	known := map[lineKey]bool{}
	for some := range db.Pieces(receipts) {
		from := s.DB.Read(ctx).Model(&lineRow{}).Where("till_id = ?", b.tillID)
		if b.code != "" {
			from = s.DB.Read(ctx).Model(&payoutLineRow{}).Where("code = ?", b.code)
		}
		var rows []struct{ Receipt, Kind string }
		if err := from.Select("receipt", "kind").Where("receipt IN ?", some).Limit(len(counts) * len(some)).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			known[lineKey{r.Receipt, r.Kind}] = true
		}
	}
	return known, nil
}
