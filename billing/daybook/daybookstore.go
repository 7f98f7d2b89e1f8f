package daybook

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

type lineRow struct {
	Account     string `gorm:"primaryKey"`
	Day         string `gorm:"primaryKey"`
	Kind        string `gorm:"primaryKey"`
	PlanKey     string `gorm:"primaryKey"`
	SiteID      int64  `gorm:"primaryKey;autoIncrement:false"`
	Way         string `gorm:"primaryKey"`
	ResellerID  int64  `gorm:"primaryKey;autoIncrement:false"`
	PartnerID   int64  `gorm:"primaryKey;autoIncrement:false"`
	DebitCents  int64
	CreditCents int64
	Postings    int64
}

func (lineRow) TableName() string { return "daybook" }

type headRow struct {
	Name string `gorm:"primaryKey"`
	Seq  int64
}

func (headRow) TableName() string { return "daybook_heads" }

// theHead is the only one.
const theHead = "folded"

// head is the number of the last link that was folded.
func (b *Book) head(ctx context.Context) (int64, error) {
	var seqs []int64
	err := b.db.Read(ctx).Model(&headRow{}).Where("name = ?", theHead).Pluck("seq", &seqs).Error
	if err != nil || len(seqs) == 0 {
		return 0, db.Fault(err)
	}
	return seqs[0], nil
}

// moveHead says whether the head was where the caller found it.
func (b *Book) moveHead(tx *db.Tx, from, to int64) (bool, error) {
	if from == 0 {
		if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&headRow{Name: theHead}).Error; err != nil {
			return false, db.Fault(err)
		}
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE daybook_heads SET seq = ? WHERE name = ? AND seq = ?", to, theHead, from))
	return won, db.Fault(err)
}

// added is a column with what a line of the same key brings.
func (b *Book) added(column string) clause.Expr {
	if b.db.Dialect() == db.MySQL {
		return gorm.Expr("daybook." + column + " + VALUES(" + column + ")")
	}
	return gorm.Expr("daybook." + column + " + excluded." + column)
}

func (b *Book) add(tx *db.Tx, lines []Line) error {
	rows := make([]lineRow, len(lines))
	for n, l := range lines {
		rows[n] = lineRow{l.Account, l.Day, l.Kind, l.PlanKey, l.SiteID, l.Way, l.ResellerID, l.PartnerID, l.DebitCents, l.CreditCents, l.Postings}
	}
	join := clause.OnConflict{DoUpdates: clause.Assignments(map[string]any{"debit_cents": b.added("debit_cents"), "credit_cents": b.added("credit_cents"), "postings": b.added("postings")})}
	for _, column := range []string{"account", "day", "kind", "plan_key", "site_id", "way", "reseller_id", "partner_id"} {
		join.Columns = append(join.Columns, clause.Column{Name: column})
	}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Clauses(join).Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// sumsOf reads an account of the daybook as the ledger would tell it.
func (b *Book) sumsOf(ctx context.Context, account string) (all []ledger.DaySum, err error) {
	err = b.db.Read(ctx).Raw("SELECT account, day, kind, SUM(debit_cents) AS debit_cents, SUM(credit_cents) AS credit_cents, SUM(postings) AS postings"+
		" FROM daybook WHERE account = ? GROUP BY account, day, kind", account).Scan(&all).Error
	return all, db.Fault(err)
}

// nextAccount is the first account of the daybook behind another, in the chart or not; empty when there is none.
func (b *Book) nextAccount(ctx context.Context, account string) (string, error) {
	var accounts []string
	err := b.db.Read(ctx).Model(&lineRow{}).Where("account > ?", account).Order("account").Limit(1).Pluck("account", &accounts).Error
	if err != nil || len(accounts) == 0 {
		return "", db.Fault(err)
	}
	return accounts[0], nil
}
