package daybook

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// sumRow is what was posted of one kind to an account in a span of days, whatever else it is told by.
type sumRow struct {
	Account     string `gorm:"primaryKey"`
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

func (l Line) row() sumRow {
	return sumRow{l.Account, l.Kind, l.PlanKey, l.SiteID, l.Way, l.ResellerID, l.PartnerID, l.DebitCents, l.CreditCents, l.Postings}
}

type dayRow struct {
	Sum sumRow `gorm:"embedded"`
	Day string `gorm:"primaryKey"`
}

func (dayRow) TableName() string { return "daybook" }

// monthRow is of a whole month: a year of days would be half a million of them.
type monthRow struct {
	Sum   sumRow `gorm:"embedded"`
	Month string `gorm:"primaryKey"`
}

func (monthRow) TableName() string { return "daybook_months" }

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

// joined is how lines join those of their keys in a table.
func (b *Book) joined(table, span string) clause.OnConflict {
	values := map[string]any{}
	for _, column := range []string{"debit_cents", "credit_cents", "postings"} {
		brought := "excluded." + column
		if b.db.Dialect() == db.MySQL {
			brought = "VALUES(" + column + ")"
		}
		values[column] = gorm.Expr(table + "." + column + " + " + brought)
	}
	join := clause.OnConflict{DoUpdates: clause.Assignments(values)}
	for _, column := range []string{"account", span, "kind", "plan_key", "site_id", "way", "reseller_id", "partner_id"} {
		join.Columns = append(join.Columns, clause.Column{Name: column})
	}
	return join
}

// add joins lines to those of their days, and of their months.
func (b *Book) add(tx *db.Tx, lines []Line) error {
	days, months := make([]dayRow, len(lines)), []monthRow(nil)
	for n, l := range lines {
		days[n] = dayRow{l.row(), l.Day}
	}
	for _, l := range monthly(lines) {
		months = append(months, monthRow{l.row(), l.Day})
	}
	for some := range db.Pieces(days) {
		if err := tx.Gorm().Clauses(b.joined("daybook", "day")).Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	for some := range db.Pieces(months) {
		if err := tx.Gorm().Clauses(b.joined("daybook_months", "month")).Create(&some).Error; err != nil {
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

// sumsOn reads a day of the daybook as the ledger would tell it.
func (b *Book) sumsOn(ctx context.Context, day string) (all []ledger.DaySum, err error) {
	var codes []string
	for _, a := range ledger.Chart {
		codes = append(codes, a.Code)
	}
	err = b.db.Read(ctx).Raw("SELECT account, day, kind, SUM(debit_cents) AS debit_cents, SUM(credit_cents) AS credit_cents, SUM(postings) AS postings"+
		" FROM daybook WHERE account IN ? AND day = ? GROUP BY account, day, kind", codes, day).Scan(&all).Error
	return all, db.Fault(err)
}

// monthsOf reads an account's months: as its days make them, and as they are kept.
func (b *Book) monthsOf(ctx context.Context, account string) (made, kept []ledger.DaySum, err error) {
	const sums = "SUM(debit_cents) AS debit_cents, SUM(credit_cents) AS credit_cents, SUM(postings) AS postings FROM "
	if err = b.db.Read(ctx).Raw("SELECT account, SUBSTR(day, 1, 7) AS day, kind, "+sums+"daybook WHERE account = ? GROUP BY account, SUBSTR(day, 1, 7), kind", account).Scan(&made).Error; err == nil {
		err = b.db.Read(ctx).Raw("SELECT account, month AS day, kind, "+sums+"daybook_months WHERE account = ? GROUP BY account, month, kind", account).Scan(&kept).Error
	}
	return made, kept, db.Fault(err)
}

// nextAccount is the first account of the daybook behind another, in the chart or not; empty when there is none.
func (b *Book) nextAccount(ctx context.Context, account string) (string, error) {
	var accounts []string
	for _, model := range []any{&dayRow{}, &monthRow{}} {
		var first []string
		if err := b.db.Read(ctx).Model(model).Where("account > ?", account).Order("account").Limit(1).Pluck("account", &first).Error; err != nil {
			return "", db.Fault(err)
		}
		accounts = append(accounts, first...)
	}
	if len(accounts) == 0 {
		return "", nil
	}
	return slices.Min(accounts), nil
}
